package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/** Arguments of functions written in Java, checked with Lua's messages. They count from 1. */
public final class Arguments {
    private Arguments() {}

    /** The error of an argument that is wrong in itself. */
    public static LuaError bad(LuaState x, int n, String why) {
        Frame at = x.frame;
        Expr called = at == null ? null : at.called();
        String kind = called == null ? "" : called.kind();
        int shown = n;
        if (kind.equals("method") && --shown == 0) {
            return x.error("calling '" + name(called, kind) + "' on bad self (" + why + ")");
        }
        return x.error("bad argument #" + shown + " to '" + name(called, kind) + "' (" + why + ")");
    }

    private static String name(@Nullable Expr called, String kind) {
        return called == null || kind.isEmpty() ? "?" : called.shownName();
    }

    /** The error of an argument of another type. */
    public static LuaError wrongType(LuaState x, Object[] args, int n, String expected) {
        return bad(x, n, expected + " expected, got " + (n > args.length ? "no value" : TypeNames.of(args[n - 1])));
    }

    /** An argument that may be missing: nil then. */
    public static Object value(Object[] args, int n) {
        return n > args.length ? Nil.NIL : args[n - 1];
    }

    /** An argument that must be there, nil or not. */
    public static Object any(LuaState x, Object[] args, int n) {
        if (n > args.length) {
            throw bad(x, n, "value expected");
        }
        return args[n - 1];
    }

    public static boolean isAbsent(Object[] args, int n) {
        return n > args.length || args[n - 1] == Nil.NIL;
    }

    public static LuaTable table(LuaState x, Object[] args, int n) {
        if (value(args, n) instanceof LuaTable table) {
            return table;
        }
        throw wrongType(x, args, n, "table");
    }

    public static LuaFunction function(LuaState x, Object[] args, int n) {
        if (value(args, n) instanceof LuaFunction function) {
            return function;
        }
        throw wrongType(x, args, n, "function");
    }

    /** A string, or a number as its text. */
    public static LuaString string(LuaState x, Object[] args, int n) {
        Object value = value(args, n);
        if (value instanceof LuaString s) {
            return s;
        }
        if (value instanceof Double d) {
            return Numbers.format(d);
        }
        throw wrongType(x, args, n, "string");
    }

    public static LuaString string(LuaState x, Object[] args, int n, LuaString absent) {
        return isAbsent(args, n) ? absent : string(x, args, n);
    }

    /** A number, or the text of one. */
    public static double number(LuaState x, Object[] args, int n) {
        Object value = value(args, n);
        if (value instanceof Double d) {
            return d;
        }
        Double parsed = Numbers.toNumber(value);
        if (parsed == null) {
            throw wrongType(x, args, n, "number");
        }
        return parsed;
    }

    public static double number(LuaState x, Object[] args, int n, double absent) {
        return isAbsent(args, n) ? absent : number(x, args, n);
    }

    /** A number cut to 64 bits, as C cuts it. */
    public static long integer(LuaState x, Object[] args, int n) {
        return toLong(number(x, args, n));
    }

    public static long integer(LuaState x, Object[] args, int n, long absent) {
        return isAbsent(args, n) ? absent : toLong(number(x, args, n));
    }

    /** As x86 converts: what does not fit is the least. */
    public static long toLong(double d) {
        return d >= -0x1p63 && d < 0x1p63 ? (long) d : Long.MIN_VALUE;
    }
}
