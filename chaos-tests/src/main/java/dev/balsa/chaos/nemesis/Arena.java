package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.Namespaces;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What faults may touch.
 *
 * @param network null where there are no network namespaces
 * @param cutClients breaks all connections of clients
 */
public record Arena(TestCluster cluster, @Nullable Namespaces network, Runnable cutClients) {
    private static final int SERVE_MAX_TENTHS = 600;

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

    /** Until every node answers, for a minute at most. */
    void awaitAllServe() throws InterruptedException {
        for (int i = 0; i < SERVE_MAX_TENTHS; i++) {
            if (cluster.nodes().stream().allMatch(this::serves)) {
                return;
            }
            rest();
        }
    }
}
