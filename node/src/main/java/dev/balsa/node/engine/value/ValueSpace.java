package dev.balsa.node.engine.value;

import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.MemorySegment;

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

/**
 * Where large values keep their bytes, and what a snapshot still needs of them. One for each keyspace, owned by its
 * engine thread.
 */
public final class ValueSpace {
    private final Slabs slabs;
    private final Frees frees;
    private int epoch = 1;
    private boolean viewOpen;
    private long heapBytes;

    /** Takes blobs whose free must wait for the open view to close. */
    @FunctionalInterface
    public interface Frees {
        void later(int ref);
    }

    public ValueSpace(Slabs slabs, Frees frees) {
        this.slabs = slabs;
        this.frees = frees;
    }

    /** The memory that offsets refer to. */
    public MemorySegment memory() {
        return slabs.memory();
    }

    /** A new blob of at least {@code bytes}, its content undefined; never 0. */
    public int allocate(long bytes) {
        return slabs.allocate(bytes);
    }

    /** Byte offset of a blob. */
    public static long offset(int ref) {
        return Slabs.offset(ref);
    }

    /** Bytes that a blob has room for. */
    public long capacity(int ref) {
        return slabs.capacity(ref);
    }

    /** Frees a blob, now or when no view needs it. */
    public void free(int ref) {
        if (changeable(ref)) {
            slabs.free(ref);
        } else {
            frees.later(ref);
        }
    }

    /** Whether a blob may be changed in place. */
    public boolean changeable(int ref) {
        return !viewOpen || slabs.isFresh(ref);
    }

    /** Whether a snapshot is open. */
    public boolean isViewOpen() {
        return viewOpen;
    }

    /** Whether a node of this epoch must be copied before it is changed. */
    public boolean mustCopy(int nodeEpoch) {
        return viewOpen && nodeEpoch != epoch;
    }

    /** The epoch of nodes made or copied now. */
    public int epoch() {
        return epoch;
    }

    /** Notes that nodes on the heap took ({@code bytes} > 0) or gave back memory; part of used_memory. */
    public void heapChanged(long bytes) {
        heapBytes += bytes;
    }

    /** Bytes of nodes on the heap. */
    public long heapBytes() {
        return heapBytes;
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
