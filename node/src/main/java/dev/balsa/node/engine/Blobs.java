package dev.balsa.node.engine;

import dev.balsa.node.engine.value.SlotTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/*
 * The problem: a key, its value and their bookkeeping in as few bytes as possible, one cache miss away.
 *
 *     byte 0      1 2 3        | 4 ........ 11   12 .. 15      |  1 or 4     1 or 4
 *     flags       access clock | deadline        expiry entry  |  key length value length | key | value
 *                              | only with DEADLINE            |             not with INT
 *
 *     flags: bits 0-2 type, 3-4 form, 5 DEADLINE, 6 WIDE_KEY (4-byte length), 7 WIDE_VALUE (4-byte length)
 *
 * The value is a string's bytes, a number (INT), a packed collection (LISTPACK, INTSET, TIMED), or the number under
 * which LargeValues keeps a large one (LARGE). Type and form together are a blob's kind.
 *
 * A key of 16 bytes with a value of 64 has a header of 6 bytes and takes 88; Redis 7 takes a dictEntry, two sds
 * headers and a robj for it.
 *
 * Two threads: the engine thread writes, a snapshot's thread may read a blob that is sealed. Sealed blobs are never
 * changed but in the
 * access clock and the expiry entry, which the snapshot does not read; both lie in bytes of their own, so no write
 * tears a neighbour.
 */

/** Reads and writes the blobs of keys and values. Immutable: it holds the memory and no state. */
final class Blobs implements SlotTable.Names {
    // Forms: of strings the first three, of collections the last three.
    static final int INT = 0;
    static final int EMBSTR = 1;
    static final int RAW = 2;
    static final int LISTPACK = 1;
    static final int INTSET = 2;
    /** Of a hash: its fields have deadlines; see {@link FieldDeadlines}. */
    static final int TIMED = 2;
    static final int LARGE = 3;

    /** Bytes of a large value's number. */
    static final int LARGE_BYTES = 4;

    /** Bytes of the key's own deadline: before the fields of a TIMED hash, behind the number of a large one. */
    static final int OWN_DEADLINE_BYTES = 8;

    private static final int TYPE_MASK = 0x07;
    private static final int FORM_SHIFT = 3;
    private static final int FORM_MASK = 0x03;
    private static final int KIND_MASK = 0x1f;
    private static final int DEADLINE = 0x20;
    private static final int WIDE_KEY = 0x40;
    private static final int WIDE_VALUE = 0x80;

    private static final int AT_CLOCK = 1;
    private static final int AT_DEADLINE = 4;
    private static final int AT_EXPIRY_ENTRY = 12;
    private static final int HEADER_BYTES = 4;
    private static final int DEADLINE_BYTES = 12;
    private static final int NARROW_MAX = 0xff;

    private static final ValueLayout.OfInt INT_LAYOUT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final VarHandle KEY_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final MemorySegment memory;

    Blobs(MemorySegment memory) {
        this.memory = memory;
    }

    MemorySegment memory() {
        return memory;
    }

    // -- layout -------------------------------------------------------------------------------------------------

    /** Type and form. */
    static int kind(ValueType type, int form) {
        return type.ordinal() | form << FORM_SHIFT;
    }

    /** The flags of a blob to be written. */
    static int flags(int kind, int keyLength, int valueLength, boolean deadline) {
        return kind
                | (deadline ? DEADLINE : 0)
                | (keyLength > NARROW_MAX ? WIDE_KEY : 0)
                | (!isInteger(kind) && valueLength > NARROW_MAX ? WIDE_VALUE : 0);
    }

    /** Bytes of a blob. */
    static long bytes(int flags, int keyLength, int valueLength) {
        return valueStart(flags, keyLength) + (isInteger(flags) ? Long.BYTES : (long) valueLength);
    }

    private static int keyLengthStart(int flags) {
        return HEADER_BYTES + ((flags & DEADLINE) != 0 ? DEADLINE_BYTES : 0);
    }

    private static int valueLengthStart(int flags) {
        return keyLengthStart(flags) + ((flags & WIDE_KEY) != 0 ? 4 : 1);
    }

    private static int keyStart(int flags) {
        return valueLengthStart(flags) + (isInteger(flags) ? 0 : (flags & WIDE_VALUE) != 0 ? 4 : 1);
    }

    private static long valueStart(int flags, int keyLength) {
        return (long) keyStart(flags) + keyLength;
    }

    // -- reading; `at` is the byte offset of the blob -----------------------------------------------------------

    int flags(long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    static int type(int flags) {
        return flags & TYPE_MASK;
    }

    static int form(int flags) {
        return flags >> FORM_SHIFT & FORM_MASK;
    }

    static int kind(int flags) {
        return flags & KIND_MASK;
    }

    static boolean isInteger(int flags) {
        return form(flags) == INT;
    }

    static boolean isLarge(int flags) {
        return form(flags) == LARGE;
    }

    static boolean isIntset(int flags) {
        return form(flags) == INTSET && type(flags) == ValueType.SET.ordinal();
    }

    static boolean hasDeadline(int flags) {
        return (flags & DEADLINE) != 0;
    }

    /**
     * When there is something to do about the key: it dies, or a field of its hash does ({@link FieldDeadlines}).
     * Milliseconds since 1970, 0 = none.
     */
    long deadline(long at) {
        return hasDeadline(flags(at)) ? memory.get(LONG, at + AT_DEADLINE) : 0;
    }

    /** Whether fields of the hash have deadlines, or had. */
    boolean hasFieldDeadlines(long at) {
        int flags = flags(at);
        return type(flags) == ValueType.HASH.ordinal()
                && (form(flags) == TIMED || (form(flags) == LARGE && valueLength(at) > LARGE_BYTES));
    }

    /** When the key itself dies, 0 = never. */
    long ownDeadline(long at) {
        return hasFieldDeadlines(at) ? memory.get(LONG, ownDeadlineOffset(at)) : deadline(at);
    }

    /** Sets what {@link #ownDeadline} says of a hash whose fields have deadlines. */
    void writeOwnDeadline(long at, long deadlineMillis) {
        memory.set(LONG, ownDeadlineOffset(at), deadlineMillis);
    }

    private long ownDeadlineOffset(long at) {
        return valueOffset(at) + (isLarge(flags(at)) ? LARGE_BYTES : 0);
    }

    int expiryEntry(long at) {
        return memory.get(INT_LAYOUT, at + AT_EXPIRY_ENTRY);
    }

    long keyOffset(long at) {
        return at + keyStart(flags(at));
    }

    int keyLength(long at) {
        return keyLength(at, flags(at));
    }

    private int keyLength(long at, int flags) {
        long where = at + keyLengthStart(flags);
        return (flags & WIDE_KEY) != 0 ? memory.get(INT_LAYOUT, where) : byteAt(where);
    }

    long valueOffset(long at) {
        int flags = flags(at);
        return at + valueStart(flags, keyLength(at, flags));
    }

    int valueLength(long at) {
        int flags = flags(at);
        long where = at + valueLengthStart(flags);
        return (flags & WIDE_VALUE) != 0 ? memory.get(INT_LAYOUT, where) : byteAt(where);
    }

    private int byteAt(long where) {
        return memory.get(ValueLayout.JAVA_BYTE, where) & 0xff;
    }

    long integer(long at) {
        return memory.get(LONG, valueOffset(at));
    }

    /** The number of a large value. */
    int largeId(long at) {
        return memory.get(INT_LAYOUT, valueOffset(at));
    }

    /** The unsigned 24 bits of the access clock. */
    int clock(long at) {
        return (memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + AT_CLOCK) & 0xffff)
                | (memory.get(ValueLayout.JAVA_BYTE, at + AT_CLOCK + 2) & 0xff) << 16;
    }

    @Override
    public boolean nameEquals(long at, byte[] key, int offset, int length) {
        int flags = flags(at);
        if (keyLength(at, flags) != length) {
            return false;
        }
        long start = at + keyStart(flags);
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            if (memory.get(LONG, start + i) != (long) KEY_LONG.get(key, offset + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, start + i) != key[offset + i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareName(long at, byte[] key, int offset, int length) {
        int own = keyLength(at);
        long start = keyOffset(at);
        int common = Math.min(own, length);
        for (int i = 0; i < common; i++) {
            int difference = (memory.get(ValueLayout.JAVA_BYTE, start + i) & 0xff) - (key[offset + i] & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return own - length;
    }

    @Override
    public byte[] name(long at) {
        return key(at);
    }

    byte[] key(long at) {
        byte[] key = new byte[keyLength(at)];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, keyOffset(at), key, 0, key.length);
        return key;
    }

    // -- writing ------------------------------------------------------------------------------------------------

    /** Writes everything but access clock, deadline and value. */
    void writeHead(long at, int flags, byte[] key, int offset, int length, int valueLength) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) flags);
        if ((flags & WIDE_KEY) != 0) {
            memory.set(INT_LAYOUT, at + keyLengthStart(flags), length);
        } else {
            memory.set(ValueLayout.JAVA_BYTE, at + keyLengthStart(flags), (byte) length);
        }
        if (!isInteger(flags)) {
            writeValueLength(at, flags, valueLength);
        }
        long start = at + keyStart(flags);
        if (length <= 32) {
            copyShort(key, offset, start, length);
        } else {
            MemorySegment.copy(key, offset, memory, ValueLayout.JAVA_BYTE, start, length);
        }
    }

    /** Sets the length of a string; its width must stay as it is. */
    void writeValueLength(long at, int flags, int valueLength) {
        if ((flags & WIDE_VALUE) != 0) {
            memory.set(INT_LAYOUT, at + valueLengthStart(flags), valueLength);
        } else {
            memory.set(ValueLayout.JAVA_BYTE, at + valueLengthStart(flags), (byte) valueLength);
        }
    }

    void writeFlags(long at, int flags) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) flags);
    }

    static int asRaw(int flags) {
        return (flags & ~(FORM_MASK << FORM_SHIFT)) | (RAW << FORM_SHIFT);
    }

    static boolean isWideValue(int flags) {
        return (flags & WIDE_VALUE) != 0;
    }

    void writeDeadline(long at, long deadlineMillis) {
        memory.set(LONG, at + AT_DEADLINE, deadlineMillis);
    }

    void writeExpiryEntry(long at, int entry) {
        memory.set(INT_LAYOUT, at + AT_EXPIRY_ENTRY, entry);
    }

    void writeInteger(long at, long value) {
        memory.set(LONG, valueOffset(at), value);
    }

    void writeLargeId(long at, int id) {
        memory.set(INT_LAYOUT, valueOffset(at), id);
    }

    void writeClock(long at, int clock) {
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + AT_CLOCK, (short) clock);
        memory.set(ValueLayout.JAVA_BYTE, at + AT_CLOCK + 2, (byte) (clock >> 16));
    }

    private void copyShort(byte[] from, int offset, long to, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            memory.set(LONG, to + i, (long) KEY_LONG.get(from, offset + i));
        }
        for (; i < length; i++) {
            memory.set(ValueLayout.JAVA_BYTE, to + i, from[offset + i]);
        }
    }
}
