package dev.balsa.node.engine;

/**
 * All data of one slot group: some databases over one arena. Owned by the group's engine thread.
 *
 * <p>Time is given from outside, once for each entry or batch of reads ({@link #time}). A key whose deadline is not after the
 * <em>log time</em> is dead: every replica agrees on that. Its removal from memory is housekeeping of each replica ({@link #removeDue}) and changes no reply.
 */
public final class Keyspace implements AutoCloseable {
    /** What lookups return for a key that is not there. References are never 0. */
    public static final int MISSING = 0;

    /** @param databases how many, Redis' default 16
     *  @param arenaMaxBytes address space to reserve for keys and values; memory is taken as it is used */
    public Keyspace(int databases, long arenaMaxBytes) {
        throw new UnsupportedOperationException(databases + " " + arenaMaxBytes);
    }

    public int databases() {
        throw new UnsupportedOperationException();
    }

    public Database database(int index) {
        throw new UnsupportedOperationException("" + index);
    }

    /** SWAPDB. */
    public void swap(int a, int b) {
        throw new UnsupportedOperationException(a + " " + b);
    }

    /**
     * Sets the time for the calls that follow.
     *
     * @param logMillis decides which keys are dead
     * @param nowMillis at least logMillis; when applying the log the same. On the leader's reads its clock: a key whose deadline lies in (logMillis, nowMillis]
     *     is reported as missing and {@link #sawDue} becomes true, so that the caller can have the log's time moved on and run the read again
     */
    public void time(long logMillis, long nowMillis) {
        throw new UnsupportedOperationException(logMillis + " " + nowMillis);
    }

    public long logMillis() {
        throw new UnsupportedOperationException();
    }

    public long nowMillis() {
        throw new UnsupportedOperationException();
    }

    /** Whether a lookup since {@link #time} met a key that is due by {@code nowMillis} but not by {@code logMillis}. */
    public boolean sawDue() {
        throw new UnsupportedOperationException();
    }

    /** Removes at most {@code limit} keys that are dead by log time; returns how many. */
    public int removeDue(int limit) {
        throw new UnsupportedOperationException("" + limit);
    }

    /** Deadline of the key that dies next (in milliseconds; a little early is allowed), or Long.MAX_VALUE. */
    public long nextDeadlineMillis() {
        throw new UnsupportedOperationException();
    }

    /** Removes everything from all databases, in bounded time; memory is given back by {@link #reclaim}. */
    public void clear() {
        throw new UnsupportedOperationException();
    }

    /** Housekeeping in slices: frees what clear, FLUSHDB and closed snapshots left behind; returns true if there is more to do. */
    public boolean reclaim(int limit) {
        throw new UnsupportedOperationException("" + limit);
    }

    /** Exact bytes of keys, values and tables. */
    public long usedBytes() {
        throw new UnsupportedOperationException();
    }

    /** An immutable view of everything as it is now, taken in O(tables) without copying; one at a time. */
    public Snapshot snapshot() {
        throw new UnsupportedOperationException();
    }

    /** Told of keys that died of their deadline, as they are removed. */
    public void listener(KeyspaceListener listener) {
        throw new UnsupportedOperationException("" + listener);
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
