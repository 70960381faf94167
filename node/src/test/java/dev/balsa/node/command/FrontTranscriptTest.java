package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plays the transcripts of what fronts answer themselves: at each port of a cluster, and at a redis-server. */
class FrontTranscriptTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/front");

    @TempDir
    private Path directory;

    private static List<Transcript> transcripts() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.sorted().map(Transcript::new).toList();
        }
    }

    @Test
    void every_port_of_a_cluster_answers_as_the_transcripts_say() throws IOException {
        try (UpCluster cluster = new UpCluster(directory)) {
            List<UpCluster.Port> ports = List.of(UpCluster::front, UpCluster::follower, UpCluster::node);
            for (UpCluster.Port port : ports) {
                assertThat(cluster.underOneLeader(port, connection -> played(connection, false))).isEmpty();
            }
        }
    }

    @Test
    void a_redis_server_answers_as_the_transcripts_say() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        try (RedisServer redis = new RedisServer()) {
            if (Boolean.getBoolean("balsa.transcripts.rewrite")) {
                try (RedisServer other = new RedisServer()) {
                    for (Transcript transcript : transcripts()) {
                        transcript.rewrite(redis, other);
                    }
                }
            }
            assertThat(played(redis, true)).isEmpty();
        }
    }

    private static List<String> played(Server server, boolean reference) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Transcript transcript : transcripts()) {
            wrong.addAll(transcript.play(server, reference));
        }
        return wrong;
    }
}
