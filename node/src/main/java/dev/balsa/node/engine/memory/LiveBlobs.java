package dev.balsa.node.engine.memory;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Debug check: one bit per possible reference, set while a blob lives there; freed memory is overwritten. Owned by
 * the engine thread.
 */
final class LiveBlobs {
    private static final byte POISON = (byte) 0xdd;

    private long[] bits = new long[1024];

    void born(int ref) {
        int word = ref >>> 6;
        if (word >= bits.length) {
            bits = Arrays.copyOf(bits, Math.max(word + 1, bits.length * 2));
        }
        check(((bits[word] >>> ref) & 1) == 0, "Handed out while in use: ", ref);
        bits[word] |= 1L << ref;
    }

    void died(int ref, MemorySegment blob) {
        verify(ref);
        bits[ref >>> 6] &= ~(1L << ref);
        blob.fill(POISON);
    }

    void verify(int ref) {
        int word = ref >>> 6;
        check(word < bits.length && ((bits[word] >>> ref) & 1) != 0, "Not a blob in use: ", ref);
    }

    /** A page goes back: nothing in it may be alive. */
    void forget(int firstRef, int count) {
        for (int word = firstRef >>> 6; word < (firstRef + count) >>> 6 && word < bits.length; word++) {
            check(bits[word] == 0, "A page was released with blobs in use: ", word << 6);
        }
    }

    private static void check(boolean holds, String message, int ref) {
        if (!holds) {
            throw new IllegalStateException(message + Integer.toUnsignedString(ref));
        }
    }
}
