package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A string of a collection as it lies in memory: its bytes, or the number that is kept in place of its text. Reused;
 * valid until the next change of the keyspace.
 */
public final class StringView {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private final MemorySegment memory;
    private final Listpack packs;
    private final byte[] scratch = new byte[Decimal.LENGTH_MAX];
    private boolean isNumber;
    private long number;
    private long offset;
    private int length;

    public StringView(MemorySegment memory) {
        this.memory = memory;
        packs = new Listpack(memory);
    }

    /** Looks at bytes. */
    public StringView bytes(long at, int count) {
        isNumber = false;
        offset = at;
        length = count;
        return this;
    }

    /** Is a number. */
    public StringView number(long value) {
        isNumber = true;
        number = value;
        return this;
    }

    /** Looks at the entry of a listpack. */
    public StringView entry(long p) {
        return packs.isInteger(p) ? number(packs.integer(p)) : bytes(packs.offset(p), packs.length(p));
    }

    /** Whether it is kept as a number: {@link #number}; otherwise {@link #offset} and {@link #byteLength}. */
    public boolean isNumber() {
        return isNumber;
    }

    public long number() {
        return number;
    }

    public MemorySegment memory() {
        return memory;
    }

    public long offset() {
        return offset;
    }

    /** Number of bytes, of a string that is kept as bytes. */
    public int byteLength() {
        return length;
    }

    /** Length as text. */
    public int length() {
        return isNumber ? Decimal.length(number) : length;
    }

    /** Whether the text is that of a 64-bit integer: {@link #toLong}. */
    public boolean isInteger() {
        if (isNumber) {
            return true;
        }
        return length <= Decimal.LENGTH_MAX && Decimal.isCanonical(scratch, 0, copy(scratch));
    }

    /** The integer whose text it is. */
    public long toLong() {
        return isNumber ? number : Decimal.parse(scratch, 0, copy(scratch));
    }

    /** Writes the text to {@code into} (room for {@link #length}, at least 20); returns its length. */
    public int copy(byte[] into) {
        if (isNumber) {
            return Decimal.write(number, into);
        }
        MemorySegment.copy(memory, BYTE, offset, into, 0, length);
        return length;
    }

    /** The text in an array of its own. */
    public byte[] copy() {
        byte[] into = new byte[Math.max(length(), Decimal.LENGTH_MAX)];
        int size = copy(into);
        return size == into.length ? into : Arrays.copyOf(into, size);
    }
}
