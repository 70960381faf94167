package dev.balsa.raft.jraft.rpc;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Frames that wait for a connection's loop, in the order in which they were added. Thread-safe: many threads add, the
 * loop takes.
 *
 * <p>A stack that is turned round when it is taken: adding is one compare-and-set, and the thread that finds it empty
 * knows that it is the one to wake the loop. So a burst from many threads costs one wake-up and one flush.
 */
final class Outbox {
    private final AtomicReference<@Nullable Outgoing> top = new AtomicReference<>();
    private final AtomicLong waitingBytes = new AtomicLong();

    /** @return whether the outbox was empty: the caller has to have it drained */
    boolean add(Outgoing frame) {
        waitingBytes.addAndGet(frame.frameBytes());
        Outgoing before;
        do {
            before = top.get();
            frame.next = before;
        } while (!top.compareAndSet(before, frame));
        return before == null;
    }

    /** @return the frames in order, linked by {@code next}; their bytes still count until {@link #left} */
    @Nullable Outgoing takeAll() {
        Outgoing stack = top.getAndSet(null);
        Outgoing ordered = null;
        while (stack != null) {
            Outgoing below = stack.next;
            stack.next = ordered;
            ordered = stack;
            stack = below;
        }
        return ordered;
    }

    /** Says that frames of so many bytes have been written or dropped. */
    void left(long bytes) {
        waitingBytes.addAndGet(-bytes);
    }

    /** Bytes of frames that were added and are neither written nor dropped. */
    long waitingBytes() {
        return waitingBytes.get();
    }
}
