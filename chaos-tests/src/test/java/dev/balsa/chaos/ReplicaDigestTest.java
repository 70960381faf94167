package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.workload.RespSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that replayed, restarted or were restored from a snapshot hold the same bytes. */
class ReplicaDigestTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    @Test
    void replicas_agree_after_restarts_and_a_snapshot_install() throws Exception {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("ReplicaDigestTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        try (TestCluster cluster = TestCluster.create(directory, 3, 1)) {
            cluster.startAll();
            await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(ReplicaDigestTest::serves));
            write(cluster.node(1), random, 3_000);

            // Node 3 misses so much that the others have compacted their logs past it: it comes back by a snapshot.
            cluster.node(3).kill();
            await().atMost(PATIENCE).until(() -> serves(cluster.node(1)));
            for (int round = 0; round < 2; round++) {
                write(cluster.node(1), random, 3_000);
                save(cluster.node(1));
                save(cluster.node(2));
            }
            cluster.node(3).start();
            write(cluster.node(2), random, 2_000);
            await().atMost(PATIENCE).until(() -> serves(cluster.node(3)));
            assertThat(Files.readString(cluster.node(3).log())).as("node 3 was restored").contains("loaded the snapshot");

            // Node 2 replays its own snapshot and log.
            cluster.node(2).kill();
            await().atMost(PATIENCE).until(() -> serves(cluster.node(1)));
            write(cluster.node(1), random, 1_000);
            cluster.node(2).start();
            await().atMost(PATIENCE).until(() -> serves(cluster.node(2)));

            await().atMost(PATIENCE).untilAsserted(() -> {
                List<String> digests = List.of(digest(cluster.node(1)), digest(cluster.node(2)), digest(cluster.node(3)));
                assertThat(digests).as("group, index, digest").containsOnly(digests.getFirst());
            });
            System.out.println("all three: " + digest(cluster.node(3)));
        }
    }

    private static void write(NodeProcess node, Random random, int commands) throws IOException {
        try (RespSocket socket = RespSocket.connect(node.ports(), 20_000)) {
            for (int i = 0; i < commands; i++) {
                String reply = socket.call(command(random));
                assertThat(reply).doesNotStartWith("-TRYAGAIN").doesNotStartWith("-CLUSTERDOWN");
            }
        }
    }

    /** Keys collide often; some die by themselves, soon or (mostly) after the test. */
    private static String[] command(Random random) {
        String key = "key:" + random.nextInt(500);
        String value = random.nextInt(4) == 0 ? Integer.toString(random.nextInt()) : "v".repeat(random.nextInt(200));
        return switch (random.nextInt(10)) {
            case 0 -> new String[] {"INCR", key};
            case 1 -> new String[] {"APPEND", key, value};
            case 2 -> new String[] {"SETRANGE", key, Integer.toString(random.nextInt(300)), value};
            case 3 -> new String[] {"DEL", key};
            case 4 -> new String[] {"SET", key, value, "PX", Integer.toString(1 + random.nextInt(300))};
            case 5 -> new String[] {"PEXPIRE", key, Integer.toString(1_000_000 + random.nextInt(1_000))};
            case 6 -> new String[] {"RENAME", key, "key:" + random.nextInt(500)};
            case 7 -> new String[] {"COPY", key, "key:" + random.nextInt(500), "REPLACE"};
            case 8 -> new String[] {"INCRBYFLOAT", key, random.nextInt(1_000) + ".25"};
            default -> new String[] {"SET", key, value};
        };
    }

    private static void save(NodeProcess node) throws IOException {
        try (RespSocket socket = RespSocket.connect(node.ports(), 30_000)) {
            assertThat(socket.call("SAVE")).isEqualTo("+OK");
        }
    }

    private static String digest(NodeProcess node) throws IOException {
        try (RespSocket socket = RespSocket.connect(node.ports().host(), node.ports().cluster(), 10_000)) {
            return socket.call("BALSA", "DIGEST");
        }
    }

    private static boolean serves(NodeProcess node) {
        try (RespSocket socket = RespSocket.connect(node.ports(), 2_000)) {
            return socket.call("SET", "probe", "1").equals("+OK");
        } catch (IOException notYet) {
            return false;
        }
    }
}
