package dev.balsa.node.lua;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes strings of bytes, the same object for the same bytes if that was made lately: names come again and again, and a
 * table finds a key that is the same object without looking at its bytes. Nothing that can be seen depends on it.
 */
public final class SharedStrings {
    private static final int BYTES_MAX = 32;

    private final @Nullable LuaString[] made = new LuaString[128];

    /** The string of {@code length} bytes from {@code from}. */
    public LuaString of(byte[] bytes, int from, int length) {
        if (length < 2 || length > BYTES_MAX) {
            return LuaString.copyOf(bytes, from, length);
        }
        int mixed = ((bytes[from] * 31 + bytes[from + length / 2]) * 31 + bytes[from + length - 1]) * 31 + length;
        int place = (mixed ^ mixed >>> 7) & made.length - 1;
        LuaString known = made[place];
        if (known != null && Arrays.equals(known.bytes(), 0, known.length(), bytes, from, from + length)) {
            return known;
        }
        LuaString string = LuaString.copyOf(bytes, from, length);
        made[place] = string;
        return string;
    }
}
