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

    /** The highest index that this node's replicas have applied, over all groups: the replication offset it shows. */
    long appliedIndex();

    /** Highest term of any group that this node knows. */
    long term();

    /** Keys of a slot in database 0 whose group is led here. Ends exceptionally when this node does not lead it. */
    CompletableFuture<Long> countKeysInSlot(int slot);

    /** At most {@code count} keys of a slot in database 0. Ends exceptionally when this node does not lead it. */
    CompletableFuture<List<byte[]>> keysInSlot(int slot, int count);
}
