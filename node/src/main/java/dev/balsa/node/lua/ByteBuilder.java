package dev.balsa.node.lua;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that become a string. What it holds is charged as it grows. */
public final class ByteBuilder {
    private final Budget budget;
    private byte[] bytes = new byte[64];
    private int length;

    public ByteBuilder(Budget budget) {
        this.budget = budget;
    }

    /** How many bytes there are. */
    public int length() {
        return length;
    }

    /** Makes room; an error that no script can catch if the budget ends. */
    private void room(int more) {
        long wanted = (long) length + more;
        if (wanted > bytes.length) {
            budget.checkString(wanted);
            int grown = (int) Math.min(Math.max(wanted, bytes.length * 2L), Integer.MAX_VALUE - 16);
            budget.allocate(grown - bytes.length);
            bytes = Arrays.copyOf(bytes, grown);
        }
    }

    public ByteBuilder add(int b) {
        if (length == bytes.length) {
            room(1);
        }
        bytes[length++] = (byte) b;
        return this;
    }

    public ByteBuilder add(byte[] from, int offset, int count) {
        room(count);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
        return this;
    }

    public ByteBuilder add(LuaString s) {
        return add(s.bytes(), 0, s.length());
    }

    /** The characters of {@code text}, all below 256. */
    public ByteBuilder add(String text) {
        return add(text.getBytes(StandardCharsets.ISO_8859_1), 0, text.length());
    }

    /** {@code count} times the same byte. */
    public ByteBuilder fill(int b, int count) {
        if (count > 0) {
            room(count);
            Arrays.fill(bytes, length, length + count, (byte) b);
            length += count;
        }
        return this;
    }

    /** Writes {@code bytes} of {@code value} at the end, in the order that is asked for. */
    public ByteBuilder addInteger(long value, int size, boolean bigEndian) {
        for (int i = 0; i < size; i++) {
            int place = bigEndian ? size - 1 - i : i;
            add(place < 8 ? (int) (value >>> 8 * place) : 0);
        }
        return this;
    }

    /** Begins anew. */
    public void clear() {
        length = 0;
    }

    public LuaString toLuaString() {
        budget.allocate(length + LuaString.OVERHEAD_BYTES);
        return LuaString.copyOf(bytes, 0, length);
    }
}
