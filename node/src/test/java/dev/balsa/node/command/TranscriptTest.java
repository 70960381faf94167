package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jspecify.annotations.Nullable;

/** Plays the transcripts: against our engine always, against a redis-server where one is installed. */
class TranscriptTest {
    static final Path DIRECTORY = Path.of("src/test/resources/commands");

    /** 2026-01-01; transcripts name no moments between this and 2030. */
    private static final long NOW_MILLIS = 1_767_225_600_000L;

    private static @Nullable RedisServer redis;

    static Stream<Transcript> transcripts() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.sorted().map(Transcript::new).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void our_engine_answers_as_the_transcript_says(Transcript transcript) throws IOException {
        try (EngineServer engine = new EngineServer(NOW_MILLIS)) {
            assertThat(transcript.play(engine, false)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void a_redis_server_answers_as_the_transcript_says(Transcript transcript) throws IOException {
        assumeTrue(RedisServer.isInstalled());
        RedisServer server = redis == null ? new RedisServer() : redis;
        redis = server;
        Transcript played = transcript;
        if (Boolean.getBoolean("balsa.transcripts.rewrite")) {
            try (EngineServer engine = new EngineServer(NOW_MILLIS)) {
                transcript.rewrite(server, engine);
            }
            played = transcript.again();
        }
        assertThat(played.play(server, true)).isEmpty();
    }

    @AfterAll
    static void end() throws IOException {
        if (redis != null) {
            redis.close();
        }
    }
}
