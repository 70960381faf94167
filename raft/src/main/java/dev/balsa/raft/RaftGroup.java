package dev.balsa.raft;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One replica of one Raft group: the door to replication. Thread-safe. */
public interface RaftGroup extends AutoCloseable {
    /** Name of the group, the same on all its replicas. */
    String name();

    /**
     * Appends {@code entry} on the leader and replicates it. Never blocks. {@code proposal} comes back with {@link
     * StateMachine#apply}
     * or is told its failure.
     *
     * @param entry not changed by anyone afterwards
     */
    void propose(ByteBuffer entry, Proposal proposal);

    /**
     * A linearizable read barrier: calls back when this replica has handed every entry that was committed before this
     * call to {@link
     * StateMachine#apply}. Works on followers too (they ask the leader). One call is one ReadIndex round: callers share
     * rounds among their reads.
     */
    void readIndex(ReadDone done);

    /**
     * Whether this replica leads as the only voter: then nobody else can have answered anything, and a read needs no barrier. Cheap; asked for every
     * read.
     */
    default boolean leadsAlone() {
        return false;
    }

    /** The end of a read barrier; called once, on any thread; must return at once and not throw. */
    interface ReadDone {
        void ready(long index);

        void failed(RaftFailure failure);
    }

    Leadership leadership();

    /** Figures for people and metrics. Cheap, may be slightly behind. */
    GroupStatus status();

    /**
     * Starts a snapshot and the compaction of the log that follows. Ends exceptionally if there is one already or it
     * fails.
     */
    CompletableFuture<Void> snapshot();

    /**
     * Hands leadership to {@code peer}; completes with true only when that peer (or another) really leads, false if
     * nothing changed in time.
     */
    CompletableFuture<Boolean> transferLeadership(String peer);

    /** Adds one replica; completes when the new configuration is committed. */
    CompletableFuture<Void> addPeer(String peer);

    /** Removes one replica; completes when the new configuration is committed. */
    CompletableFuture<Void> removePeer(String peer);

    /** Raft addresses {@code host:port} of all voting members, as this replica knows them. */
    List<String> peers();

    /** Stops this replica and waits until its threads and files are closed. */
    @Override
    void close();
}
