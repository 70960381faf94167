package dev.balsa.node.observe;

import dev.balsa.proto.slot.SlotRange;
import dev.balsa.raft.GroupStatus;
import java.util.List;

/**
 * One slot group as this node's replica of it stands. Immutable; a little behind the moment it is read.
 *
 * @param id of the group
 * @param members node ids
 * @param raft role, term, indexes, followers
 * @param keyspaces one for each database
 * @param usedBytes keys, values and tables
 * @param logMillis log time: what the group's keys think it is
 */
public record GroupState(
        int id,
        List<SlotRange> slots,
        List<String> members,
        GroupStatus raft,
        List<Keys> keyspaces,
        Counts counts,
        long usedBytes,
        long logMillis,
        Saved saved,
        Scripts scripts) {

    /**
     * @param count keys of a database
     * @param withDeadline those that expire
     * @param withFieldDeadlines hashes of which fields expire
     */
    public record Keys(long count, long withDeadline, long withFieldDeadlines) {
        public static final Keys NONE = new Keys(0, 0, 0);
    }

    /**
     * What happened since the process began (or CONFIG RESETSTAT).
     *
     * @param hits lookups by reads that found their key
     * @param misses lookups by reads that did not
     * @param expired keys that died of their deadline
     * @param evicted keys that were removed because memory was full
     * @param entries log entries applied
     * @param writes commands applied from the log
     */
    public record Counts(long hits, long misses, long expired, long evicted, long entries, long writes) {
        public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);
    }

    /**
     * The group's snapshots.
     *
     * @param lastMillis when the newest one was finished, milliseconds since 1970; the start of the process if
     *     there is none
     * @param lastOk whether the last attempt succeeded
     * @param lastTookMillis -1 = none yet
     * @param runningSinceMillis when the one being written was begun, 0 = none is
     * @param changesSince commands applied since the newest one
     * @param count written by this process
     */
    public record Saved(long lastMillis, boolean lastOk, long lastTookMillis, long runningSinceMillis,
            long changesSince, long count) {}

    /**
     * Scripts and functions, which all groups have alike, but for scripts that were only evaluated.
     *
     * @param bytes of their texts, about
     */
    public record Scripts(long cached, long libraries, long functions, long bytes) {}

    public boolean leads() {
        return raft.role().equals("leader");
    }

    /** Whether the replica can take entries. */
    boolean isWell() {
        return raft.problem() == null;
    }

    /** Keys of all databases. */
    public long keyCount() {
        long count = 0;
        for (Keys keys : keyspaces) {
            count += keys.count();
        }
        return count;
    }
}
