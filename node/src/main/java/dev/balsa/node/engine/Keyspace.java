package dev.balsa.node.engine;

import dev.balsa.node.engine.memory.Slabs;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.LargeValue;
import dev.balsa.node.engine.value.SlotTable;
import dev.balsa.node.engine.value.ValueSpace;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * How the parts fit:
 *
 *     Database 0..n-1 --- SlotTable     slot, hash -> reference       arrays on the heap, few and large
 *            |      \---- ExpiryIndex   deadline -> reference         arrays on the heap, only with deadlines
 *            |
 *     Keyspace ---------- Blobs         header, key, value            off the heap, in
 *                         Slabs         size classes, pages           one AddressSpace for all databases
 *
 * What a snapshot does to writing is decided in two methods here: `shared` (must this slot's arrays be copied
 * first?) and `changeable` (may
 * this blob be overwritten or freed at once?). Frees that must wait are queued; `reclaim` works them off in slices,
 * together with the tables that
 * FLUSHDB and FLUSHALL only detached.
 */

/**
 * All data of one slot group: some databases over one arena. Owned by the group's engine thread.
 *
 * <p>Time is given from outside, once for each entry or batch of reads ({@link #time}). A key whose deadline is not
 * after the
 * <em>log time</em> is dead: every replica agrees on that. Its removal from memory is housekeeping of each replica
 * ({@link #removeDue}) and changes no reply.
 */
public final class Keyspace implements AutoCloseable {
    /** What lookups return for a key that is not there. References are never 0. */
    public static final int MISSING = 0;

    private final Slabs slabs;
    private final Blobs blobs;
    private final ValueSpace space;
    private final LargeValues large;
    private final FieldDeadlines fields;
    private boolean fieldsTimed;
    private EncodingLimits limits = EncodingLimits.DEFAULT;
    private final WatchMarks marks = new WatchMarks();
    private final Waiters waiters = new Waiters();
    private final Waiters readers = new Waiters();
    private SharedUsers users = SharedUsers.NONE;
    private final Scripts scripts = new Scripts();
    private final AccessClock accessClock = new AccessClock();
    private final Database[] databases;
    private @Nullable KeyspaceListener listener;
    private @Nullable KeyChanges changes;

    private long logMillis;
    private long nowMillis;
    private boolean sawDue;

    private int epoch = 1;
    private @Nullable SnapshotView view;
    private IntList waiting = new IntList(); // freed, but the open view may read them
    private final ArrayDeque<IntList> freed = new ArrayDeque<>(); // freed for good, to be given back
    private final ArrayDeque<Dropped> dropped = new ArrayDeque<>();
    private long leavingBytes; // of what is freed, or will be when the view closes
    private long droppedBytes; // of what was dropped, about

    /** @param databases how many, Redis' default 16
     *  @param arenaMaxBytes address space to reserve for keys and values, at most 32 GiB; memory is taken as it is
     *  used */
    public Keyspace(int databases, long arenaMaxBytes) {
        this(databases, arenaMaxBytes, false);
    }

    /** @param checked whether each reference is checked to be alive (slow; for tests) */
    public Keyspace(int databases, long arenaMaxBytes, boolean checked) {
        slabs = new Slabs(arenaMaxBytes, checked);
        blobs = new Blobs(slabs.memory());
        space = new ValueSpace(slabs, new Freed());
        large = new LargeValues(space);
        fields = new FieldDeadlines(blobs);
        this.databases = new Database[databases];
        for (int i = 0; i < databases; i++) {
            this.databases[i] = new Database(this, i);
        }
    }

    public int databases() {
        return databases.length;
    }

    public Database database(int index) {
        return databases[index];
    }

    /** SWAPDB. */
    public void swap(int a, int b) {
        if (!marks.isEmpty() && a != b) {
            WatchMarks.Existing there = key -> databases[a].find(key, 0, key.length) != MISSING
                    || databases[b].find(key, 0, key.length) != MISSING;
            marks.changed(a, there);
            marks.changed(b, there);
        }
        noteEmptied();
        Database first = databases[a];
        databases[a] = databases[b];
        databases[b] = first;
        databases[a].index(a);
        databases[b].index(b);
        for (int i : new int[] {a, b}) {
            waiters.changed(i);
            readers.changed(i);
        }
    }

    /** Who waits for keys: part of the replicated state. */
    public Waiters waiters() {
        return waiters;
    }

    /** Reads of this replica that wait for entries of streams: no part of the state. */
    public Waiters readers() {
        return readers;
    }

    /** A command has run: notes which keys have become ready for those who wait. */
    public void settleReady() {
        waiters.settle(this);
        readers.settle(this);
    }

    /** Whether it matters to somebody that a key changes. */
    boolean isObserved() {
        return !marks.isEmpty() || !waiters.isEmpty() || !readers.isEmpty();
    }

    /** A key changes: nobody who watches it may believe otherwise, and who waits for it is to be served. */
    void changed(int database, byte[] key, int offset, int length) {
        if (!marks.isEmpty()) {
            marks.changed(database, key, offset, length);
        }
        if (!waiters.isEmpty()) {
            waiters.changed(database, key, offset, length);
        }
        if (!readers.isEmpty()) {
            readers.changed(database, key, offset, length);
        }
    }

    /** As the other, for all keys of a database that is emptied now. */
    void emptied(int database) {
        noteEmptied();
        if (isObserved()) {
            marks.changed(database, key -> databases[database].find(key, 0, key.length) != MISSING);
            waiters.changed(database);
            readers.changed(database);
        }
    }

    private void noteEmptied() {
        if (changes != null) {
            changes.emptied();
        }
    }

    /** Which keys are watched. */
    public WatchMarks marks() {
        return marks;
    }

    /** The users of the cluster, in the group that keeps them. FLUSHALL leaves them alone. */
    public SharedUsers users() {
        return users;
    }

    public void users(SharedUsers all) {
        users = all;
    }

    /** Scripts and functions. FLUSHALL leaves them alone. */
    public Scripts scripts() {
        return scripts;
    }

    /** Marks a key as watched by one more; returns the id of the mark ({@link WatchMarks}). */
    public long watch(int database, byte[] key, int offset, int length) {
        int ref = databases[database].find(key, offset, length);
        long due = 0;
        if (ref != MISSING) {
            long at = Slabs.offset(ref);
            due = blobs.deadline(at);
            if (due != 0 && blobs.hasFieldDeadlines(at)) {
                // The slot may still hold the deadline of fields that are dead but not removed, here and not elsewhere.
                long field = fields.nextAfter(at, large::get, logMillis);
                due = FieldDeadlines.earlier(blobs.ownDeadline(at), field);
            }
        }
        return marks.watch(database, key, offset, length, due, logMillis);
    }

    // -- time ---------------------------------------------------------------------------------------------------

    /**
     * Sets the time for the calls that follow.
     *
     * @param logMillis decides which keys are dead
     * @param nowMillis at least logMillis; when applying the log the same. On the leader's reads its clock: a key
     *     whose deadline lies in (logMillis, nowMillis]
     *     is reported as missing and {@link #sawDue} becomes true, so that the caller can have the log's time moved
     *     on and run the read again
     */
    public void time(long logMillis, long nowMillis) {
        this.logMillis = logMillis;
        this.nowMillis = nowMillis;
        sawDue = false;
    }

    public long logMillis() {
        return logMillis;
    }

    public long nowMillis() {
        return nowMillis;
    }

    /** Whether a lookup since {@link #time} met a key that is due by {@code nowMillis} but not by {@code logMillis}. */
    public boolean sawDue() {
        return sawDue;
    }

    /** Whether a key with this deadline counts as missing now. */
    boolean isDead(long deadlineMillis) {
        if (deadlineMillis == 0 || deadlineMillis > nowMillis) {
            return false;
        }
        if (deadlineMillis > logMillis) {
            sawDue = true;
        }
        return true;
    }

    /** Whether the key of a blob counts as missing now. */
    boolean isDeadKey(long at) {
        long due = blobs.deadline(at);
        if (due == 0 || due > nowMillis) {
            return false;
        }
        if (!blobs.hasFieldDeadlines(at)) {
            return isDead(due);
        }
        if (!fields.isDead(at, large::get, nowMillis)) {
            return false;
        }
        sawDue |= !fields.isDead(at, large::get, logMillis);
        return true;
    }

    /** How deadlines of fields are read. */
    FieldDeadlines fields() {
        return fields;
    }

    /** Notes that there are hashes whose fields have deadlines. */
    void fieldsTimed() {
        fieldsTimed = true;
    }

    /**
     * Removes at most {@code limit} keys, or fields, that are dead by log time; returns how many. May return 0 though
     * there are more, when the limit went into sorting
     * deadlines: all are removed when {@link #nextDeadlineMillis} is after the log time.
     */
    public int removeDue(int limit) {
        int removed = 0;
        for (int i = 0; i < databases.length && removed < limit; i++) {
            removed += databases[i].removeDue(limit - removed);
        }
        return removed;
    }

    /** Deadline of the key that dies next (in milliseconds; a little early is allowed), or Long.MAX_VALUE. */
    public long nextDeadlineMillis() {
        long next = Long.MAX_VALUE;
        for (Database database : databases) {
            next = Math.min(next, database.nextDeadlineMillis());
        }
        return next;
    }

    /** Where changes of keys are noted, for events; null: nobody wants to know. */
    public @Nullable KeyChanges changes() {
        return changes;
    }

    /** Has changes noted from now on, or (null) no more. */
    public void changes(@Nullable KeyChanges notes) {
        changes = notes;
    }

    /** Told of keys that died of their deadline, as they are removed. */
    public void listener(KeyspaceListener listener) {
        this.listener = listener;
    }

    /** Removes a live key because memory is full; false if there is none. */
    public boolean evict(int database, byte[] key, int offset, int length) {
        if (!databases[database].remove(key, offset, length)) {
            return false;
        }
        if (listener != null) {
            listener.evicted(database, Arrays.copyOfRange(key, offset, offset + length));
        }
        return true;
    }

    void expired(int database, byte[] key) {
        if (listener != null) {
            listener.expired(database, key);
        }
    }

    // -- memory -------------------------------------------------------------------------------------------------

    /** Removes everything from all databases, in bounded time; memory is given back by {@link #reclaim}. */
    public void clear() {
        for (Database database : databases) {
            database.clear();
        }
        fieldsTimed = false;
    }

    /** Takes over a table that its database has let go. */
    void drop(SlotTable table) {
        long keys = table.size();
        for (Database database : databases) {
            keys += database.table() == table ? 0 : database.size();
        }
        droppedBytes += keys == 0 ? 0 : (long) ((double) slabs.usedBytes() / keys * table.size());
        dropped.add(new DroppedTable(this, table));
    }

    /** Takes over a large value whose key is gone. */
    void dropLarge(int id) {
        LargeValue value = large.remove(id);
        droppedBytes += value.memoryBytes();
        dropped.add(new DroppedValue(value));
    }

    /** Frees the blob of a key whose table was dropped. */
    void freeDropped(int ref) {
        long at = Slabs.offset(ref);
        if (Blobs.isLarge(blobs.flags(at))) {
            dropLarge(blobs.largeId(at));
        }
        slabs.free(ref);
    }

    /**
     * Housekeeping in slices: frees what clear, FLUSHDB and closed snapshots left behind; returns true if there is
     * more to do now.
     *
     * @param limit blobs to free in this call
     */
    public boolean reclaim(int limit) {
        settle();
        int left = limit;
        while (left > 0 && !freed.isEmpty()) {
            IntList list = freed.getFirst();
            while (left > 0 && list.size() > 0) {
                int ref = list.removeLast();
                leavingBytes -= slabs.capacity(ref);
                slabs.free(ref);
                left--;
            }
            if (list.size() == 0) {
                freed.removeFirst();
            }
        }
        // What was dropped waits for the view to close: queueing each of its blobs would take memory for nothing.
        while (left > 0 && view == null && !dropped.isEmpty()) {
            left -= dropped.getFirst().free(left);
            if (dropped.getFirst().isEmpty()) {
                dropped.removeFirst();
            }
        }
        droppedBytes = dropped.isEmpty() ? 0 : droppedBytes;
        return !freed.isEmpty() || (view == null && !dropped.isEmpty());
    }

    /** Exact bytes of keys, values and tables. */
    public long usedBytes() {
        long bytes = slabs.usedBytes() + space.heapBytes() + large.usedBytes() + scripts.bytes();
        for (Database database : databases) {
            bytes += database.tableBytes();
        }
        for (Dropped one : dropped) {
            bytes += one.bytes();
        }
        return bytes;
    }

    /**
     * Bytes, about, of {@link #usedBytes} that nobody needs any more: they are given back in slices, some when the
     * open snapshot closes or the last reader of a value ends. What is to be evicted must not be counted twice.
     */
    public long leavingBytes() {
        return Math.min(usedBytes(), leavingBytes + droppedBytes + space.heldBackBytes());
    }

    /** Bytes of address space in pages that hold blobs; more than the blobs' own bytes by what is fragmented. */
    public long heldBytes() {
        return slabs.heldBytes();
    }

    /**
     * Bytes of address space that no page uses: writes are to be refused before this falls below what an entry may
     * add.
     */
    public long roomBytes() {
        return slabs.roomBytes();
    }

    /** Where large values keep their bytes. */
    public ValueSpace space() {
        return space;
    }

    /** Up to which size values stay packed; the same on every replica. */
    public EncodingLimits limits() {
        return limits;
    }

    public void limits(EncodingLimits limits) {
        this.limits = limits;
    }

    /** Which access statistics are kept, with Redis' defaults. */
    public void accessPolicy(AccessPolicy policy) {
        accessPolicy(policy, AccessClock.LOG_FACTOR, AccessClock.DECAY_MINUTES);
    }

    /**
     * Which access statistics are kept.
     *
     * @param logFactor the larger, the more accesses a frequency counter needs to rise
     * @param decayMinutes after so long it falls by one, 0 = never
     */
    public void accessPolicy(AccessPolicy policy, int logFactor, int decayMinutes) {
        accessClock.policy(policy, logFactor, decayMinutes);
    }

    public AccessPolicy accessPolicy() {
        return accessClock.policy();
    }

    /** What values give back while a snapshot or a reader needs it. */
    private final class Freed implements ValueSpace.Frees {
        @Override
        public void later(int ref) {
            freeLater(ref);
        }

        @Override
        public void inSlices(int[] refs, int count) {
            IntList list = new IntList(refs, count);
            for (int i = 0; i < count; i++) {
                leavingBytes += slabs.capacity(refs[i]);
            }
            if (view == null) {
                freed.add(list);
            } else {
                waiting.addAll(list);
            }
        }
    }

    // -- snapshots ----------------------------------------------------------------------------------------------

    /** An immutable view of everything as it is now, taken in O(tables) without copying; one at a time. */
    public Snapshot snapshot() {
        settle();
        if (view != null) {
            throw new IllegalStateException("A snapshot is open");
        }
        for (int i = 0; i < databases.length; i++) {
            databases[i].viewIndex(i);
        }
        epoch++;
        slabs.seal();
        view = new SnapshotView(blobs, large.view(), limits, logMillis, databases);
        view.fieldsTimed(fieldsTimed);
        view.marks(marks.toBytes());
        view.waiters(waiters.toBytes(), waiters.isEmpty());
        view.users(users);
        view.scripts(scripts.view());
        space.viewOpened();
        return view;
    }

    /** Whether a snapshot is open. */
    public boolean snapshotOpen() {
        settle();
        return view != null;
    }

    private void settle() {
        if (view != null && view.isClosed()) {
            view = null;
            slabs.unseal();
            space.viewClosed();
            if (waiting.size() > 0) {
                freed.add(waiting);
                waiting = new IntList();
            }
        }
    }

    int epoch() {
        return epoch;
    }

    /** Whether arrays of this slot that are older than the epoch may be in use by a view. */
    boolean shared(int viewIndex, int slot) {
        return view != null && view.needs(viewIndex, slot);
    }

    /** Whether a blob of this slot may be changed in place. */
    boolean changeable(int ref, int viewIndex, int slot) {
        return view == null || slabs.isFresh(ref) || !view.needs(viewIndex, slot);
    }

    /** Frees a blob of this slot, now or when no view needs it. */
    void release(int ref, int viewIndex, int slot) {
        if (changeable(ref, viewIndex, slot)) {
            slabs.free(ref);
        } else {
            freeLater(ref);
        }
    }

    private void freeLater(int ref) {
        leavingBytes += slabs.capacity(ref);
        waiting.add(ref);
    }

    Slabs slabs() {
        return slabs;
    }

    Blobs blobs() {
        return blobs;
    }

    LargeValues large() {
        return large;
    }

    AccessClock accessClock() {
        return accessClock;
    }

    /** Gives all memory back. A snapshot that is being read ends with an IllegalStateException in its reader. */
    @Override
    public void close() {
        if (view != null) {
            view.abandon();
        }
        slabs.close();
    }
}
