package dev.balsa.node.observe;

import dev.balsa.node.cluster.ClusterView;
import dev.balsa.node.config.NodeConfig;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proxy.acl.Definition;
import dev.balsa.raft.GroupStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the administration sees of its node, and what it can have it do. Thread-safe; reading is cheap enough for every
 * INFO. Futures may
 * complete on any thread.
 */
public interface NodeState extends ClusterView {
    /** What it was started with. */
    NodeConfig config();

    /** When the process began, milliseconds since 1970. */
    long startMillis();

    /** What the front has counted so far. */
    FrontFigures front();

    /** The totals of {@link #front} alone, which are asked for all the time. */
    default FrontFigures.Totals totals() {
        return front().totals();
    }

    /** Bytes that keys, values and tables of all groups take here; may be a little behind. */
    default long usedBytes() {
        long used = 0;
        for (GroupState group : groups()) {
            used += group.usedBytes();
        }
        return used;
    }

    /** Every group that has a replica here, in the order of their ids. */
    List<GroupState> groups();

    /**
     * Snapshots of every replica here; completes when all are on disk. A group whose snapshot is being written already
     * is waited for.
     */
    CompletableFuture<Void> save();

    /**
     * Hands over the leadership of every group led here.
     *
     * @param nodeId to whom; null: to the member that has most of the log
     * @return true when none is led here any more
     */
    CompletableFuture<Boolean> transferAll(@Nullable String nodeId);

    /**
     * Ends the process: hands over leadership (unless {@code now}), then closes everything. Returns at once.
     */
    void shutdown(boolean now);

    /**
     * 40 hex digits over everything in this node's replica of a group, the same on every replica that has applied the
     * same index.
     */
    CompletableFuture<Digest> digest(int group);

    @Override
    default boolean clusterEnabled() {
        return config().clusterPort() != 0;
    }

    @Override
    default boolean clusterTls() {
        return config().tlsCluster();
    }

    @Override
    default long offset(int group, String nodeId) {
        for (GroupState state : groups()) {
            if (state.id() == group) {
                return nodeId.equals(nodeId()) ? state.raft().lastIndex() : offset(state.raft(), nodeId);
            }
        }
        return 0;
    }

    private long offset(GroupStatus group, String nodeId) {
        for (GroupStatus.Follower follower : group.followers()) {
            ClusterMap.Node node = leaders().nodeAt(follower.peer());
            if (node != null && node.id().equals(nodeId)) {
                return follower.matchIndex();
            }
        }
        return group.committedIndex();
    }

    @Override
    default boolean seemsAlive(String nodeId) {
        return ReplicationFigures.of(this).replicas().stream()
                .filter(replica -> replica.node().id().equals(nodeId))
                .allMatch(ReplicationFigures.Replica::alive);
    }

    /** The users as this node knows them. */
    Definition users();

    /** Forgets the counters that CONFIG RESETSTAT resets. */
    void resetCounts();

    /**
     * Whether this replica removes keys that are dead by log time on its own; DEBUG SET-ACTIVE-EXPIRE switches it. No
     * reply depends on it.
     */
    void activeExpire(boolean on);

    /** The client connection with this id, null if it is gone or was another node's. */
    @Nullable Client client(long clientId);

    /**
     * @param address {@code host:port}
     * @param name as CLIENT SETNAME set it, or empty
     */
    record Client(String address, String name) {}

    /** @param index the applied index that {@code hex} is the state after */
    record Digest(long index, String hex) {}
}
