package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/*
 * The problem: a short sequence of strings and numbers in one run of bytes, walked from either end, and in the very
 * form in which RDB files and DUMP carry it.
 *
 *     bytes (4)  count (2)   entry  entry  ...  entry   0xff
 *
 *     entry = encoding and data, then its own length backwards (1 to 5 bytes of 7 bits)
 *
 *     0vvvvvvv                 0 to 127                   10llllll  string of up to 63 bytes
 *     110vvvvv v8              13-bit number              1110llll l8  string of up to 4,095 bytes
 *     0xf1 0xf2 0xf3 0xf4      16, 24, 32, 64-bit number  0xf0 l32     longer string
 *
 * Numbers are little-endian, texts of numbers that print back the same are kept as numbers. A count of 65,535 means
 * "unknown: walk".
 *
 *     first, last, next, previous    O(1)
 *     seek, find                     O(n), sequential bytes
 *     insert, remove, replace        O(bytes behind), one move
 *
 * Source: the listpack specification (S. Sanfilippo, 2017) and the files that redis-server writes.
 */

/**
 * Reads and writes listpacks. `at` is where a listpack begins, `p` where one of its entries does (0 = none). Whoever
 * inserts has made the room: {@link #entryBytes} tells how much. Immutable: it holds the memory and no state.
 */
public final class Listpack {
    /** Bytes of a listpack without entries. */
    public static final int EMPTY_BYTES = 7;

    /** What {@link #first}, {@link #next} and the like answer when there is no such entry. */
    public static final long NONE = 0;

    private static final int HEADER_BYTES = 6;
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int END = 0xff;
    private static final int SHORT_STRING_MAX = 63;
    private static final int MIDDLE_STRING_MAX = 4095;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment memory;

    public Listpack(MemorySegment memory) {
        this.memory = memory;
    }

    public MemorySegment memory() {
        return memory;
    }

    // -- the whole ----------------------------------------------------------------------------------------------

    /** Writes a listpack without entries. */
    public void init(long at) {
        memory.set(INT, at, EMPTY_BYTES);
        memory.set(SHORT, at + 4, (short) 0);
        memory.set(BYTE, at + HEADER_BYTES, (byte) END);
    }

    /** Its length, header and end included. */
    public int bytes(long at) {
        return memory.get(INT, at);
    }

    /** Number of entries. */
    public int count(long at) {
        int count = memory.get(SHORT, at + 4) & 0xffff;
        if (count < COUNT_UNKNOWN) {
            return count;
        }
        int walked = 0;
        for (long p = first(at); p != NONE; p = next(p)) {
            walked++;
        }
        return walked;
    }

    /** Where the end mark stands: inserting there appends. */
    public long end(long at) {
        return at + bytes(at) - 1;
    }

    // -- walking ------------------------------------------------------------------------------------------------

    public long first(long at) {
        return orNone(at + HEADER_BYTES);
    }

    /** Where the first entry is, or the end mark: inserting there puts before all others. */
    public long begin(long at) {
        return at + HEADER_BYTES;
    }

    public long next(long p) {
        return orNone(after(p));
    }

    public long last(long at) {
        return before(at, end(at));
    }

    public long previous(long at, long p) {
        return before(at, p);
    }

    /** The entry at an index, from the end if negative (-1 = last), or NONE. */
    public long seek(long at, long index) {
        long p;
        if (index >= 0) {
            p = first(at);
            for (long i = 0; i < index && p != NONE; i++) {
                p = next(p);
            }
        } else {
            p = last(at);
            for (long i = -1; i > index && p != NONE; i--) {
                p = previous(at, p);
            }
        }
        return p;
    }

    /**
     * The first entry from {@code p} (an entry or NONE) on that equals a value, looking at every {@code step}-th; or
     * NONE.
     */
    public long find(long p, byte[] value, int offset, int length, int step) {
        boolean number = Decimal.isCanonical(value, offset, length);
        long wanted = number ? Decimal.parse(value, offset, length) : 0;
        for (long q = p; q != NONE; ) {
            if (isInteger(q) ? number && integer(q) == wanted : !number && sameText(q, value, offset, length)) {
                return q;
            }
            for (int i = 0; i < step && q != NONE; i++) {
                q = next(q);
            }
        }
        return NONE;
    }

    private long orNone(long p) {
        return (memory.get(BYTE, p) & 0xff) == END ? NONE : p;
    }

    /** The place behind an entry: the next one's or the end mark's. */
    public long after(long p) {
        int body = bodyBytes(p);
        return p + body + backLengthBytes(body);
    }

    private long before(long at, long p) {
        if (p == at + HEADER_BYTES) {
            return NONE;
        }
        int length = 0;
        int shift = 0;
        long q = p - 1;
        while (true) {
            int piece = memory.get(BYTE, q) & 0xff;
            length |= (piece & 0x7f) << shift;
            if ((piece & 0x80) == 0) {
                return q - length;
            }
            shift += 7;
            q--;
        }
    }

    // -- entries ------------------------------------------------------------------------------------------------

    /** Bytes of an entry, its length backwards included. */
    public int entryBytes(long p) {
        int body = bodyBytes(p);
        return body + backLengthBytes(body);
    }

    /** Whether the entry is kept as a number: {@link #integer}; otherwise {@link #offset} and {@link #length}. */
    public boolean isInteger(long p) {
        int first = memory.get(BYTE, p) & 0xff;
        return first < 0x80 || (first & 0xe0) == 0xc0 || (first >= 0xf1 && first <= 0xf4);
    }

    public long integer(long p) {
        int first = memory.get(BYTE, p) & 0xff;
        if (first < 0x80) {
            return first;
        }
        return switch (first) {
            case 0xf1 -> memory.get(SHORT, p + 1);
            case 0xf2 -> (memory.get(SHORT, p + 1) & 0xffff) | memory.get(BYTE, p + 3) << 16;
            case 0xf3 -> memory.get(INT, p + 1);
            case 0xf4 -> memory.get(LONG, p + 1);
            default -> ((first << 8 | (memory.get(BYTE, p + 1) & 0xff)) << 19) >> 19;
        };
    }

    /** Offset of a string's bytes. */
    public long offset(long p) {
        int first = memory.get(BYTE, p) & 0xff;
        return p + ((first & 0xc0) == 0x80 ? 1 : (first & 0xf0) == 0xe0 ? 2 : 5);
    }

    /** Length of a string's bytes. */
    public int length(long p) {
        int first = memory.get(BYTE, p) & 0xff;
        if ((first & 0xc0) == 0x80) {
            return first & SHORT_STRING_MAX;
        }
        return (first & 0xf0) == 0xe0
                ? (first & 0x0f) << 8 | (memory.get(BYTE, p + 1) & 0xff)
                : memory.get(INT, p + 1);
    }

    /** Length of the entry as text, number or not. */
    public int textLength(long p) {
        return isInteger(p) ? Decimal.length(integer(p)) : length(p);
    }

    /** Writes the entry as text to {@code into} (room for {@link #textLength}, at least 20); returns its length. */
    public int text(long p, byte[] into) {
        if (isInteger(p)) {
            return Decimal.write(integer(p), into);
        }
        int length = length(p);
        MemorySegment.copy(memory, BYTE, offset(p), into, 0, length);
        return length;
    }

    /** Whether the entry's text is {@code value[offset, offset + length)}. */
    public boolean equals(long p, byte[] value, int offset, int length) {
        return isInteger(p)
                ? Decimal.isCanonical(value, offset, length) && Decimal.parse(value, offset, length) == integer(p)
                : sameText(p, value, offset, length);
    }

    /** Compares the entry's text with a value, byte by byte, unsigned, shorter first. */
    public int compare(long p, byte[] value, int offset, int length) {
        if (isInteger(p)) {
            byte[] digits = new byte[Decimal.LENGTH_MAX];
            int own = Decimal.write(integer(p), digits);
            return Arrays.compareUnsigned(digits, 0, own, value, offset, offset + length);
        }
        long from = offset(p);
        int own = length(p);
        int common = Math.min(own, length);
        for (int i = 0; i < common; i++) {
            int difference = (memory.get(BYTE, from + i) & 0xff) - (value[offset + i] & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return own - length;
    }

    boolean sameText(long p, byte[] value, int offset, int length) {
        if (length(p) != length) {
            return false;
        }
        long from = offset(p);
        for (int i = 0; i < length; i++) {
            if (memory.get(BYTE, from + i) != value[offset + i]) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of an entry without its length backwards. */
    int bodyBytes(long p) {
        int first = memory.get(BYTE, p) & 0xff;
        if (first < 0x80) {
            return 1;
        }
        if (first < 0xc0) {
            return 1 + (first & SHORT_STRING_MAX);
        }
        if (first < 0xe0) {
            return 2;
        }
        if (first < 0xf0) {
            return 2 + ((first & 0x0f) << 8 | (memory.get(BYTE, p + 1) & 0xff));
        }
        return switch (first) {
            case 0xf0 -> 5 + memory.get(INT, p + 1);
            case 0xf1 -> 3;
            case 0xf2 -> 4;
            case 0xf3 -> 5;
            default -> 9;
        };
    }

    private static int backLengthBytes(int body) {
        // Redis' own limits: one less than seven more bits would allow.
        return body <= 127 ? 1 : body < 16_383 ? 2 : body < 2_097_151 ? 3 : body < 268_435_455 ? 4 : 5;
    }

    // -- how much room a value takes ----------------------------------------------------------------------------

    /** Bytes of the entry that {@link #insert} would write. */
    public static int entryBytes(byte[] value, int offset, int length) {
        return Decimal.isCanonical(value, offset, length)
                ? numberBytes(Decimal.parse(value, offset, length))
                : stringBytes(length);
    }

    /** Bytes of a number's entry. */
    public static int numberBytes(long number) {
        return 1 + numberBody(number);
    }

    private static int stringBytes(int length) {
        int body = stringBody(length);
        return body + backLengthBytes(body);
    }

    static int stringBody(int length) {
        return length + (length <= SHORT_STRING_MAX ? 1 : length <= MIDDLE_STRING_MAX ? 2 : 5);
    }

    static int numberBody(long number) {
        if (number >= 0 && number <= 127) {
            return 1;
        }
        if (number >= -4096 && number <= 4095) {
            return 2;
        }
        if (number == (short) number) {
            return 3;
        }
        if (number >= -(1 << 23) && number < 1 << 23) {
            return 4;
        }
        return number == (int) number ? 5 : 9;
    }

    // -- changing -----------------------------------------------------------------------------------------------

    /** Inserts a value before {@code p} (an entry or the end mark); it is then at {@code p}. */
    public void insert(long at, long p, byte[] value, int offset, int length) {
        if (Decimal.isCanonical(value, offset, length)) {
            insert(at, p, Decimal.parse(value, offset, length));
        } else {
            open(at, p, stringBytes(length), 1);
            writeString(p, value, offset, length);
        }
    }

    /** Inserts a number before {@code p}. */
    public void insert(long at, long p, long number) {
        open(at, p, numberBytes(number), 1);
        writeNumber(p, number);
    }

    /** Inserts {@code entries} entries that are {@code bytes} at {@code from} of another listpack before {@code p}. */
    public void insertEntries(long at, long p, MemorySegment source, long from, int bytes, int entries) {
        open(at, p, bytes, entries);
        MemorySegment.copy(source, from, memory, p, bytes);
    }

    /** Puts a value in the place of the entry at {@code p}; it must have room to grow. */
    public void replace(long at, long p, byte[] value, int offset, int length) {
        if (Decimal.isCanonical(value, offset, length)) {
            replace(at, p, Decimal.parse(value, offset, length));
        } else {
            resize(at, p, stringBytes(length));
            writeString(p, value, offset, length);
        }
    }

    /** Puts a number in the place of the entry at {@code p}. */
    public void replace(long at, long p, long number) {
        resize(at, p, numberBytes(number));
        writeNumber(p, number);
    }

    /** Removes {@code entries} entries from {@code p} on; what followed them is then at {@code p}. */
    public void remove(long at, long p, int entries) {
        long q = p;
        for (int i = 0; i < entries; i++) {
            q = after(q);
        }
        removeRun(at, p, q, entries);
    }

    /** Removes {@code entries} entries that lie in {@code [from, to)}. */
    public void removeRun(long at, long from, long to, int entries) {
        int total = bytes(at);
        MemorySegment.copy(memory, to, memory, from, at + total - to);
        memory.set(INT, at, (int) (total - (to - from)));
        countChanged(at, -entries);
    }

    /**
     * Inserts a value before all others by moving the beginning: the bytes before {@code at} must be free. Returns
     * where the listpack begins then.
     */
    public long prepend(long at, byte[] value, int offset, int length) {
        int total = bytes(at);
        int bytes = entryBytes(value, offset, length);
        long to = at - bytes;
        moveHeader(at, to, total + bytes, 1);
        if (Decimal.isCanonical(value, offset, length)) {
            writeNumber(to + HEADER_BYTES, Decimal.parse(value, offset, length));
        } else {
            writeString(to + HEADER_BYTES, value, offset, length);
        }
        return to;
    }

    /** Removes the first entries by moving the beginning; returns where the listpack begins then. */
    public long removeFirst(long at, int entries) {
        int total = bytes(at);
        long p = at + HEADER_BYTES;
        for (int i = 0; i < entries; i++) {
            p = after(p);
        }
        long to = p - HEADER_BYTES;
        moveHeader(at, to, (int) (total - (to - at)), -entries);
        return to;
    }

    private void moveHeader(long at, long to, int total, int entries) {
        short count = memory.get(SHORT, at + 4);
        memory.set(INT, to, total);
        memory.set(SHORT, to + 4, count);
        countChanged(to, entries);
    }

    private void open(long at, long p, int bytes, int entries) {
        int total = bytes(at);
        MemorySegment.copy(memory, p, memory, p + bytes, at + total - p);
        memory.set(INT, at, total + bytes);
        countChanged(at, entries);
    }

    private void resize(long at, long p, int bytes) {
        int total = bytes(at);
        long after = after(p);
        long moved = p + bytes - after;
        if (moved != 0) {
            MemorySegment.copy(memory, after, memory, p + bytes, at + total - after);
            memory.set(INT, at, (int) (total + moved));
        }
    }

    private void countChanged(long at, int by) {
        int count = memory.get(SHORT, at + 4) & 0xffff;
        if (count < COUNT_UNKNOWN) {
            memory.set(SHORT, at + 4, (short) Math.min(COUNT_UNKNOWN, count + by));
        } else if (by < 0) {
            int walked = count(at);
            memory.set(SHORT, at + 4, (short) Math.min(COUNT_UNKNOWN, walked));
        }
    }

    /** Appends an entry, of which {@code bytes} bytes are given: all but its length backwards. */
    void append(long at, MemorySegment source, long from, int bytes) {
        long p = end(at);
        open(at, p, bytes + backLengthBytes(bytes), 1);
        MemorySegment.copy(source, from, memory, p, bytes);
        writeBackLength(p + bytes, bytes);
    }

    private void writeString(long p, byte[] value, int offset, int length) {
        int body = writeStringBody(p, value, offset, length);
        writeBackLength(p + body, body);
    }

    /** Writes a string's entry but for its length backwards; returns its bytes. */
    int writeStringBody(long p, byte[] value, int offset, int length) {
        int head = writeStringHead(p, length);
        MemorySegment.copy(value, offset, memory, BYTE, p + head, length);
        return head + length;
    }

    private int writeStringHead(long p, int length) {
        if (length <= SHORT_STRING_MAX) {
            memory.set(BYTE, p, (byte) (0x80 | length));
            return 1;
        }
        if (length <= MIDDLE_STRING_MAX) {
            memory.set(BYTE, p, (byte) (0xe0 | length >> 8));
            memory.set(BYTE, p + 1, (byte) length);
            return 2;
        }
        memory.set(BYTE, p, (byte) 0xf0);
        memory.set(INT, p + 1, length);
        return 5;
    }

    private void writeNumber(long p, long number) {
        int body = writeNumberBody(p, number);
        writeBackLength(p + body, body);
    }

    /** Writes a number's entry but for its length backwards; returns its bytes. */
    int writeNumberBody(long p, long number) {
        int body = numberBody(number);
        switch (body) {
            case 1 -> memory.set(BYTE, p, (byte) number);
            case 2 -> {
                memory.set(BYTE, p, (byte) (0xc0 | (number >> 8 & 0x1f)));
                memory.set(BYTE, p + 1, (byte) number);
            }
            case 3 -> {
                memory.set(BYTE, p, (byte) 0xf1);
                memory.set(SHORT, p + 1, (short) number);
            }
            case 4 -> {
                memory.set(BYTE, p, (byte) 0xf2);
                memory.set(SHORT, p + 1, (short) number);
                memory.set(BYTE, p + 3, (byte) (number >> 16));
            }
            case 5 -> {
                memory.set(BYTE, p, (byte) 0xf3);
                memory.set(INT, p + 1, (int) number);
            }
            default -> {
                memory.set(BYTE, p, (byte) 0xf4);
                memory.set(LONG, p + 1, number);
            }
        }
        return body;
    }

    private void writeBackLength(long q, int body) {
        int bytes = backLengthBytes(body);
        for (int i = 0; i < bytes; i++) {
            int piece = body >> 7 * (bytes - 1 - i) & 0x7f;
            memory.set(BYTE, q + i, (byte) (i == 0 ? piece : piece | 0x80));
        }
    }

    // -- bytes from outside -------------------------------------------------------------------------------------

    /**
     * Whether {@code length} bytes at {@code at} are a listpack in every detail, so that walking it either way stays
     * inside.
     */
    public boolean isValid(long at, long length) {
        if (length < EMPTY_BYTES || (bytes(at) & 0xffff_ffffL) != length
                || (memory.get(BYTE, at + length - 1) & 0xff) != END) {
            return false;
        }
        long end = at + length - 1;
        long p = at + HEADER_BYTES;
        int entries = 0;
        while (p < end) {
            long after = validEnd(p, end);
            if (after < 0) {
                return false;
            }
            p = after;
            entries++;
        }
        int count = memory.get(SHORT, at + 4) & 0xffff;
        return count == COUNT_UNKNOWN || count == entries;
    }

    /** The place behind an entry that is right and ends before {@code end}, or -1. */
    private long validEnd(long p, long end) {
        int first = memory.get(BYTE, p) & 0xff;
        int head = first < 0xc0 ? 1 : first < 0xf0 ? 2 : first <= 0xf4 ? 5 : 0;
        if (head == 0 || p + Math.min(head, first == 0xf1 ? 3 : first == 0xf2 ? 4 : head) > end) {
            return -1;
        }
        long body = first == 0xf0 ? 5 + (memory.get(INT, p + 1) & 0xffff_ffffL) : bodyBytes(p);
        if (body > Integer.MAX_VALUE - 8 || p + body + backLengthBytes((int) body) > end) {
            return -1;
        }
        long after = p + body + backLengthBytes((int) body);
        return backLengthIs(after, (int) body) ? after : -1;
    }

    private boolean backLengthIs(long after, int body) {
        int bytes = backLengthBytes(body);
        for (int i = 0; i < bytes; i++) {
            int piece = body >> 7 * (bytes - 1 - i) & 0x7f;
            if (memory.get(BYTE, after - bytes + i) != (byte) (i == 0 ? piece : piece | 0x80)) {
                return false;
            }
        }
        return true;
    }
}
