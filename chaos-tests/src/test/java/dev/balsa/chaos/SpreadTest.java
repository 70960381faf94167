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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Three processes with three groups: each node gets one to lead, and nobody notices. */
class SpreadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A key of each group: slots 3300, 7365 and 15495. */
    private static final List<String> KEYS = List.of("b", "c", "a");

    /** How often all leaders are moved to one node under load. */
    private static final int MOVES = Integer.getInteger("balsa.moves", 3);

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private TestCluster cluster;

    private void start(String... more) throws IOException {
        List<String> directives = new ArrayList<>(List.of(more));
        directives.add("spread-leaders-after-millis 500");
        cluster = TestCluster.create(directory, 3, 3, directives.toArray(String[]::new));
        cluster.startAll();
        await().atMost(PATIENCE).until(() -> leaders(1).size() == 3 && leaders(2).size() == 3 && leaders(3).size() == 3);
    }

    @AfterEach
    void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void leaders_spread_by_themselves_and_again_after_a_kill() throws Exception {
        start();
        awaitSpread();
        cluster.node(2).kill();
        await().atMost(PATIENCE).until(() -> leaders(1).size() == 3 && !leaders(1).contains(2));
        cluster.node(2).start();
        awaitSpread();
    }

    @Test
    void counters_count_without_an_error_or_a_gap_while_leaders_move() throws Exception {
        // What is tried is handing over: an election on a busy machine may close connections.
        start("election-timeout-millis 3000", "route-timeout-millis 20000");
        AtomicBoolean enough = new AtomicBoolean();
        List<CompletableFuture<Long>> counters = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            try {
                for (NodeProcess node : cluster.nodes()) {
                    for (String key : KEYS) {
                        String own = "{" + key + "}counter-" + node.number();
                        counters.add(CompletableFuture.supplyAsync(() -> count(node, own, enough), threads));
                    }
                }
                for (int i = 0; i < MOVES; i++) {
                    awaitSpread();
                    moveAllToOne(i % 3 + 1);
                }
                awaitSpread();
            } finally {
                enough.set(true);
            }
            for (CompletableFuture<Long> counter : counters) {
                assertThat(counter.get(60, TimeUnit.SECONDS)).as(cluster.logs()).isPositive();
            }
        }
    }

    /** INCR by one client through a node's plain port: the replies must be 1, 2, 3 …, and the connection must hold. */
    private static long count(NodeProcess node, String key, AtomicBoolean enough) {
        long count = 0;
        try (RespSocket socket = node.ports().connect(30_000)) {
            while (!enough.get()) {
                count++;
                assertThat(socket.call("INCR", key)).isEqualTo(":" + count);
            }
        } catch (IOException e) {
            throw new IllegalStateException(key + " after " + count + ": " + e, e);
        }
        return count;
    }

    /** By hand, as a person would; how far it gets before the spreading begins again does not matter. */
    private void moveAllToOne(int to) {
        await().atMost(PATIENCE).until(() -> {
            NodeProcess.Ports target = cluster.node(to).ports();
            for (NodeProcess from : cluster.nodes()) {
                if (from.number() != to) {
                    handOver(from, target);
                }
            }
            // On a busy machine they may be spread again before anybody has seen it: then once more.
            long until = System.nanoTime() + 5_000_000_000L;
            long led = 0;
            while (led < 2 && System.nanoTime() < until) {
                LockSupport.parkNanos(20_000_000);
                led = leaders(to).stream().filter(leader -> leader == to).count();
            }
            return led > 1;
        });
    }

    private static void handOver(NodeProcess from, NodeProcess.Ports target) throws IOException {
        try (RespSocket socket = from.ports().connectCluster(10_000)) {
            String reply = socket.call("FAILOVER", "TO", target.host(), Integer.toString(target.cluster()));
            // It may have lost what it led in the meantime.
            assertThat(reply).containsPattern("OK|not valid when server is a replica");
        }
    }

    private void awaitSpread() {
        await().atMost(PATIENCE).until(() -> leaders(1).equals(List.of(1, 2, 3)) && leaders(3).equals(List.of(1, 2, 3)));
    }

    /** The node that leads each group, in the order of their slots, as a node sees it; fewer if some are led by nobody. */
    private List<Integer> leaders(int asked) {
        List<Integer> leaders = new ArrayList<>();
        NodeProcess.Ports ports = cluster.node(asked).ports();
        try (RespSocket socket = ports.connectCluster(2_000)) {
            // Each range names its leader first: ":first :last *$host".
            Matcher host = Pattern.compile(":\\d+ :\\d+ \\*\\$127\\.0\\.1\\.(\\d)").matcher(socket.call("CLUSTER", "SLOTS"));
            while (host.find()) {
                leaders.add(Integer.parseInt(host.group(1)));
            }
        } catch (IOException down) {
            return List.of();
        }
        return leaders;
    }
}
