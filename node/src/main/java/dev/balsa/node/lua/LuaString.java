package dev.balsa.node.lua;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A string of Lua: bytes of no encoding, which never change. Java's strings stand for it as Latin-1. */
public final class LuaString implements Comparable<LuaString> {
    /** No bytes. */
    public static final LuaString EMPTY = new LuaString(new byte[0]);
    /** What an object of this kind costs beside its bytes. */
    static final int OVERHEAD_BYTES = 40;

    private static final LuaString[] SINGLE = singles();

    private final byte[] bytes;
    private int hash;

    private LuaString(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over: nobody may write to it afterwards. */
    public static LuaString wrap(byte[] bytes) {
        return bytes.length == 1 ? SINGLE[bytes[0] & 0xFF] : new LuaString(bytes);
    }

    /** The string whose bytes are the characters of {@code text}, all below 256. */
    public static LuaString of(String text) {
        return wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A copy of {@code length} bytes from {@code from}. */
    public static LuaString copyOf(byte[] bytes, int from, int length) {
        return length == 0 ? EMPTY : length == 1 ? SINGLE[bytes[from] & 0xFF]
                : new LuaString(Arrays.copyOfRange(bytes, from, from + length));
    }

    private static LuaString[] singles() {
        LuaString[] all = new LuaString[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = new LuaString(new byte[] {(byte) i});
        }
        return all;
    }

    /** In bytes. */
    public int length() {
        return bytes.length;
    }

    /** Byte {@code i}, 0 to 255. */
    public int at(int i) {
        return bytes[i] & 0xFF;
    }

    /** The bytes themselves: not to be written to. */
    public byte[] bytes() {
        return bytes;
    }

    /** From {@code from}, without {@code to}. */
    public LuaString slice(int from, int to) {
        return from == 0 && to == bytes.length ? this : copyOf(bytes, from, to - from);
    }

    /** Another one in each process; the order of nothing depends on it. */
    @Override
    public int hashCode() {
        int h = hash;
        if (h == 0) {
            h = SecretHash.of(bytes);
            hash = h == 0 ? 1 : h;
            return hash;
        }
        return h;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof LuaString that && same(that);
    }

    boolean same(LuaString that) {
        return bytes.length == that.bytes.length && hashCode() == that.hashCode() && Arrays.equals(bytes, that.bytes);
    }

    /** By unsigned bytes. */
    @Override
    public int compareTo(LuaString that) {
        return Arrays.compareUnsigned(bytes, that.bytes);
    }

    /** The bytes as Latin-1. */
    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
