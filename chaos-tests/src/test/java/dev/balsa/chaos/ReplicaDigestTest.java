package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.workload.RandomWrites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that replayed, restarted or were restored from a snapshot hold the same bytes, whatever their types. */
class ReplicaDigestTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int CONNECTIONS_LOST_MAX = 5;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    @Test
    void replicas_agree_after_restarts_and_a_snapshot_install() throws Exception {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("ReplicaDigestTest: -Dbalsa.seed=" + seed);
        RandomWrites writes = new RandomWrites(new Random(seed));
        try (TestCluster cluster = TestCluster.create(directory, 3, 1, "route-timeout-millis 15000")) {
            cluster.startAll();
            await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(ReplicaDigestTest::serves));
            write(cluster.node(1), writes, 3_000);

            // Node 3 misses so much that the others have compacted their logs past it: it comes back by a snapshot.
            cluster.node(3).kill();
            await().atMost(PATIENCE).until(() -> serves(cluster.node(1)));
            for (int round = 0; round < 2; round++) {
                write(cluster.node(1), writes, 3_000);
                save(cluster.node(1));
                save(cluster.node(2));
            }
            cluster.node(3).start();
            write(cluster.node(2), writes, 2_000);
            await().atMost(PATIENCE).until(() -> serves(cluster.node(3)));
            assertThat(Files.readString(cluster.node(3).log())).as("node 3 was restored").contains("loaded the snapshot");

            // Node 2 replays its own snapshot and log.
            cluster.node(2).kill();
            await().atMost(PATIENCE).until(() -> serves(cluster.node(1)));
            write(cluster.node(1), writes, 1_000);
            cluster.node(2).start();
            await().atMost(PATIENCE).until(() -> serves(cluster.node(2)));

            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
                List<String> digests = List.of(digest(cluster.node(1)), digest(cluster.node(2)), digest(cluster.node(3)));
                assertThat(digests).as("group, index, digest").containsOnly(digests.getFirst());
            });
            System.out.println("all three: " + digest(cluster.node(3)));
        }
    }

    private static void write(NodeProcess node, RandomWrites writes, int commands) throws IOException {
        int done = 0;
        for (int attempt = 0; done < commands; attempt++) {
            try (RespSocket socket = node.ports().connect(20_000)) {
                for (; done < commands; done++) {
                    String reply = socket.call(writes.next());
                    assertThat(reply).doesNotStartWith("-TRYAGAIN").doesNotStartWith("-CLUSTERDOWN")
                            .doesNotStartWith("-ERR internal").doesNotStartWith("-ERR unknown command");
                }
            } catch (IOException broken) {
                // By a change of leader while a write was under way: whether it happened, all replicas agree.
                assertThat(attempt).as("connections lost: %s", broken).isLessThan(CONNECTIONS_LOST_MAX);
            }
        }
    }

    private static void save(NodeProcess node) throws IOException {
        try (RespSocket socket = node.ports().connect(30_000)) {
            assertThat(socket.call("SAVE")).isEqualTo("+OK");
        }
    }

    private static String digest(NodeProcess node) throws IOException {
        try (RespSocket socket = node.ports().connectCluster(10_000)) {
            return socket.call("BALSA", "DIGEST");
        }
    }

    private static boolean serves(NodeProcess node) {
        try (RespSocket socket = node.ports().connect(2_000)) {
            return socket.call("SET", "probe", "1").equals("+OK");
        } catch (IOException notYet) {
            return false;
        }
    }
}
