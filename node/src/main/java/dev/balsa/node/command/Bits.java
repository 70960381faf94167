package dev.balsa.node.command;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Bits of strings, eight bytes at a time. Bit 0 is the highest of the first byte. Pure functions. */
final class Bits {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong NATIVE = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bits() {}

    /** Set bits from {@code from} to {@code to}, inclusive. */
    static long count(MemorySegment memory, long at, long from, long to) {
        long count = 0;
        long byteAt = from >>> 3;
        long end = (to >>> 3) + 1;
        // An int counts the steps and four sums stand side by side: then the JIT checks once, not for each of them.
        int steps = (int) ((end - byteAt) >>> 5);
        long start = at + byteAt;
        long second = 0;
        long third = 0;
        long fourth = 0;
        for (int i = 0; i < steps; i++) {
            long word = start + ((long) i << 5);
            count += Long.bitCount(memory.get(NATIVE, word));
            second += Long.bitCount(memory.get(NATIVE, word + 8));
            third += Long.bitCount(memory.get(NATIVE, word + 16));
            fourth += Long.bitCount(memory.get(NATIVE, word + 24));
        }
        count += second + third + fourth;
        byteAt += (long) steps << 5;
        for (; byteAt < end; byteAt++) {
            count += Integer.bitCount(memory.get(BYTE, at + byteAt) & 0xff);
        }
        int first = memory.get(BYTE, at + (from >>> 3)) & 0xff;
        int last = memory.get(BYTE, at + (to >>> 3)) & 0xff;
        return count - Integer.bitCount(first & ~(0xff >> (from & 7))) - Integer.bitCount(last & (0x7f >> (to & 7)));
    }

    /** The first bit from {@code from} to {@code to}, inclusive, that is {@code wanted}, or -1. */
    static long find(MemorySegment memory, long at, long from, long to, boolean wanted) {
        long turned = wanted ? 0 : -1;
        long bit = from & ~7L;
        int first = (memory.get(BYTE, at + (bit >>> 3)) ^ (int) turned) & 0xff >> (from & 7);
        if (first != 0) {
            bit += Integer.numberOfLeadingZeros(first) - 24;
            return bit <= to ? bit : -1;
        }
        bit += 8;
        for (; bit + 63 <= to; bit += 64) {
            long word = memory.get(LONG, at + (bit >>> 3)) ^ turned;
            if (word != 0) {
                return bit + Long.numberOfLeadingZeros(word);
            }
        }
        for (; bit <= to; bit += 8) {
            int one = (memory.get(BYTE, at + (bit >>> 3)) ^ (int) turned) & 0xff;
            if (one != 0) {
                bit += Integer.numberOfLeadingZeros(one) - 24;
                return bit <= to ? bit : -1;
            }
        }
        return -1;
    }

    /** What BITOP does with bits. */
    enum Operation {
        AND,
        OR,
        XOR,
        NOT
    }

    /** Combines {@code into[0, length)} with as many bytes from memory. NOT takes these alone. */
    static void combine(Operation operation, byte[] into, MemorySegment memory, long at, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            long word = memory.get(LONG, at + i);
            long old = (long) LONGS.get(into, i);
            long combined = switch (operation) {
                case AND -> old & word;
                case OR -> old | word;
                case XOR -> old ^ word;
                case NOT -> ~word;
            };
            LONGS.set(into, i, combined);
        }
        for (; i < length; i++) {
            byte one = memory.get(BYTE, at + i);
            into[i] = (byte) switch (operation) {
                case AND -> into[i] & one;
                case OR -> into[i] | one;
                case XOR -> into[i] ^ one;
                case NOT -> ~one;
            };
        }
    }
}
