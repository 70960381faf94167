package dev.balsa.node.engine;

import dev.balsa.node.engine.memory.Slabs;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.SlotTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * Why two threads may share this memory without a lock.
 *
 * Let E be the engine thread, R the one that reads the view, V the moment the view was taken.
 *  1. Everything E wrote before V happens before anything R does, because the view is handed to R through a
 *  synchronizing hand-over
 *     (an executor's queue, Thread.start).
 *  2. After V, E writes to nothing that R may still read:
 *       - the arrays of roots are the view's own copies;
 *       - a leaf or directory of an older epoch is copied before the first write, a blob older than V is neither
 *       changed nor freed,
 *         as long as its slot's position is not below `passed`; new blobs lie in pages that were empty at V
 *         (Slabs.seal), so no chain of freed blobs
 *         and no neighbour in a page is shared. Exceptions: a blob's access clock and expiry entry, which R never
 *         reads.
 *       - of a large value the root, and every node and blob, is replaced and not changed (ValueSpace) until the view
 *       is closed; LargeValues.View holds the old roots.
 *  3. R writes `passed` (volatile) after its last read of a slot; when E reads a larger value, R's reads happen
 *  before what E does next. So E may
 *     then reuse leaf and blobs of that slot. Closing sets `passed` to the end, which is the same argument for all
 *     slots.
 *  4. Unmapping under R's feet throws IllegalStateException in R (the segment's lifetime is a shared
 *  java.lang.foreign.Arena).
 */

/**
 * The one {@link Snapshot}. Made by the engine thread; {@link #forEach} and {@link #close} belong to one other
 * thread.
 */
final class SnapshotView implements Snapshot {
    private final Blobs blobs;
    private final LargeValues.View large;
    private final EncodingLimits limits;
    private final FieldDeadlines fields;
    private final long logMillis;
    private final SlotTable.@Nullable Roots[] roots;
    private final long[] sizes;
    private final long[] sizesWithDeadline;
    private volatile int passed;
    private volatile boolean closed;
    private volatile boolean abandoned;
    private boolean used;
    private boolean fieldsTimed;
    private byte[] marks = {};
    private byte[] waiters = {};
    private boolean nobodyWaits = true;
    private SharedUsers users = SharedUsers.NONE;
    private Scripts.View scripts = new Scripts().view();

    SnapshotView(
            Blobs blobs, LargeValues.View large, EncodingLimits limits, long logMillis, Database[] databases) {
        this.limits = limits;
        this.blobs = blobs;
        this.large = large;
        this.logMillis = logMillis;
        fields = new FieldDeadlines(blobs);
        int count = databases.length;
        roots = new SlotTable.Roots[count];
        sizes = new long[count];
        sizesWithDeadline = new long[count];
        for (int i = 0; i < count; i++) {
            SlotTable table = databases[i].table();
            sizes[i] = databases[i].size();
            sizesWithDeadline[i] = databases[i].sizeWithDeadline();
            if (table != null && sizes[i] > 0) {
                roots[i] = table.roots();
            }
        }
    }

    /** Whether the view may still read the slot of the database that had this number when the view was taken. */
    boolean needs(int database, int slot) {
        return passed <= database * KeyHash.SLOTS + slot;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public long logMillis() {
        return logMillis;
    }

    @Override
    public EncodingLimits limits() {
        return limits;
    }

    /** Notes that there are hashes whose fields have deadlines. */
    void fieldsTimed(boolean are) {
        fieldsTimed = are;
    }

    @Override
    public boolean hasFieldDeadlines() {
        return fieldsTimed;
    }

    /** Notes which keys are watched. */
    void users(SharedUsers all) {
        users = all;
    }

    @Override
    public SharedUsers users() {
        return users;
    }

    /** Notes scripts and functions. */
    void scripts(Scripts.View all) {
        scripts = all;
    }

    @Override
    public Scripts.View scripts() {
        return scripts;
    }

    void marks(byte[] all) {
        marks = all;
    }

    @Override
    public byte[] marks() {
        return marks;
    }

    /** Notes who waits. */
    void waiters(byte[] all, boolean nobody) {
        waiters = all;
        nobodyWaits = nobody;
    }

    @Override
    public byte[] waiters() {
        return waiters;
    }

    @Override
    public boolean nobodyWaits() {
        return nobodyWaits;
    }

    @Override
    public int databases() {
        return sizes.length;
    }

    @Override
    public long size(int database) {
        return sizes[database];
    }

    @Override
    public long sizeWithDeadline(int database) {
        return sizesWithDeadline[database];
    }

    @Override
    public void forEach(Visitor visitor) {
        if (used) {
            throw new IllegalStateException("A snapshot can be read once; take another one");
        }
        used = true;
        BlobView entry = new BlobView(blobs, large);
        for (int database = 0; database < roots.length; database++) {
            SlotTable.Roots keys = roots[database];
            for (int slot = 0; keys != null && slot < KeyHash.SLOTS; slot++) {
                visitSlot(database, keys, slot, entry, visitor);
                keys.forget(slot);
                pass(database * KeyHash.SLOTS + slot + 1);
            }
            pass((database + 1) * KeyHash.SLOTS);
        }
    }

    @Override
    public void close() {
        used = true;
        Arrays.fill(roots, null);
        passed = Integer.MAX_VALUE;
        closed = true;
    }

    /** Makes the reader stop at the next slot; the memory is about to go. */
    void abandon() {
        abandoned = true;
    }

    private void pass(int position) {
        if (closed || abandoned) {
            throw new IllegalStateException("The snapshot was closed while it was read");
        }
        passed = position;
    }

    private void visitSlot(int database, SlotTable.Roots keys, int slot, BlobView entry, Visitor visitor) {
        long hash = 0;
        while (hash < 1L << 32) {
            long[] leaf = keys.leaf(slot, (int) hash);
            if (leaf == null) {
                return;
            }
            for (int i = SlotTable.lowerBound(leaf, hash); i < SlotTable.end(leaf); i = SlotTable.following(leaf, i)) {
                long at = Slabs.offset(SlotTable.refAt(leaf, i));
                entry.moveTo(at);
                if (!fields.isDead(at, large, logMillis)) {
                    visitor.visit(database, entry);
                }
            }
            hash = SlotTable.leafEnd(leaf, (int) hash);
        }
    }
}
