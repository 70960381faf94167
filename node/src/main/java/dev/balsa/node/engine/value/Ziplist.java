package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/*
 * The problem: files that Redis wrote before version 7 keep small lists, hashes and sorted sets as ziplists, and older
 * dumps are restored. Nothing here is kept as one: they are read once and become listpacks.
 *
 *     bytes (4)  offset of the last entry (4)  count (2)   entry  entry  ...   0xff
 *
 *     entry = length of the entry before (1 byte below 254, or 254 and 4 bytes), then
 *
 *     00llllll          string of up to 63 bytes           1100 0000   16-bit number
 *     01llllll l8       string of up to 16,383 bytes       1101 0000   32-bit number
 *     1000 0000 l32     longer string                      1110 0000   64-bit number
 *     1111 0000         24-bit number                      1111 1110   8-bit number
 *     1111 vvvv         the numbers 0 to 12, plus one
 *
 * Numbers are little-endian, lengths of strings big-endian. A count of 65,535 means "unknown: walk". One walk checks
 * everything and sums up the room that the listpack needs, a second one writes it: O(bytes).
 *
 * Source: Redis' documentation of the format, and dumps of redis-server 6.
 */

/** Turns the bytes of a ziplist into those of a listpack with the same elements. Used once, by one thread. */
public final class Ziplist {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int HEADER_BYTES = 10;
    private static final int END = 0xff;
    private static final int WIDE_BEFORE = 254;
    private static final int COUNT_UNKNOWN = 0xffff;

    private final byte[] bytes;
    private final int end; // where the end mark stands
    private int at;

    // The entry that read() met: a number, or the string bytes[from, from + length).
    private boolean isNumber;
    private long number;
    private int from;
    private int length;

    private Ziplist(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        at = offset;
        end = offset + length - 1;
    }

    /**
     * The listpack with the elements of the ziplist {@code bytes[offset, offset + length)}, or null if that is none in
     * every detail.
     */
    public static byte @Nullable [] toListpack(byte[] bytes, int offset, int length) {
        long room = new Ziplist(bytes, offset, length).check();
        if (room < 0 || room > Integer.MAX_VALUE - 16) {
            return null;
        }
        byte[] packed = new byte[(int) room];
        new Ziplist(bytes, offset, length).writeTo(new Listpack(MemorySegment.ofArray(packed)));
        return packed;
    }

    /** Bytes of the listpack, or -1 if anything is wrong. */
    private long check() {
        int start = at;
        if (end - start + 1 <= HEADER_BYTES
                || (int) INT.get(bytes, start) != end - start + 1
                || (bytes[end] & 0xff) != END) {
            return -1;
        }
        int last = (int) INT.get(bytes, start + 4);
        int count = (short) SHORT.get(bytes, start + 8) & 0xffff;
        at = start + HEADER_BYTES;
        long room = Listpack.EMPTY_BYTES;
        int walked = 0;
        int before = 0;
        while (at < end) {
            int entry = at;
            if (!read(before)) {
                return -1;
            }
            before = at - entry;
            room += isNumber ? Listpack.numberBytes(number) : Listpack.entryBytes(bytes, from, length);
            walked++;
        }
        boolean rightCount = count == COUNT_UNKNOWN || count == walked;
        return rightCount && last == end - start - before ? room : -1;
    }

    private void writeTo(Listpack pack) {
        pack.init(0);
        at += HEADER_BYTES;
        int before = 0;
        while (at < end) {
            int entry = at;
            if (!read(before)) {
                throw new IllegalStateException("Not checked before");
            }
            before = at - entry;
            if (isNumber) {
                pack.insert(0, pack.end(0), number);
            } else {
                pack.insert(0, pack.end(0), bytes, from, length);
            }
        }
    }

    /** Reads the entry at {@code at} and moves behind it; false if it is wrong or ends beyond the end mark. */
    private boolean read(int before) {
        int first = bytes[at] & 0xff;
        if (first == WIDE_BEFORE) {
            if (end - at < 5 || (int) INT.get(bytes, at + 1) != before) {
                return false;
            }
            at += 5;
        } else if (first != before) {
            return false;
        } else {
            at++;
        }
        return at < end && ((bytes[at] & 0xc0) == 0xc0 ? readNumber() : readString());
    }

    private boolean readString() {
        int first = bytes[at] & 0xff;
        int head = first < 0x40 ? 1 : first < 0x80 ? 2 : 5;
        if (end - at < head || (head == 5 && first != 0x80)) {
            return false;
        }
        isNumber = false;
        length = switch (head) {
            case 1 -> first;
            case 2 -> (first & 0x3f) << 8 | (bytes[at + 1] & 0xff);
            default -> (int) INT_BIG_ENDIAN.get(bytes, at + 1);
        };
        from = at + head;
        if (length < 0 || length > end - from) {
            return false;
        }
        at = from + length;
        return true;
    }

    private boolean readNumber() {
        int first = bytes[at] & 0xff;
        int size = switch (first) {
            case 0xfe -> 1;
            case 0xc0 -> 2;
            case 0xf0 -> 3;
            case 0xd0 -> 4;
            case 0xe0 -> 8;
            default -> first > 0xf0 && first < 0xfe ? 0 : -1;
        };
        if (size < 0 || end - at - 1 < size) {
            return false;
        }
        isNumber = true;
        int p = at + 1;
        number = switch (size) {
            case 0 -> (first & 0x0f) - 1;
            case 1 -> bytes[p];
            case 2 -> (short) SHORT.get(bytes, p);
            case 3 -> (short) SHORT.get(bytes, p) & 0xffff | bytes[p + 2] << 16;
            case 4 -> (int) INT.get(bytes, p);
            default -> (long) LONG.get(bytes, p);
        };
        at = p + size;
        return true;
    }
}
