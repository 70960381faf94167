package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.workload.AcknowledgedWrites;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Three processes, fifty clients that remember what was acknowledged, and kill -9. */
class FailoverTest {
    /** How often the leader is killed; {@code -Dbalsa.kills=10} for a median worth quoting. */
    private static final int KILLS = Integer.getInteger("balsa.kills", 3);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private TestCluster cluster;

    @BeforeEach
    void three_nodes_serve() throws IOException {
        cluster = TestCluster.create(directory, 3, 1);
        cluster.startAll();
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(FailoverTest::serves));
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void kill_9_of_a_leader_loses_nothing_that_was_acknowledged() throws Exception {
        List<Long> gaps = new ArrayList<>();
        try (AcknowledgedWrites writes = load()) {
            for (int round = 0; round < KILLS; round++) {
                awaitMore(writes, 2_000);
                NodeProcess leader = leader();
                leader.kill();
                long killed = System.nanoTime();
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5))
                        .until(() -> writes.lastAcknowledgedNanos() - killed > 50_000_000);
                gaps.add((writes.lastAcknowledgedNanos() - killed) / 1_000_000);
                awaitMore(writes, 500);
                leader.start();
                await().atMost(PATIENCE).until(() -> serves(leader));
            }
            writes.stop();
            assertThat(writes.verify(cluster.node(1).ports())).as(cluster.logs()).isEmpty();
        }
        System.out.println("milliseconds from kill -9 of the leader to writes again: " + gaps);
    }

    @Test
    void kill_9_of_all_nodes_at_once_loses_nothing_that_was_acknowledged() throws Exception {
        try (AcknowledgedWrites writes = load()) {
            awaitMore(writes, 5_000);
            for (NodeProcess node : cluster.nodes()) {
                node.kill();
            }
            writes.stop();
            cluster.startAll();
            await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(FailoverTest::serves));
            assertThat(writes.verify(cluster.node(2).ports())).as(cluster.logs()).isEmpty();
        }
    }

    @Test
    void a_leader_that_stands_still_for_ten_seconds_loses_nothing_and_answers_nothing_stale() throws Exception {
        try (AcknowledgedWrites writes = load()) {
            awaitMore(writes, 2_000);
            NodeProcess old = leader();
            NodeProcess other = cluster.node(old.number() % 3 + 1);
            old.pause();
            long paused = System.nanoTime();
            await().atMost(PATIENCE).until(() -> set(other, "after-pause", "new"));
            await().atMost(Duration.ofSeconds(15)).until(() -> System.nanoTime() - paused > 10_000_000_000L);
            old.resume();
            // An error while it looks for the leader would be no wrong answer.
            await().atMost(PATIENCE).until(() -> get(old, "after-pause"), answer -> {
                assertThat(answer).matches("\\$new|-.*");
                return answer.equals("$new");
            });
            awaitMore(writes, 500);
            writes.stop();
            assertThat(writes.verify(old.ports())).as(cluster.logs()).isEmpty();
        }
    }

    private AcknowledgedWrites load() {
        AcknowledgedWrites writes = new AcknowledgedWrites(50, attempt -> cluster.node(attempt % 3 + 1).ports());
        writes.start();
        return writes;
    }

    private void awaitMore(AcknowledgedWrites writes, long count) {
        long from = writes.acknowledged();
        await().atMost(PATIENCE).until(() -> writes.acknowledged() >= from + count);
    }

    private NodeProcess leader() {
        return cluster.node(await().atMost(PATIENCE).until(this::leaderNumber, number -> number > 0));
    }

    private int leaderNumber() {
        for (NodeProcess node : cluster.nodes()) {
            int leader = node.isAlive() ? cluster.leader(node) : 0;
            if (leader > 0 && cluster.node(leader).isAlive()) {
                return leader;
            }
        }
        return 0;
    }

    private static String get(NodeProcess node, String key) throws IOException {
        try (RespSocket socket = node.ports().connect(10_000)) {
            return socket.call("GET", key);
        }
    }

    private static boolean set(NodeProcess node, String key, String value) {
        try (RespSocket socket = node.ports().connect(2_000)) {
            return socket.call("SET", key, value).equals("+OK");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static boolean serves(NodeProcess node) {
        return set(node, "probe", "1");
    }
}
