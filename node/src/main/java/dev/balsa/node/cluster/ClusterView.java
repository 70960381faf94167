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

    /** Whether that port is TLS. */
    boolean clusterTls();

    /**
     * Index of the last log entry that a member of a group has, as far as this node knows: the leader knows it of all,
     * a follower of itself alone, and of the others says what the group has committed. 0 if no replica is here.
     */
    long offset(int group, String nodeId);

    /** Whether a member answers, as far as this node knows; true when it does not know. */
    boolean seemsAlive(String nodeId);

    /** Keys of a slot in database 0 whose group is led here. Ends exceptionally when this node does not lead it. */
    CompletableFuture<Long> countKeysInSlot(int slot);

    /** At most {@code count} keys of a slot in database 0. Ends exceptionally when this node does not lead it. */
    CompletableFuture<List<byte[]>> keysInSlot(int slot, int count);
}
