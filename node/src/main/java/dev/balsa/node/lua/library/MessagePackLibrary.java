package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.ByteBuilder;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;

/** cmsgpack, as lua-cmsgpack 0.4.0 in Redis. */
final class MessagePackLibrary {
    private static final int NESTING_MAX = 16;
    private static final long NOT_A_NUMBER = 0xFFF8_0000_0000_0000L;

    private final LuaState x;
    private final ByteBuilder out;

    private MessagePackLibrary(LuaState x) {
        this.x = x;
        this.out = new ByteBuilder(x.budget());
    }

    static void open(Library m) {
        m.function("pack", (x, args) -> {
            if (args.length == 0) {
                throw Arguments.bad(x, 0, "MessagePack pack needs input.");
            }
            MessagePackLibrary packer = new MessagePackLibrary(x);
            for (Object value : args) {
                packer.pack(value, 0);
            }
            return packer.out.toLuaString();
        });
        m.function("unpack", (x, args) -> MessageUnpacker.unpack(x, Arguments.string(x, args, 1), 0, 0));
        m.function("unpack_one", (x, args) -> {
            int offset = (int) Arguments.integer(x, args, 2, 0);
            return MessageUnpacker.unpack(x, Arguments.string(x, args, 1), 1, offset);
        });
        m.function("unpack_limit", (x, args) -> {
            int limit = (int) Arguments.integer(x, args, 2);
            int offset = (int) Arguments.integer(x, args, 3, 0);
            return MessageUnpacker.unpack(x, Arguments.string(x, args, 1), limit, offset);
        });
        m.set("_NAME", LuaString.of("cmsgpack"));
        m.set("_VERSION", LuaString.of("lua-cmsgpack 0.4.0"));
        m.set("_COPYRIGHT", LuaString.of("Copyright (C) 2012, Salvatore Sanfilippo"));
        m.set("_DESCRIPTION", LuaString.of("MessagePack C implementation for Lua"));
    }

    private void pack(Object value, int level) {
        x.budget().step(1);
        switch (value) {
            case LuaString s -> string(s);
            case Boolean b -> out.add(b ? 0xC3 : 0xC2);
            case Double d -> number(d);
            case LuaTable table when level < NESTING_MAX -> table(table, level);
            default -> out.add(0xC0);
        }
    }

    private void string(LuaString s) {
        int length = s.length();
        if (length < 32) {
            out.add(0xA0 | length);
        } else if (length <= 0xFF) {
            out.add(0xD9).add(length);
        } else if (length <= 0xFFFF) {
            out.add(0xDA).addInteger(length, 2, true);
        } else {
            out.add(0xDB).addInteger(length, 4, true);
        }
        out.add(s);
    }

    private void number(double d) {
        if (d >= -0x1p63 && d < 0x1p63 && d == Math.rint(d)) {
            integer((long) d);
        } else if (d == (float) d) {
            out.add(0xCA).addInteger(Float.floatToIntBits((float) d), 4, true);
        } else {
            out.add(0xCB).addInteger(Double.isNaN(d) ? NOT_A_NUMBER : Double.doubleToLongBits(d), 8, true);
        }
    }

    private void integer(long n) {
        if (n >= 0) {
            if (n <= 127) {
                out.add((int) n);
            } else {
                int kind = n <= 0xFF ? 0 : n <= 0xFFFF ? 1 : n <= 0xFFFF_FFFFL ? 2 : 3;
                out.add(0xCC + kind).addInteger(n, 1 << kind, true);
            }
        } else if (n >= -32) {
            out.add((int) n);
        } else {
            int kind = n >= -128 ? 0 : n >= -32768 ? 1 : n >= Integer.MIN_VALUE ? 2 : 3;
            out.add(0xD0 + kind).addInteger(n, 1 << kind, true);
        }
    }

    private void header(int length, int small, int wide) {
        if (length <= 15) {
            out.add(small | length);
        } else if (length <= 0xFFFF) {
            out.add(wide).addInteger(length, 2, true);
        } else {
            out.add(wide + 1).addInteger(length, 4, true);
        }
    }

    private void table(LuaTable table, int level) {
        int count = 0;
        double most = 0;
        boolean array = true;
        for (int at = table.next(0); at != 0; at = table.next(at)) {
            count++;
            if (array && table.keyAt(at) instanceof Double d && d > 0 && d == (int) (double) d) {
                most = Math.max(most, d);
            } else {
                array = false;
            }
        }
        x.budget().step(count >> 2);
        if (array && most == count) {
            header(count, 0x90, 0xDC);
            for (int i = 1; i <= count; i++) {
                pack(table.get(i), level + 1);
            }
            return;
        }
        header(count, 0x80, 0xDE);
        for (int at = table.next(0); at != 0; at = table.next(at)) {
            pack(table.keyAt(at), level + 1);
            pack(table.valueAt(at), level + 1);
        }
    }
}
