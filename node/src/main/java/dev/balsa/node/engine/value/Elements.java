package dev.balsa.node.engine.value;

import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/*
 *     | name length: 1 byte, or 0xff and 4 | name | what the type adds |
 *
 * A set adds nothing, a hash the value, a sorted set the score.
 */

/** Reads and writes the blobs of the elements of large sets, hashes and sorted sets. Immutable: holds no state. */
public final class Elements implements SlotTable.Names {
    private static final int NARROW_MAX = 0xfe;
    private static final int WIDE = 0xff;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private final MemorySegment memory;

    public Elements(MemorySegment memory) {
        this.memory = memory;
    }

    public MemorySegment memory() {
        return memory;
    }

    /** Bytes that a name and its length take: where the rest begins. */
    public static int nameBytes(int length) {
        return length + (length <= NARROW_MAX ? 1 : 5);
    }

    /** Allocates an element with {@code restBytes} undefined bytes behind its name. */
    public int create(ValueSpace space, byte[] name, int offset, int length, int restBytes) {
        int ref = space.allocate((long) nameBytes(length) + restBytes);
        long at = Slabs.offset(ref);
        if (length <= NARROW_MAX) {
            memory.set(BYTE, at, (byte) length);
        } else {
            memory.set(BYTE, at, (byte) WIDE);
            memory.set(INT, at + 1, length);
        }
        MemorySegment.copy(name, offset, memory, BYTE, nameOffset(ref), length);
        return ref;
    }

    /** Allocates an element whose name lies in memory. */
    public int create(ValueSpace space, long nameAt, int length, int restBytes) {
        byte[] name = new byte[length];
        MemorySegment.copy(memory, BYTE, nameAt, name, 0, length);
        return create(space, name, 0, length, restBytes);
    }

    public int nameLength(int ref) {
        return nameLength(Slabs.offset(ref));
    }

    public long nameOffset(int ref) {
        return nameOffset(Slabs.offset(ref));
    }

    /** Where the rest begins. */
    public long restOffset(int ref) {
        long at = Slabs.offset(ref);
        return nameOffset(at) + nameLength(at);
    }

    private int nameLength(long at) {
        int first = memory.get(BYTE, at) & 0xff;
        return first == WIDE ? memory.get(INT, at + 1) : first;
    }

    private long nameOffset(long at) {
        return (memory.get(BYTE, at) & 0xff) == WIDE ? at + 5 : at + 1;
    }

    @Override
    public boolean nameEquals(long at, byte[] name, int offset, int length) {
        if (nameLength(at) != length) {
            return false;
        }
        long start = nameOffset(at);
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            if (memory.get(LONG, start + i) != ByteHash.longAt(name, offset + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (memory.get(BYTE, start + i) != name[offset + i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareName(long at, byte[] name, int offset, int length) {
        int own = nameLength(at);
        long start = nameOffset(at);
        int common = Math.min(own, length);
        int i = 0;
        for (; i + 8 <= common; i += 8) {
            long there = memory.get(LONG, start + i);
            long here = ByteHash.longAt(name, offset + i);
            if (there != here) {
                return compareBytes(there, here);
            }
        }
        for (; i < common; i++) {
            int difference = (memory.get(BYTE, start + i) & 0xff) - (name[offset + i] & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return own - length;
    }

    /** Compares the names of two elements, byte by byte, unsigned, shorter first. */
    public int compare(int a, int b) {
        long from = nameOffset(a);
        long to = nameOffset(b);
        int length = nameLength(a);
        int other = nameLength(b);
        int common = Math.min(length, other);
        int i = 0;
        for (; i + 8 <= common; i += 8) {
            long first = memory.get(LONG, from + i);
            long second = memory.get(LONG, to + i);
            if (first != second) {
                return compareBytes(first, second);
            }
        }
        for (; i < common; i++) {
            int difference = (memory.get(BYTE, from + i) & 0xff) - (memory.get(BYTE, to + i) & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return length - other;
    }

    /** Compares eight bytes each, read in the machine's order, by the first that differs. */
    private static int compareBytes(long a, long b) {
        return LITTLE_ENDIAN
                ? Long.compareUnsigned(Long.reverseBytes(a), Long.reverseBytes(b))
                : Long.compareUnsigned(a, b);
    }

    @Override
    public byte[] name(long at) {
        byte[] name = new byte[nameLength(at)];
        MemorySegment.copy(memory, BYTE, nameOffset(at), name, 0, name.length);
        return name;
    }
}
