package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.SmallDisk;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.workload.AcknowledgedWrites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Each node has a small disk of its own, and something else fills it to the last byte while clients write. No node is started again. */
class FullDiskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int DISK_MEBIBYTES = 96;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private final List<SmallDisk> disks = new ArrayList<>();
    private TestCluster cluster;
    private AcknowledgedWrites writes;

    @BeforeEach
    void three_nodes_serve_under_load() throws IOException {
        assumeThat(SmallDisk.available()).as("needs root, to mount small disks").isTrue();
        for (int i = 1; i <= 3; i++) {
            disks.add(SmallDisk.mount(directory.resolve("node" + i), DISK_MEBIBYTES));
        }
        cluster = TestCluster.create(directory, 3, 1, "disk-reserve-bytes 8mb");
        cluster.startAll();
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
        writes = new AcknowledgedWrites(10, attempt -> cluster.node(attempt % 3 + 1).ports());
        writes.start();
        awaitMore(500);
    }

    @AfterEach
    void stop() throws Exception {
        if (writes != null) {
            writes.close();
        }
        if (cluster != null) {
            cluster.nodes().stream().filter(NodeProcess::isAlive).forEach(NodeProcess::kill);
        }
        for (SmallDisk disk : disks) {
            disk.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void a_full_leader_hands_over_and_a_full_follower_holds_up_nobody() throws Exception {
        for (boolean leading : new boolean[] {true, false}) {
            int leader = leader();
            NodeProcess full = cluster.node(leading ? leader : leader % 3 + 1);
            long told = count(full, "disk full");
            long admitted = count(full, "admits writes again");
            disk(full).fill();
            long filled = System.nanoTime();
            awaitMore(1_000);
            System.out.println((leading ? "leader" : "follower") + " full: 1000 more writes after "
                    + (System.nanoTime() - filled) / 1_000_000 + " ms, " + writes.errors() + " errors so far");
            // It may be the node that was full before.
            await().atMost(PATIENCE).until(() -> count(full, "disk full") > told);
            await().atMost(PATIENCE).untilAsserted(
                    () -> assertThat(info(full)).contains("aof_last_write_status:err").contains("problem="));
            disk(full).free();
            awaitMore(200);
            await().atMost(PATIENCE).until(() -> count(full, "admits writes again") > admitted);
            await().atMost(PATIENCE).until(() -> info(full).contains("aof_last_write_status:ok"));
        }
        awaitSame();
    }

    @Test
    void full_followers_make_the_leader_refuse_writes_until_there_is_room() throws Exception {
        int leader = leader();
        refusesWhileFull(List.of(cluster.node(leader % 3 + 1), cluster.node((leader + 1) % 3 + 1)));
    }

    @Test
    void a_full_majority_with_the_leader_refuses_writes_until_there_is_room() throws Exception {
        int leader = leader();
        refusesWhileFull(List.of(cluster.node(leader), cluster.node(leader % 3 + 1)));
    }

    private void refusesWhileFull(List<NodeProcess> full) throws IOException {
        await().atMost(PATIENCE).until(() -> call(cluster.node(1), "SET", "probe", "1").equals("+OK"));
        for (NodeProcess node : full) {
            disk(node).fill();
        }
        NodeProcess asked = cluster.nodes().stream().filter(node -> !full.contains(node)).findFirst().orElseThrow();
        await().atMost(PATIENCE).until(() -> call(asked, "SET", "probe", "2").startsWith("-MISCONF"));
        System.out.println("majority full: " + call(asked, "SET", "probe", "2"));
        for (NodeProcess node : cluster.nodes()) {
            // the leader may be handing over: then a node says for a moment that it knows none
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(call(node, "GET", "probe")).isIn("$1", "$2"));
        }
        for (SmallDisk disk : disks) {
            disk.free();
        }
        awaitMore(500);
        awaitSame();
    }

    private void awaitSame() throws IOException {
        writes.stop();
        assertThat(cluster.nodes()).as(cluster.logs()).allMatch(NodeProcess::isAlive);
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            List<String> digests = new ArrayList<>();
            for (NodeProcess node : cluster.nodes()) {
                digests.add(TestCluster.digest(node));
            }
            assertThat(digests).as(cluster.logs()).containsOnly(digests.getFirst());
        });
        assertThat(writes.verify(cluster.node(1).ports())).as(cluster.logs()).isEmpty();
    }

    /** How many lines of its log say so. */
    private static long count(NodeProcess node, String words) throws IOException {
        try (Stream<String> lines = Files.lines(node.log())) {
            return lines.filter(line -> line.contains(words)).count();
        }
    }

    private SmallDisk disk(NodeProcess node) {
        return disks.get(node.number() - 1);
    }

    private int leader() {
        return await().atMost(PATIENCE).until(() -> cluster.leader(cluster.node(1)), number -> number > 0);
    }

    private void awaitMore(long count) {
        long from = writes.acknowledged();
        await().atMost(PATIENCE).until(() -> writes.acknowledged() >= from + count);
    }

    private static String info(NodeProcess node) throws IOException {
        try (RespSocket socket = node.ports().connectCluster(10_000)) {
            return socket.call("INFO", "persistence") + socket.call("INFO", "balsa_groups");
        }
    }

    private static String call(NodeProcess node, String... command) {
        try (RespSocket socket = node.ports().connect(10_000)) {
            return socket.call(command);
        } catch (IOException broken) {
            return broken.toString();
        }
    }
}
