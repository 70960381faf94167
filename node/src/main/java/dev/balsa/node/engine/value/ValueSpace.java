package dev.balsa.node.engine.value;

import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/*
 * What a snapshot asks of a large value. While a view is open
 *   - a node of an older epoch (mustCopy) is copied before its first change, the copy carries the present epoch;
 *   - a blob that is older than the view (not changeable) is replaced, never overwritten; its free is put off.
 * Without a view everything is changed in place. So a node is an object with an `int epoch`, and changing begins with
 *
 *     if (space.mustCopy(node.epoch)) { node = node.copy(space.epoch()); parent.child = node; }
 *
 * from the root down: the path is copied, what is beside it is shared with the view.
 */

/*
 * A reader of one value that takes its time (a reply sent in slices) needs the same of that value alone. So while it is
 * held, the value goes on as a fork with a space of its own (held): an older node is copied, a blob is as old as the
 * hold unless it was allocated since (fresh), and what is freed waits for the last reader of the value. Other values,
 * and the value itself afterwards, are changed in place as ever.
 */

/**
 * Where large values keep their bytes, and what a snapshot or a reader still needs of them. One for each keyspace, and
 * one for each value that was held; owned by the keyspace's engine thread.
 */
public final class ValueSpace {
    private final Slabs slabs;
    private final Frees frees;
    /** The keyspace's; itself, unless this is the space of one value. */
    private final ValueSpace whole;

    private int epoch = 1;
    private boolean viewOpen;
    private long heapBytes;
    private long heldBackBytes;

    // Of one value: who reads it, what was allocated since the last of them began, and what is freed after they end.
    private int readers;
    private RefSet fresh = new RefSet();
    private int[] heldBack = {};
    private int heldBackCount;
    private long ownHeldBackBytes;

    /** Takes blobs that are not freed at once. */
    @FunctionalInterface
    public interface Frees {
        /** When the open view has closed. */
        void later(int ref);

        /** The first {@code count}, in slices, or when the open view has closed; the array is the taker's. */
        default void inSlices(int[] refs, int count) {
            for (int i = 0; i < count; i++) {
                later(refs[i]);
            }
        }
    }

    public ValueSpace(Slabs slabs, Frees frees) {
        this.slabs = slabs;
        this.frees = frees;
        whole = this;
    }

    private ValueSpace(ValueSpace whole) {
        slabs = whole.slabs;
        frees = whole.frees;
        this.whole = whole;
    }

    // -- readers of one value -----------------------------------------------------------------------------------

    /**
     * The value of this space gets one more reader, of what it is now: a fork of it goes on in the space returned, and
     * {@link #readDone} is called there at the end.
     */
    public ValueSpace readBegins() {
        ValueSpace own = this == whole ? new ValueSpace(whole) : this;
        own.readers++;
        own.fresh = new RefSet();
        whole.epoch++;
        return own;
    }

    /** A reader has ended. */
    public void readDone() {
        if (--readers == 0) {
            fresh = new RefSet();
            frees.inSlices(heldBack, heldBackCount);
            heldBack = new int[] {};
            heldBackCount = 0;
            whole.heldBackBytes -= ownHeldBackBytes;
            ownHeldBackBytes = 0;
        }
    }

    /** Bytes of blobs that would be free without readers of values. */
    public long heldBackBytes() {
        return whole.heldBackBytes;
    }

    private void holdBack(int ref) {
        if (heldBackCount == heldBack.length) {
            heldBack = Arrays.copyOf(heldBack, Math.max(64, heldBackCount * 2));
        }
        heldBack[heldBackCount++] = ref;
        ownHeldBackBytes += slabs.capacity(ref);
        whole.heldBackBytes += slabs.capacity(ref);
    }

    // -- blobs --------------------------------------------------------------------------------------------------

    /** The memory that offsets refer to. */
    public MemorySegment memory() {
        return slabs.memory();
    }

    /** A new blob of at least {@code bytes}, its content undefined; never 0. */
    public int allocate(long bytes) {
        int ref = slabs.allocate(bytes);
        if (readers > 0) {
            fresh.add(ref);
        }
        return ref;
    }

    /** Byte offset of a blob. */
    public static long offset(int ref) {
        return Slabs.offset(ref);
    }

    /** Bytes that a blob has room for. */
    public long capacity(int ref) {
        return slabs.capacity(ref);
    }

    /** Frees a blob, now or when nobody needs it. */
    public void free(int ref) {
        if (readers > 0 && !fresh.remove(ref)) {
            holdBack(ref);
        } else if (!whole.viewOpen || slabs.isFresh(ref)) {
            slabs.free(ref);
        } else {
            frees.later(ref);
        }
    }

    /** Whether a blob may be changed in place. */
    public boolean changeable(int ref) {
        return (!whole.viewOpen || slabs.isFresh(ref)) && (readers == 0 || fresh.contains(ref));
    }

    // -- nodes --------------------------------------------------------------------------------------------------

    /** Whether somebody may be reading nodes of an older epoch: a snapshot, or a reader of this value. */
    public boolean isViewOpen() {
        return whole.viewOpen || readers > 0;
    }

    /** Whether a node of this epoch must be copied before it is changed. */
    public boolean mustCopy(int nodeEpoch) {
        return isViewOpen() && nodeEpoch != whole.epoch;
    }

    /** The epoch of nodes made or copied now. */
    public int epoch() {
        return whole.epoch;
    }

    /** Notes that nodes on the heap took ({@code bytes} > 0) or gave back memory; part of used_memory. */
    public void heapChanged(long bytes) {
        whole.heapBytes += bytes;
    }

    /** Bytes of nodes on the heap. */
    public long heapBytes() {
        return whole.heapBytes;
    }

    /** A view opens: everything there is becomes old. */
    public void viewOpened() {
        epoch++;
        viewOpen = true;
    }

    /** The view closed. */
    public void viewClosed() {
        viewOpen = false;
    }
}
