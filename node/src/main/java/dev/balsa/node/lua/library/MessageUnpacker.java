package dev.balsa.node.lua.library;

import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Metatables;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.Numbers;
import java.util.ArrayList;
import java.util.List;

/** Reads what cmsgpack wrote. */
final class MessageUnpacker {
    private static final int DEPTH_MAX = 1000;

    private final LuaState x;
    private final byte[] s;
    private int at;

    private MessageUnpacker(LuaState x, LuaString source, int at) {
        this.x = x;
        this.s = source.bytes();
        this.at = at;
    }

    /** All values; or, with a limit or an offset, so many from there, and before them where the next one begins. */
    static Object unpack(LuaState x, LuaString source, int limit, int offset) {
        int length = source.length();
        if (offset < 0 || limit < 0) {
            throw x.error("Invalid request to unpack with offset of " + offset + " and limit of " + length + ".");
        }
        if (offset > length) {
            throw x.error("Start offset " + offset + " greater than input length " + length + ".");
        }
        boolean all = limit == 0 && offset == 0;
        MessageUnpacker unpacker = new MessageUnpacker(x, source, offset);
        List<Object> values = new ArrayList<>();
        if (!all) {
            values.add(Nil.NIL);
        }
        for (int i = 0; unpacker.at < length && (all || i < limit); i++) {
            x.budget().allocate(8);
            values.add(unpacker.value(0));
        }
        if (!all) {
            values.set(0, unpacker.at == length ? -1.0 : (double) unpacker.at);
        }
        return values.toArray();
    }

    private long word(int size) {
        need(1 + size);
        long n = 0;
        for (int i = 0; i < size; i++) {
            n = n << 8 | s[at + 1 + i] & 0xFF;
        }
        at += 1 + size;
        return n;
    }

    private void need(long bytes) {
        if (s.length - at < bytes) {
            throw x.error("Missing bytes in input.");
        }
    }

    private LuaString string(long length) {
        need(length);
        x.budget().string(length);
        LuaString text = LuaString.copyOf(s, at, (int) length);
        at += (int) length;
        return text;
    }

    private Object value(int depth) {
        x.budget().step(1);
        need(1);
        int head = s[at] & 0xFF;
        return switch (head) {
            case 0xC0 -> {
                at++;
                yield Nil.NIL;
            }
            case 0xC2, 0xC3 -> {
                at++;
                yield head == 0xC3;
            }
            case 0xCA -> (double) Float.intBitsToFloat((int) word(4));
            case 0xCB -> Double.longBitsToDouble(word(8));
            case 0xCC, 0xCD, 0xCE -> (double) word(1 << head - 0xCC);
            case 0xCF -> Numbers.unsigned(word(8));
            case 0xD0 -> (double) (byte) word(1);
            case 0xD1 -> (double) (short) word(2);
            case 0xD2 -> (double) (int) word(4);
            case 0xD3 -> (double) word(8);
            case 0xD9, 0xDA, 0xDB -> string(word(1 << head - 0xD9));
            case 0xDC, 0xDD -> array(word(head == 0xDC ? 2 : 4), depth);
            case 0xDE, 0xDF -> map(word(head == 0xDE ? 2 : 4), depth);
            default -> small(head, depth);
        };
    }

    private Object small(int head, int depth) {
        if (head >= 0xC0 && head < 0xE0) {
            throw x.error("Bad data format in input.");
        }
        at++;
        if (head < 0x80 || head >= 0xE0) {
            return (double) (byte) head;
        }
        return head >= 0xA0 ? string(head & 0x1F) : head >= 0x90 ? array(head & 15, depth) : map(head & 15, depth);
    }

    private void descend(int depth, String what) {
        if (depth >= DEPTH_MAX) {
            throw new LuaError("stack overflow (in function mp_decode_to_lua_" + what + ")");
        }
    }

    private Object array(long length, int depth) {
        descend(depth, "array");
        LuaTable table = new LuaTable(x.budget());
        for (long i = 1; i <= length; i++) {
            table.set(x.budget(), (int) i, value(depth + 1));
        }
        return table;
    }

    private Object map(long length, int depth) {
        descend(depth, "hash");
        LuaTable table = new LuaTable(x.budget());
        for (long i = 0; i < length; i++) {
            Object key = value(depth + 1);
            Object value = value(depth + 1);
            Object entered = x.enterJava();
            Metatables.rawSet(x, table, key, value);
            x.leave(entered);
        }
        return table;
    }
}
