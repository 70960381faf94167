package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.Namespaces;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.workload.AcknowledgedWrites;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes in network namespaces of their own, and a leader that is cut off from the others but not from its clients. */
class PartitionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    @Test
    void a_leader_cut_off_answers_nothing_stale_and_nothing_acknowledged_is_lost() throws Exception {
        boolean available = Namespaces.available();
        if (!available) {
            System.out.println("PartitionTest skipped: no root or no iproute2 here, so no network namespaces");
        }
        assumeTrue(available);
        try (Namespaces network = Namespaces.create(3);
                TestCluster cluster = TestCluster.createInNamespaces(directory, 3, 1, "spread-leaders-after-millis 0")) {
            cluster.startAll();
            await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(node -> set(node, "k", "before")));
            cutTheLeaderOff(network, cluster);
        }
    }

    private static void cutTheLeaderOff(Namespaces network, TestCluster cluster) throws IOException {
        try (AcknowledgedWrites writes =
                new AcknowledgedWrites(50, attempt -> cluster.node(attempt % 3 + 1).ports())) {
            writes.start();
            await().atMost(PATIENCE).until(() -> writes.acknowledged() > 2_000);
            NodeProcess old = cluster.node(await().atMost(PATIENCE)
                    .until(() -> cluster.leader(cluster.node(1)), number -> number > 0));
            NodeProcess other = cluster.node(old.number() % 3 + 1);
            network.isolate(old.number());
            long cut = System.nanoTime();
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> set(other, "k", "after"));
            System.out.println("milliseconds from the cut to a write on the other side: "
                    + (System.nanoTime() - cut) / 1_000_000);

            assertThat(answer(old, "GET", "k")).as("a read at the old leader").doesNotContain("before");
            assertThat(answer(old, "SET", "k", "lost")).as("a write at the old leader").isNotEqualTo("+OK");

            network.heal(old.number());
            await().atMost(PATIENCE).until(() -> answer(old, "GET", "k").equals("$after"));
            long healed = writes.acknowledged();
            await().atMost(PATIENCE).until(() -> writes.acknowledged() > healed + 500);
            writes.stop();
            assertThat(writes.verify(old.ports())).as(cluster.logs()).isEmpty();
        }
    }

    private static String answer(NodeProcess node, String... command) throws IOException {
        try (RespSocket socket = node.ports().connect(8_000)) {
            return socket.call(command);
        } catch (SocketTimeoutException silent) {
            return "(no answer)";
        } catch (IOException closed) {
            return "(closed)";
        }
    }

    private static boolean set(NodeProcess node, String key, String value) {
        try (RespSocket socket = node.ports().connect(2_000)) {
            return socket.call("SET", key, value).equals("+OK");
        } catch (IOException notYet) {
            return false;
        }
    }
}
