package dev.balsa.raft;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a group replicates into. All methods but {@link #failed} are called one after the other on the group's apply
 * thread;
 * none may throw. {@code apply} may wait briefly when the receiver is behind (that is the back-pressure of a replay).
 */
public interface StateMachine {
    /**
     * The committed entry {@code index}. Called once for each entry that was proposed, in the order of the indexes
     * (indexes that
     * the group uses for itself are missing).
     *
     * @param data the entry's bytes, not changed afterwards; may be kept
     * @param proposal what was given to {@link RaftGroup#propose} on this replica, or null if it was proposed elsewhere
     *     or before a restart
     */
    void apply(long index, long term, ByteBuffer data, @Nullable Proposal proposal);

    /**
     * Writes the state after all entries applied so far into files in {@code directory}. Takes the view now, writes it
     * in the background,
     * and calls {@code done} once from any thread when every file is on disk (fsynced).
     */
    void save(Path directory, SnapshotDone done);

    /**
     * Replaces the state by the files in {@code directory}, up to {@code lastIndex}. Returns when it is done. False:
     * the snapshot is damaged or unreadable.
     */
    boolean load(Path directory, long lastIndex, long lastTerm);

    /**
     * This replica leads from now on; everything committed before has been applied. May be repeated in the same term.
     */
    void leaderStart(long term);

    /** This replica leads no longer. */
    void leaderStop(RaftFailure reason);

    /** This replica follows {@code leader} (a Raft address {@code host:port}) now. */
    void following(String leader, long term);

    /** The group cannot go on in this process: end it, fast and cleanly. Called from any thread. */
    void failed(Throwable cause);

    /** The end of a snapshot. */
    interface SnapshotDone {
        /** @param fileNames the files written, relative to the directory */
        void saved(java.util.List<String> fileNames);

        void failed(Throwable cause);
    }
}
