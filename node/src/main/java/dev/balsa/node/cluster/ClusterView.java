package dev.balsa.node.cluster;

import dev.balsa.proto.cluster.ClusterMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the CLUSTER commands need to see of this node. Thread-safe. */
public interface ClusterView {
    /** 40 hex digits. */
    String nodeId();

    ClusterMap map();

    LeaderTable leaders();

    /** Whether CLUSTER is served: there is a port for clients that follow it. */
    boolean clusterEnabled();

    /** Log entries that a member has, summed over groups, as far as this node knows; 0 = it does not. */
    long offset(String nodeId);

    /** Whether a member answers, as far as this node knows; true when it does not know. */
    boolean seemsAlive(String nodeId);

    /** Keys of a slot in database 0 whose group is led here. Ends exceptionally when this node does not lead it. */
    CompletableFuture<Long> countKeysInSlot(int slot);

    /** At most {@code count} keys of a slot in database 0. Ends exceptionally when this node does not lead it. */
    CompletableFuture<List<byte[]>> keysInSlot(int slot, int count);
}
