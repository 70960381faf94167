package dev.balsa.node.command;

import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.Numbers;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;

/** A command's reply as a value of Lua, as Redis converts it. For one reply at a time; owned by the engine thread. */
final class ReplyValues {
    static final LuaString ERR = LuaString.of("err");
    static final LuaString OK = LuaString.of("ok");
    private static final LuaString IGNORE = LuaString.of("ignore_error_stats_update");
    private static final LuaString OK_TEXT = LuaString.of("OK");

    private final LuaState x;
    private byte[] bytes = {};
    private int at;

    ReplyValues(LuaState x) {
        this.x = x;
    }

    /** The value of a whole reply. */
    Object read(RespWriter reply) {
        bytes = reply.array();
        at = 0;
        x.budget().step(reply.length() >> 4);
        return value();
    }

    private Object value() {
        byte type = bytes[at++];
        return switch (type) {
            case ':' -> (double) number();
            case '$' -> {
                int length = (int) number();
                yield length < 0 ? (Object) false : string(length);
            }
            case '+' -> status();
            case '-' -> error(line());
            case '*' -> array((int) number());
            case '_' -> {
                number();
                yield Nil.NIL;
            }
            case '#' -> line().at(0) == 't';
            case ',' -> single("double", real(line()));
            case '(' -> single("big_number", line());
            case '=' -> verbatim((int) number());
            case '%' -> map((int) number());
            case '~', '>' -> set((int) number());
            default -> throw new IllegalStateException("a reply of type " + (char) type);
        };
    }

    /** The number up to the end of the line, 0 if there is none. */
    private long number() {
        boolean negative = bytes[at] == '-';
        long n = 0;
        for (at += negative ? 1 : 0; bytes[at] != '\r'; at++) {
            n = n * 10 - (bytes[at] - '0');
        }
        at += 2;
        return negative ? n : -n;
    }

    private LuaString string(int length) {
        x.budget().string(length);
        LuaString string = LuaString.copyOf(bytes, at, length);
        at += length + 2;
        return string;
    }

    private LuaString line() {
        int from = at;
        while (bytes[at] != '\r') {
            at++;
        }
        LuaString line = LuaString.copyOf(bytes, from, at - from);
        x.budget().string(line.length());
        at += 2;
        return line;
    }

    private static double real(LuaString text) {
        Double number = Numbers.toNumber(text);
        return number == null ? Double.NaN : number;
    }

    private LuaTable single(String name, Object value) {
        LuaTable table = new LuaTable(x.budget());
        table.set(x.budget(), name, value);
        return table;
    }

    private LuaTable status() {
        LuaTable table = new LuaTable(x.budget());
        if (bytes[at] == 'O' && bytes[at + 1] == 'K' && bytes[at + 2] == '\r') {
            at += 4;
            table.set(x.budget(), OK, OK_TEXT);
        } else {
            table.set(x.budget(), OK, line());
        }
        return table;
    }

    private LuaTable error(LuaString line) {
        LuaTable table = failure(x, "-" + line);
        table.set(x.budget(), IGNORE, true);
        return table;
    }

    private LuaTable array(int size) {
        if (size < 0) {
            throw new IllegalStateException("no array");
        }
        LuaTable table = LuaTable.list(x.budget(), size);
        boolean whole = true;
        for (int i = 1; i <= size; i++) {
            Object value = value();
            if (value == Nil.NIL && whole) {
                table = first(table, i - 1);
                whole = false;
            }
            table.set(x.budget(), i, value);
        }
        return table;
    }

    /** The first elements alone: a table that meets a nil has grown no further. */
    private LuaTable first(LuaTable all, int count) {
        LuaTable table = LuaTable.list(x.budget(), count);
        for (int i = 1; i <= count; i++) {
            table.set(x.budget(), i, all.get(i));
        }
        return table;
    }

    private LuaTable map(int pairs) {
        LuaTable inner = new LuaTable(x.budget());
        for (int i = 0; i < pairs; i++) {
            Object key = value();
            inner.set(x.budget(), key, value());
        }
        return single("map", inner);
    }

    private LuaTable set(int size) {
        LuaTable inner = new LuaTable(x.budget());
        for (int i = 0; i < size; i++) {
            inner.set(x.budget(), value(), true);
        }
        return single("set", inner);
    }

    private LuaTable verbatim(int length) {
        LuaTable inner = new LuaTable(x.budget());
        LuaString whole = string(length);
        inner.set(x.budget(), "string", whole.slice(4, length));
        inner.set(x.budget(), "format", whole.slice(0, 3));
        return single("verbatim_string", inner);
    }

    /**
     * The table of an error.
     *
     * @param text {@code -CODE message}, or a message alone, which gets the code {@code ERR}
     */
    static LuaTable failure(LuaState x, String text) {
        String code = "ERR";
        String message = text;
        if (text.startsWith("-")) {
            int space = text.indexOf(' ');
            code = space < 0 ? code : text.substring(1, space);
            message = text.substring(space < 0 ? 1 : space + 1);
        }
        int from = 0;
        int to = message.length();
        while (from < to && isLineEnd(message.charAt(from))) {
            from++;
        }
        while (to > from && isLineEnd(message.charAt(to - 1))) {
            to--;
        }
        LuaTable table = new LuaTable(x.budget());
        String all = code + " " + message.substring(from, to);
        x.budget().string(all.length());
        table.set(x.budget(), ERR, LuaString.wrap(all.getBytes(StandardCharsets.ISO_8859_1)));
        return table;
    }

    private static boolean isLineEnd(char c) {
        return c == '\r' || c == '\n';
    }

    /** As {@link #failure}, of a command that was not run. */
    static LuaTable refusal(LuaState x, String text) {
        LuaTable table = failure(x, text);
        table.set(x.budget(), IGNORE, true);
        return table;
    }
}
