package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/*
 * The problem: a small set of integers in the fewest bytes, found by binary search, in the form that RDB files carry.
 *
 *     width (4)  count (4)   number  number  ...         ascending, each `width` bytes: 2, 4 or 8; little-endian
 *
 * The width is that of the widest number ever added; removing does not narrow it.
 *
 *     contains         O(log n)
 *     insert, remove   O(n) bytes moved; a wider number rewrites all once
 *
 * Source: the format of Redis' intset, as its files show it.
 */

/**
 * Reads and writes intsets. `at` is where one begins. Whoever inserts has made the room: {@link #bytesWith} tells how
 * much. Immutable: it holds the memory and no state.
 */
public final class Intset {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HEADER_BYTES = 8;

    /** Bytes of an intset without numbers. */
    public static final int EMPTY_BYTES = HEADER_BYTES;

    private final MemorySegment memory;

    public Intset(MemorySegment memory) {
        this.memory = memory;
    }

    /** Writes an intset without numbers. */
    public void init(long at) {
        memory.set(INT, at, Short.BYTES);
        memory.set(INT, at + 4, 0);
    }

    /** Its length, header included. */
    public int bytes(long at) {
        return HEADER_BYTES + width(at) * count(at);
    }

    public int count(long at) {
        return memory.get(INT, at + 4);
    }

    /** The number at an index, in ascending order. */
    public long get(long at, int index) {
        return get(at, width(at), index);
    }

    /** Index of a number, or -1 - the index at which it belongs. */
    public int find(long at, long number) {
        int width = width(at);
        int low = 0;
        int high = count(at) - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long there = get(at, width, middle);
            if (there == number) {
                return middle;
            }
            if (there < number) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }

    /** Its length once a number that is not in it is added. */
    public int bytesWith(long at, long number) {
        return HEADER_BYTES + Math.max(width(at), widthOf(number)) * (count(at) + 1);
    }

    /** Adds a number at the index at which it belongs. */
    public void insert(long at, int index, long number) {
        int old = width(at);
        int count = count(at);
        int width = Math.max(old, widthOf(number));
        if (width == old) {
            long from = at + HEADER_BYTES + (long) index * width;
            MemorySegment.copy(memory, from, memory, from + width, (long) (count - index) * width);
        } else {
            for (int i = count - 1; i >= 0; i--) {
                set(at, width, i < index ? i : i + 1, get(at, old, i));
            }
        }
        set(at, width, index, number);
        memory.set(INT, at, width);
        memory.set(INT, at + 4, count + 1);
    }

    /** Removes the number at an index. */
    public void remove(long at, int index) {
        int width = width(at);
        int count = count(at);
        long to = at + HEADER_BYTES + (long) index * width;
        MemorySegment.copy(memory, to + width, memory, to, (long) (count - 1 - index) * width);
        memory.set(INT, at + 4, count - 1);
    }

    /** Whether {@code length} bytes at {@code at} are an intset in every detail. */
    public boolean isValid(long at, long length) {
        if (length < HEADER_BYTES) {
            return false;
        }
        int width = width(at);
        int count = count(at);
        if ((width != 2 && width != 4 && width != 8) || count < 0 || length != HEADER_BYTES + (long) width * count) {
            return false;
        }
        for (int i = 1; i < count; i++) {
            if (get(at, width, i - 1) >= get(at, width, i)) {
                return false;
            }
        }
        return true;
    }

    private int width(long at) {
        return memory.get(INT, at);
    }

    private static int widthOf(long number) {
        return number == (short) number ? Short.BYTES : number == (int) number ? Integer.BYTES : Long.BYTES;
    }

    private long get(long at, int width, int index) {
        long where = at + HEADER_BYTES + (long) index * width;
        return switch (width) {
            case Short.BYTES -> memory.get(SHORT, where);
            case Integer.BYTES -> memory.get(INT, where);
            default -> memory.get(LONG, where);
        };
    }

    private void set(long at, int width, int index, long number) {
        long where = at + HEADER_BYTES + (long) index * width;
        switch (width) {
            case Short.BYTES -> memory.set(SHORT, where, (short) number);
            case Integer.BYTES -> memory.set(INT, where, (int) number);
            default -> memory.set(LONG, where, number);
        }
    }
}
