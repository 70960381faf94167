package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;

/**
 * A value that outgrew the packed form: nodes on the heap, bytes in slabs. Changed by the engine thread only; after
 * {@link #fork} the old root is a snapshot's and never changes again.
 */
public abstract class LargeValue {
    /** Where nodes keep their bytes. */
    protected final ValueSpace space;

    private final int epoch;

    protected LargeValue(ValueSpace space) {
        this.space = space;
        epoch = space.epoch();
    }

    /** The epoch in which this root was made. */
    public final int epoch() {
        return epoch;
    }

    /** Number of elements (of a stream: entries). */
    public abstract long size();

    /** A root with the same nodes, of the present epoch, that goes on in place of this one. O(1). */
    public final LargeValue fork() {
        return fork(space);
    }

    /** As {@link #fork()}, its nodes to be changed by the rules of another space of the same keyspace. */
    protected abstract LargeValue fork(ValueSpace to);

    /**
     * As the value is now, for a reader that takes its time: what is returned goes on in place of this root, which stays
     * as it is until {@link #released} of the other is called.
     */
    public final LargeValue held() {
        return fork(space.readBegins());
    }

    /** The reader that {@link #held} made this root for has ended. */
    public final void released() {
        space.readDone();
    }

    /** The same value with nodes and blobs of its own (COPY). */
    public abstract LargeValue copy();

    /**
     * Frees blobs and lets nodes go, about {@code limit} of them; returns how much work it was. Called again until
     * {@link #isFreed}; nothing else is called after the first time.
     */
    public abstract int free(int limit);

    /** Whether everything was freed. */
    public abstract boolean isFreed();

    /** Frees it at once: a value that never got a key. */
    public final void discard() {
        while (!isFreed()) {
            free(Integer.MAX_VALUE);
        }
    }

    /** Bytes in slabs and nodes on the heap, for MEMORY USAGE; may be estimated from a sample as Redis does. */
    public abstract long memoryBytes();

    /** All there is to the value, in an order that depends on the log only: for digests. */
    public abstract void content(Content content);

    /** Receives the parts of a value. */
    public interface Content {
        void bytes(MemorySegment memory, long offset, int length);

        void number(long value);
    }
}
