package dev.balsa.node.engine.value;

import java.util.Arrays;

/*
 * The problem: which field of a large hash dies next, when fields get, change and lose deadlines all the time.
 *
 *     deadlines  [ d0 | d1 | d2 | ... ]     a binary heap, the earliest first
 *     hashes     [ h0 | h1 | h2 | ... ]     the hash of the field's name, to find it by
 *
 * A field that loses its deadline leaves its entry behind: whoever takes it out later finds no such field, or one with
 * a later deadline, and drops it. The owner builds the heap anew when most entries are such.
 *
 *     add, removeFirst O(log n), first O(1), 12 bytes an entry
 */

/** Deadlines of the fields of one hash. Owned by the engine thread; no snapshot reads it. */
final class DeadlineHeap {
    private static final int FIRST_ROOM = 8;
    private static final long ARRAY_HEADER_BYTES = 16;

    private long[] deadlines = new long[FIRST_ROOM];
    private int[] hashes = new int[FIRST_ROOM];
    private int size;

    int size() {
        return size;
    }

    /** Bytes of the arrays. */
    long usedBytes() {
        return 2 * ARRAY_HEADER_BYTES + 12L * deadlines.length;
    }

    /** The earliest deadline; Long.MAX_VALUE when there is none. */
    long first() {
        return size == 0 ? Long.MAX_VALUE : deadlines[0];
    }

    /** The hash that belongs to {@link #first}. */
    int firstHash() {
        return hashes[0];
    }

    void add(long deadlineMillis, int hash) {
        if (size == deadlines.length) {
            int room = size + (size >> 1);
            deadlines = Arrays.copyOf(deadlines, room);
            hashes = Arrays.copyOf(hashes, room);
        }
        int at = size++;
        while (at > 0 && deadlines[(at - 1) >>> 1] > deadlineMillis) {
            move((at - 1) >>> 1, at);
            at = (at - 1) >>> 1;
        }
        deadlines[at] = deadlineMillis;
        hashes[at] = hash;
    }

    void removeFirst() {
        size--;
        long deadline = deadlines[size];
        int hash = hashes[size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && deadlines[child + 1] < deadlines[child]) {
                child++;
            }
            if (deadlines[child] >= deadline) {
                break;
            }
            move(child, at);
            at = child;
        }
        deadlines[at] = deadline;
        hashes[at] = hash;
    }

    private void move(int from, int to) {
        deadlines[to] = deadlines[from];
        hashes[to] = hashes[from];
    }
}
