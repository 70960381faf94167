package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** When leaders stand still, die and hand over, only connections whose own write has an unknown outcome may close. */
class LeaderChangeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int READERS = 6;
    private static final int TIMEOUT_MILLIS = 30_000;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final AtomicLong reads = new AtomicLong();

    @Test
    void readers_and_idle_clients_of_other_nodes_keep_their_connections() throws Exception {
        // Leaders move when this test says so, and the longest election on a busy machine is waited for.
        try (TestCluster cluster = TestCluster.create(directory, 3, 1, "spread-leaders-after-millis 0",
                "route-timeout-millis 20000")) {
            cluster.startAll();
            await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
            NodeProcess leader = cluster.node(leader(cluster, 1));
            NodeProcess here = cluster.node(leader.number() % 3 + 1);
            List<RespSocket> idle = new ArrayList<>();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                idle.add(here.ports().connect(TIMEOUT_MILLIS));
                readers.add(Thread.ofPlatform().start(() -> read(here)));
            }
            try {
                awaitReads(200);
                leader.pause();
                await().atMost(PATIENCE).until(() -> TestCluster.serves(here));
                awaitReads(200);
                leader.resume();
                awaitReads(200);
                // Whoever leads now dies, unless it is the one that the clients are connected to: that one hands over first.
                int victim = await().atMost(PATIENCE).until(() -> {
                    int leads = leader(cluster, here.number());
                    if (leads == here.number()) {
                        call(here, "FAILOVER");
                        return 0;
                    }
                    return TestCluster.serves(here) ? leads : 0;
                }, number -> number > 0);
                cluster.node(victim).kill();
                await().atMost(PATIENCE).until(() -> TestCluster.serves(here));
                awaitReads(200);
                for (RespSocket socket : idle) {
                    assertThat(socket.call("SET", "idle", "1")).isEqualTo("+OK");
                }
            } finally {
                running.set(false);
                for (Thread reader : readers) {
                    reader.join();
                }
                for (RespSocket socket : idle) {
                    socket.close();
                }
            }
            assertThat(wrong).as(cluster.logs()).isEmpty();
        }
    }

    private void read(NodeProcess node) {
        try (RespSocket socket = node.ports().connect(TIMEOUT_MILLIS)) {
            while (running.get()) {
                String reply = socket.call("GET", "probe");
                if (reply.equals("$1")) {
                    reads.incrementAndGet();
                } else {
                    wrong.add("GET was answered with " + reply);
                }
            }
        } catch (IOException e) {
            wrong.add("a reader lost its connection: " + e);
        }
    }

    private void awaitReads(long count) {
        long from = reads.get();
        await().atMost(PATIENCE).until(() -> reads.get() >= from + count || !wrong.isEmpty());
    }

    private static int leader(TestCluster cluster, int asked) {
        return await().atMost(PATIENCE).until(() -> cluster.leader(cluster.node(asked)), number -> number > 0);
    }

    private static void call(NodeProcess node, String command) throws IOException {
        try (RespSocket socket = node.ports().connect(10_000)) {
            socket.call(command);
        }
    }
}
