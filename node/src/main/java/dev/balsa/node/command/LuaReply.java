package dev.balsa.node.command;

import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.Numbers;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A value of Lua as a reply, as Redis converts it. For one reply; owned by the engine thread. */
final class LuaReply {
    /** Deeper replies fit through no link between processes. */
    private static final int DEPTH_MAX = 60;
    private static final LuaString DOUBLE = LuaString.of("double");
    private static final LuaString BIG_NUMBER = LuaString.of("big_number");
    private static final LuaString VERBATIM = LuaString.of("verbatim_string");
    private static final LuaString MAP = LuaString.of("map");
    private static final LuaString SET = LuaString.of("set");
    private static final LuaString FORMAT = LuaString.of("format");
    private static final LuaString STRING = LuaString.of("string");

    private final RespWriter out;
    private final int scriptProtocol;
    private final long bytesMax;
    private final int from;

    /** A reply would be longer than a script may use memory. */
    static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super(null, null, false, false);
        }
    }

    /** @param scriptProtocol what redis.setresp has said */
    LuaReply(RespWriter out, int scriptProtocol, long bytesMax) {
        this.out = out;
        this.scriptProtocol = scriptProtocol;
        this.bytesMax = bytesMax;
        this.from = out.length();
    }

    /** Writes the reply; {@link TooLong} if it is. */
    void write(Object value) {
        write(value, 0);
    }

    private void write(Object value, int depth) {
        if (out.length() - from > bytesMax) {
            throw new TooLong();
        }
        if (depth > DEPTH_MAX) {
            out.error("ERR reached lua stack limit");
            return;
        }
        switch (value) {
            case LuaString s -> out.bulk(s.bytes());
            case Double d -> out.integer(toLong(d));
            case Boolean b -> {
                if (scriptProtocol == 3) {
                    out.bool(b);
                } else if (b) {
                    out.integer(1);
                } else {
                    out.nil();
                }
            }
            case LuaTable table -> table(table, depth);
            default -> out.nil();
        }
    }

    /** As C converts on x86: what does not fit is the least. */
    private static long toLong(double d) {
        return d >= -0x1p63 && d < 0x1p63 ? (long) d : Long.MIN_VALUE;
    }

    private void table(LuaTable table, int depth) {
        if (table.get(ReplyValues.ERR) instanceof LuaString error) {
            out.error(error.toString());
        } else if (table.get(ReplyValues.OK) instanceof LuaString ok) {
            out.simple(ok.toString().split("\0", 2)[0].replace('\r', ' ').replace('\n', ' '));
        } else if (table.get(DOUBLE) instanceof Double d) {
            out.real(d);
        } else if (table.get(BIG_NUMBER) instanceof LuaString digits) {
            out.bigNumber(digits.toString());
        } else if (table.get(VERBATIM) instanceof LuaTable inner && inner.get(FORMAT) instanceof LuaString format
                && inner.get(STRING) instanceof LuaString text) {
            verbatim(format, text);
        } else if (table.get(MAP) instanceof LuaTable map) {
            map(map, depth);
        } else if (table.get(SET) instanceof LuaTable set) {
            set(set, depth);
        } else {
            array(table, depth);
        }
    }

    private void verbatim(LuaString format, LuaString text) {
        if (out.protocol() == 2) {
            out.bulk(text.bytes());
            return;
        }
        byte[] three = (format.toString() + "   ").substring(0, 3).toLowerCase(Locale.ROOT)
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] head = ("=" + (text.length() + 4) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        out.raw(head, 0, head.length);
        out.raw(three, 0, 3);
        out.raw(new byte[] {':'}, 0, 1);
        out.raw(text.bytes(), 0, text.length());
        out.raw(new byte[] {'\r', '\n'}, 0, 2);
    }

    private static int size(LuaTable table) {
        int size = 0;
        for (int at = table.next(0); at != 0; at = table.next(at)) {
            size++;
        }
        return size;
    }

    private void map(LuaTable map, int depth) {
        out.map(size(map));
        for (int at = map.next(0); at != 0; at = map.next(at)) {
            write(map.keyAt(at), depth + 1);
            write(map.valueAt(at), depth + 1);
        }
    }

    private void set(LuaTable set, int depth) {
        out.set(size(set));
        for (int at = set.next(0); at != 0; at = set.next(at)) {
            write(set.keyAt(at), depth + 1);
        }
    }

    private void array(LuaTable table, int depth) {
        int size = 0;
        while (table.get(size + 1) != Nil.NIL) {
            size++;
        }
        out.array(size);
        for (int i = 1; i <= size; i++) {
            write(table.get(i), depth + 1);
        }
    }

    /** Whether a value is text for Lua: a string or a number. */
    static boolean isText(Object value) {
        return value instanceof LuaString || value instanceof Double;
    }

    /** The text of a string or a number. */
    static String text(Object value) {
        return value instanceof Double d ? Numbers.text(d) : value.toString();
    }
}
