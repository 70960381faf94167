package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.route.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client that everybody has. */
class RedisCliTest {
    private static final Path REDIS_CLI = Path.of("/usr/bin/redis-cli");

    private final FakeCluster cluster = new FakeCluster(3, null);
    private int port;

    @BeforeEach
    void listen() throws IOException {
        assumeThat(Files.isExecutable(REDIS_CLI)).isTrue();
        port = cluster.listen(Mode.PLAIN);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private String run(String input, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(REDIS_CLI.toString(), "-p", Integer.toString(port)));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void it_talks_resp2_and_resp3() throws IOException {
        assertThat(run("", "SET", "a", "1")).isEqualTo("OK\n");
        assertThat(run("", "-3", "MGET", "a", "b")).isEqualTo("1\n\n");
        assertThat(run("", "-n", "2", "GET", "a")).isEqualTo("\n");
        assertThat(run("PING\nECHO hi\n")).isEqualTo("PONG\nhi\n");
    }

    @Test
    void its_pipe_mode_gets_every_reply() throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            input.append("SET key").append(i).append(" v\r\n");
        }
        assertThat(run(input.toString(), "--pipe")).contains("errors: 0, replies: 20000");
        assertThat(run("", "DBSIZE")).isEqualTo("20000\n");
        assertThat(run("", "--scan").lines()).hasSize(20_000);
    }
}
