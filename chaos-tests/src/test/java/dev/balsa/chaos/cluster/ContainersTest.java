package dev.balsa.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Nodes that are no processes of this machine: what their script is told, and the files for containers. */
class ContainersTest {
    private static final Path DOCKER = Path.of("docker");
    private static final List<String> WORDS = List.of("start", "stop", "kill", "pause", "resume", "alive", "cut",
            "lose", "slow", "heal");

    @TempDir
    Path directory;

    private Path told;
    private ControlScript script;

    @BeforeEach
    void script() throws IOException {
        told = directory.resolve("told");
        Path program = directory.resolve("control");
        Files.writeString(program, """
                #!/bin/sh
                echo "$@" >> %s
                case "$*" in 'alive 2') exit 1 ;; 'start 2') echo no such container; exit 3 ;; esac
                """.formatted(told));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        script = new ControlScript(program, 2);
    }

    @Test
    void a_script_starts_and_ends_given_nodes() throws Exception {
        try (TestCluster cluster = TestCluster.given(directory.resolve("data"), ports(), script)) {
            NodeProcess first = cluster.node(1);
            assertThat(first.isAlive()).isTrue();
            assertThat(cluster.node(2).isAlive()).isFalse();
            first.kill();
            first.start();
            first.stop();
            first.pause();
            first.resume();
            assertThat(first.isHere()).isFalse();
            assertThatThrownBy(cluster.node(2)::start).isInstanceOf(IOException.class)
                    .hasMessageContaining("start 2: no such container");
            Files.createDirectories(directory.resolve("data"));
        }
        assertThat(told).content().isEqualTo("alive 1\nalive 2\nkill 1\nstart 1\nstop 1\npause 1\nresume 1\nstart 2\n");
    }

    @Test
    void a_script_breaks_the_network_and_mends_it() throws IOException {
        script.cut(1, 2);
        script.lose(2, 0.25);
        script.slow(1, 64);
        script.healAll();
        assertThat(told).content().isEqualTo("cut 1 2\nlose 2 0.25\nslow 1 64\nheal\n");
    }

    private static List<NodeProcess.Ports> ports() {
        return List.of(new NodeProcess.Ports("10.78.0.1", 6379, 6479, 0),
                new NodeProcess.Ports("10.78.0.2", 6379, 6479, 0));
    }

    @Test
    void the_containers_script_knows_every_word() throws IOException {
        String control = Files.readString(DOCKER.resolve("control"));
        assertThat(WORDS).allSatisfy(word -> assertThat(control).contains("\n    " + word + ")"));
        assertThat(List.of("control", "start")).allSatisfy(name -> {
            Process shell = new ProcessBuilder("sh", "-n", DOCKER.resolve(name).toString()).inheritIO().start();
            assertThat(shell.waitFor()).isZero();
        });
    }

    @Test
    void the_compose_file_has_five_nodes_and_the_harness_beside_them() throws IOException {
        Map<?, ?> compose = new Yaml().load(Files.readString(DOCKER.resolve("compose.yaml")));
        Map<?, ?> services = in(compose, "services");
        assertThat(services.keySet()).hasToString("[node1, node2, node3, node4, node5, control]");
        String start = Files.readString(DOCKER.resolve("start"));
        String control = Files.readString(DOCKER.resolve("control"));
        assertThat(start).contains("net=10.78.0\n").contains("nodes=\"1 2 3 4 5\"");
        assertThat(control).contains("net=10.78.0.\n").contains("name=balsa-chaos-\n");
        List<Object> volumes = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            Map<?, ?> node = in(services, "node" + i);
            assertThat(node.get("container_name")).isEqualTo("balsa-chaos-" + i);
            assertThat(node.get("command")).isEqualTo(List.of("node", Integer.toString(i)));
            assertThat(node.get("cap_add")).isEqualTo(List.of("NET_ADMIN"));
            assertThat(node.get("image")).isEqualTo("balsa-chaos");
            assertThat(node.get("networks")).hasToString("{nodes={ipv4_address=10.78.0." + i + "}}");
            volumes.add(node.get("volumes"));
        }
        assertThat(volumes).doesNotHaveDuplicates();
        assertThat((List<?>) in(services, "control").get("depends_on")).hasSize(5);
        Object dockerfile = in(in(compose, "x-node"), "build").get("dockerfile");
        assertThat(Path.of("..").resolve(String.valueOf(dockerfile))).exists();
    }

    private static Map<?, ?> in(Map<?, ?> map, String name) {
        return (Map<?, ?>) Objects.requireNonNull(map.get(name), name);
    }
}
