package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.BlockDisk;
import dev.balsa.chaos.cluster.Namespaces;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What faults may touch.
 *
 * @param network null where there are no network namespaces
 * @param disks of the nodes, in their order; empty where there can be none
 * @param cutClients breaks all connections of clients
 */
public record Arena(
        TestCluster cluster, @Nullable Namespaces network, List<BlockDisk> disks, Runnable cutClients) {
    private static final long SERVE_MAX_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** The network, for faults that have said that it is needed. */
    Namespaces wires() {
        if (network == null) {
            throw new IllegalStateException("no network namespaces");
        }
        return network;
    }

    String needsNetwork() {
        return network == null ? "needs root, iproute2 and iptables for network namespaces" : "";
    }

    String needsDisks() {
        return disks.isEmpty() ? "needs root, mkfs.ext4 and loop devices for disks" : "";
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

    /** Until every node answers, for 20 s at most: another fault may keep one from it. */
    void awaitAllServe() throws InterruptedException {
        long until = System.nanoTime() + SERVE_MAX_NANOS;
        while (!cluster.nodes().stream().allMatch(this::serves) && System.nanoTime() < until) {
            rest();
        }
    }
}
