package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.BlockDisk;
import dev.balsa.chaos.cluster.Clocks;
import dev.balsa.chaos.cluster.Network;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What faults may touch.
 *
 * @param network null where there are no network namespaces
 * @param disks of the nodes, in their order; empty where there can be none
 * @param clocks of the nodes; null where they cannot be set
 */
public record Arena(
        TestCluster cluster, @Nullable Network network, List<BlockDisk> disks, @Nullable Clocks clocks,
        Connections connections) {
    /** All connections of clients. */
    public interface Connections {
        /** They break, whatever is on its way. */
        void cut();

        /** The next command of each is sent in part, then its connection breaks. */
        void cutWithinCommands();
    }

    private static final long SERVE_MAX_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** The network, for faults that have said that it is needed. */
    Network wires() {
        if (network == null) {
            throw new IllegalStateException("no network that can be broken");
        }
        return network;
    }

    String needsNetwork() {
        return network == null ? "needs root, iproute2 and iptables for network namespaces" : "";
    }

    String needsDisks() {
        return disks.isEmpty() ? "needs root, mkfs.ext4 and loop devices for disks" : "";
    }

    String needsClocks() {
        if (clocks != null) {
            return "";
        }
        String elsewhere = needsFiles();
        return elsewhere.isEmpty() ? "needs libfaketime (Debian: apt-get install libfaketime)" : elsewhere;
    }

    /** Why the nodes' files cannot be touched, else empty. */
    String needsFiles() {
        return cluster.nodes().stream().allMatch(NodeProcess::isHere) ? "" : "needs nodes that are processes here";
    }

    /** Only for faults that have said that clocks are needed. */
    void setClock(NodeProcess node, long offsetMillis) throws IOException {
        if (clocks == null) {
            throw new IllegalStateException("no clocks that can be set");
        }
        clocks.set(node, offsetMillis);
    }

    /** Only for faults that have said that disks are needed. */
    BlockDisk disk(NodeProcess node) {
        return disks.get(node.number() - 1);
    }

    int size() {
        return cluster.nodes().size();
    }

    /** How many make a majority. */
    int majority() {
        return size() / 2 + 1;
    }

    List<NodeProcess> alive() {
        return cluster.nodes().stream().filter(NodeProcess::isAlive).toList();
    }

    NodeProcess any(Random random) {
        return cluster.nodes().get(random.nextInt(size()));
    }

    /** The leader of slot 0, or any node if none is known. */
    NodeProcess leader(Random random) {
        for (NodeProcess node : alive()) {
            int leader = cluster.leader(node);
            if (leader > 0 && cluster.node(leader).isAlive()) {
                return cluster.node(leader);
            }
        }
        return any(random);
    }

    /** All nodes in a random order. */
    List<NodeProcess> shuffled(Random random) {
        List<NodeProcess> all = new ArrayList<>(cluster.nodes());
        Collections.shuffle(all, random);
        return all;
    }

    /** Starts all that do not run. */
    void startAll() throws IOException {
        cluster.startAll();
    }

    boolean serves(NodeProcess node) {
        return node.isAlive() && TestCluster.serves(node);
    }

    /** A tenth of a second. */
    void rest() throws InterruptedException {
        Thread.sleep(Duration.ofMillis(100));
    }

    /**
     * Waits until every node has all that any node had a moment ago: then one of them may lose its data.
     *
     * @return whether that is so within so many seconds
     */
    public boolean awaitWhole(int seconds) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Long> target = List.of();
        do {
            List<List<Long>> all = cluster.nodes().stream().map(TestCluster::applied).toList();
            if (reached(all, target)) {
                return true;
            }
            if (all.stream().noneMatch(List::isEmpty)) {
                target = maximum(all);
            }
            rest();
        } while (System.nanoTime() < until);
        return false;
    }

    private static boolean reached(List<List<Long>> all, List<Long> target) {
        return !target.isEmpty() && all.stream().allMatch(applied -> applied.size() == target.size()
                && IntStream.range(0, target.size()).allMatch(i -> applied.get(i) >= target.get(i)));
    }

    private static List<Long> maximum(List<List<Long>> all) {
        int groups = all.stream().mapToInt(List::size).min().orElse(0);
        return IntStream.range(0, groups)
                .mapToObj(i -> all.stream().mapToLong(applied -> applied.get(i)).max().orElse(0))
                .toList();
    }

    /** Until every node answers, for 20 s at most: another fault may keep one from it. */
    void awaitAllServe() throws InterruptedException {
        long until = System.nanoTime() + SERVE_MAX_NANOS;
        while (!cluster.nodes().stream().allMatch(this::serves) && System.nanoTime() < until) {
            rest();
        }
    }
}
