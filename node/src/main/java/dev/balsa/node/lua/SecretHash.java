package dev.balsa.node.lua;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * A hash that no script can foresee: it could otherwise fill a table with keys that all fall on one place, and hold
 * everybody up. It differs from process to process, so nothing that can be seen may depend on it. Stateless.
 */
final class SecretHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FIRST = new SecureRandom().nextLong();
    private static final long FACTOR = new SecureRandom().nextLong() | 1;

    private SecretHash() {}

    static int of(byte[] bytes) {
        long h = FIRST ^ bytes.length * FACTOR;
        int i = 0;
        for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
            h = fold(h ^ (long) LONG.get(bytes, i));
        }
        long rest = 0;
        for (; i < bytes.length; i++) {
            rest = rest << 8 | bytes[i] & 0xFF;
        }
        h = fold(h ^ rest);
        return (int) (h ^ h >>> 32);
    }

    static int of(double number) {
        long h = fold(Double.doubleToRawLongBits(number) ^ FIRST);
        return (int) (h ^ h >>> 32);
    }

    private static long fold(long a) {
        return a * FACTOR ^ Math.multiplyHigh(a, FACTOR);
    }
}
