package dev.balsa.proxy.front;

import dev.balsa.proxy.route.Pending;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a connection that have no reply yet, in their order. Positions count up for ever: {@link #head()}
 * to {@link #tail()}.
 * Owned by the connection's loop; its size is bounded by the connection.
 */
final class ReplyRing {
    private static final @Nullable Pending[] NOTHING = {};
    private static final int FIRST = 4;
    /** A larger ring is given back when it is empty. */
    private static final int KEPT = 64;

    private @Nullable Pending[] slots = NOTHING;
    private long head;
    private long tail;

    int size() {
        return (int) (tail - head);
    }

    boolean isEmpty() {
        return head == tail;
    }

    long head() {
        return head;
    }

    long tail() {
        return tail;
    }

    Pending at(long position) {
        Pending pending = slots[(int) position & (slots.length - 1)];
        if (position < head || position >= tail || pending == null) {
            throw new IndexOutOfBoundsException(position + " is not between " + head + " and " + tail);
        }
        return pending;
    }

    /**
     * Whether a later request of the same group was executed already, so that this one may not be any more.
     *
     * @param pending the request at {@code position}, or a part of it
     */
    boolean isOvertaken(long position, Pending pending) {
        for (long i = position + 1; i < tail; i++) {
            Pending later = at(i);
            boolean executed = later.isExecuted(pending.group());
            if (executed && (later.entry().writes() || pending.entry().writes())) {
                return true;
            }
        }
        return false;
    }

    void add(Pending pending) {
        if (size() == slots.length) {
            grow();
        }
        slots[(int) tail & (slots.length - 1)] = pending;
        tail++;
    }

    Pending remove() {
        Pending pending = at(head);
        slots[(int) head & (slots.length - 1)] = null;
        head++;
        if (head == tail && slots.length > KEPT) {
            slots = NOTHING;
        }
        return pending;
    }

    /** Gives the room back, if nothing is in it. */
    void trim() {
        if (isEmpty()) {
            slots = NOTHING;
        }
    }

    private void grow() {
        @Nullable Pending[] larger = new @Nullable Pending[Math.max(FIRST, slots.length * 2)];
        for (long i = head; i < tail; i++) {
            larger[(int) i & (larger.length - 1)] = slots[(int) i & (slots.length - 1)];
        }
        slots = larger;
    }
}
