package dev.balsa.node.engine.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A 32-bit hash of bytes in the manner of wyhash (Wang Yi, public domain): 16 bytes a step are folded by one
 * 64 × 64 → 128-bit multiplication. It has no seed and never changes: the order of SCAN, of large sets and of
 * snapshots depends on it.
 */
public final class ByteHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle NATIVE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    // Odd numbers with half their bits set, from the digits of the golden ratio, sqrt(3) and pi.
    private static final long P0 = 0x9e37_79b9_7f4a_7c15L;
    private static final long P1 = 0xbb67_ae85_84ca_a73bL;
    private static final long P2 = 0x243f_6a88_85a3_08d3L;

    private ByteHash() {}

    /** The hash of {@code bytes[offset, offset + length)}. */
    public static int of(byte[] bytes, int offset, int length) {
        long state = P0 ^ length;
        int at = offset;
        int left = length;
        while (left > 16) {
            state = fold((long) LONG.get(bytes, at) ^ P1 ^ state, (long) LONG.get(bytes, at + 8) ^ P2);
            at += 16;
            left -= 16;
        }
        long a;
        long b;
        if (left >= 8) {
            a = (long) LONG.get(bytes, at);
            b = (long) LONG.get(bytes, at + left - 8);
        } else if (left >= 4) {
            a = (int) INT.get(bytes, at);
            b = (int) INT.get(bytes, at + left - 4);
        } else if (left > 0) {
            a = ((bytes[at] & 0xffL) << 16) | ((bytes[at + (left >> 1)] & 0xff) << 8) | (bytes[at + left - 1] & 0xff);
            b = left;
        } else {
            a = 0;
            b = 0;
        }
        long mixed = fold(a ^ P1 ^ state, b ^ P2);
        return (int) (fold(mixed ^ P0, P1) >>> 32);
    }

    /** The eight bytes at an index in the order in which memory off the heap holds a long. */
    static long longAt(byte[] bytes, int at) {
        return (long) NATIVE_LONG.get(bytes, at);
    }

    private static long fold(long a, long b) {
        return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
    }
}
