package dev.balsa.proxy.route;

import dev.balsa.proto.cluster.ClusterMap;
import org.jspecify.annotations.Nullable;

/**
 * What a front sees of the cluster. Thread-safe: called on every event loop, for every command, so it must be cheap.
 */
public interface ClusterView {
    /** The newest map known. */
    ClusterMap map();

    /** The same map, ready for look-up. */
    SlotMap slots();

    /** For plain clients: a backend that reaches the group's leader wherever it is; null if there is no such group. */
    @Nullable Backend backend(int group);

    /** For cluster-aware clients: the replica in this process, leading or not; null if there is none. */
    @Nullable Backend local(int group);

    /** Whether this process leads the group, as far as it knows. */
    boolean leadsHere(int group);

    /** Whether this process is a node: messages to channels are published in nodes. */
    default boolean isNode() {
        return true;
    }

    /** Cluster address {@code host:port} of the group's leader; empty if none is known. */
    String leaderAddress(int group);
}
