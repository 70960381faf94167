package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/** What values do that depends on metatables. */
public final class Metatables {
    private static final int CHAIN_MAX = 100;
    private static final Event[] ARITHMETIC = {Event.ADD, Event.SUB, Event.MUL, Event.DIV, Event.MOD, Event.POW,
            Event.UNM};

    private Metatables() {}

    /** The metatable of a value, or null. */
    public static @Nullable LuaTable of(LuaState x, Object value) {
        if (value instanceof LuaTable table) {
            return table.metatable();
        }
        return value instanceof LuaString ? x.stringMetatable() : null;
    }

    /** What a value's metatable has for a name, or nil. */
    public static Object field(LuaState x, Object value, LuaString name) {
        LuaTable metatable = of(x, value);
        return metatable == null ? Nil.NIL : metatable.get(name);
    }

    private static @Nullable Object event(LuaState x, Object value, Event event) {
        LuaTable metatable = of(x, value);
        return metatable == null ? null : metatable.event(event);
    }

    /** {@code object[key]}. */
    public static Object index(LuaState x, Object object, Object key) {
        return index(x, object, key, 0);
    }

    /** {@code table[key]} of a table that has a metatable and not this key. */
    static Object missing(LuaState x, LuaTable table, LuaTable metatable, Object key) {
        Object next = metatable.event(Event.INDEX);
        if (next == null) {
            return Nil.NIL;
        }
        return next instanceof LuaFunction function ? first(x.invoke(function, table, key)) : index(x, next, key, 1);
    }

    private static Object index(LuaState x, Object object, Object key, int links) {
        Object from = object;
        for (int i = links; i < CHAIN_MAX; i++) {
            Object next;
            if (from instanceof LuaTable table) {
                Object value = table.get(key);
                LuaTable metatable = value == Nil.NIL ? table.metatable() : null;
                next = metatable == null ? null : metatable.event(Event.INDEX);
                if (next == null) {
                    return value;
                }
            } else {
                next = event(x, from, Event.INDEX);
                if (next == null) {
                    throw x.typeError("index", from, 0);
                }
            }
            if (next instanceof LuaFunction function) {
                return first(x.invoke(function, from, key));
            }
            from = next;
        }
        throw x.runtimeError("loop in gettable");
    }

    /** {@code object[key] = value}. */
    public static void setIndex(LuaState x, Object object, Object key, Object value) {
        Object into = object;
        for (int i = 0; i < CHAIN_MAX; i++) {
            Object next;
            if (into instanceof LuaTable table) {
                LuaTable metatable = table.metatable();
                next = metatable == null ? null : metatable.event(Event.NEWINDEX);
                if (next == null || table.get(key) != Nil.NIL) {
                    rawSet(x, table, key, value);
                    return;
                }
                touch(x, table, key);
            } else {
                next = event(x, into, Event.NEWINDEX);
                if (next == null) {
                    throw x.typeError("index", into, 0);
                }
            }
            if (next instanceof LuaFunction function) {
                x.invoke(function, into, key, value);
                return;
            }
            into = next;
        }
        throw x.runtimeError("loop in settable");
    }

    /** Without metatables, but refusing what is no key and what must not change. */
    public static void rawSet(LuaState x, LuaTable table, Object key, Object value) {
        if (table.isReadOnly()) {
            throw x.runtimeError("Attempt to modify a readonly table");
        }
        checkKey(x, key);
        table.set(x.budget(), key, value);
    }

    /** Makes a key without value of what is no key yet: C has done so when it calls __newindex. */
    private static void touch(LuaState x, LuaTable table, Object key) {
        checkKey(x, key);
        if (!table.isReadOnly()) {
            table.set(x.budget(), key, Nil.NIL);
        }
    }

    private static void checkKey(LuaState x, Object key) {
        if (key == Nil.NIL) {
            throw x.runtimeError("table index is nil");
        }
        if (key instanceof Double d && Double.isNaN(d)) {
            throw x.runtimeError("table index is NaN");
        }
    }

    static Object first(Object results) {
        return results instanceof Object[] several ? several.length == 0 ? Nil.NIL : several[0] : results;
    }

    static Object arithmetic(LuaState x, Object a, Object b, int op) {
        Event event = ARITHMETIC[op - Op.ADD];
        Object handler = event(x, a, event);
        if (handler == null) {
            handler = event(x, b, event);
        }
        if (handler == null) {
            boolean second = Numbers.toNumber(a) != null;
            throw x.typeError("perform arithmetic on", second ? b : a, second ? 1 : 0);
        }
        return first(x.invokeAny(handler, a, b));
    }

    static boolean equal(LuaState x, LuaTable a, LuaTable b) {
        LuaTable first = a.metatable();
        LuaTable second = b.metatable();
        if (first == null || second == null) {
            return false;
        }
        Object handler = first.event(Event.EQ);
        Object other = handler == null ? null : second.event(Event.EQ);
        if (handler == null || other == null || !Arithmetic.rawEquals(handler, other)) {
            return false;
        }
        return Arithmetic.isTrue(first(x.invokeAny(handler, a, b)));
    }

    private static @Nullable Object order(LuaState x, Object a, Object b, Event event) {
        Object handler = event(x, a, event);
        Object other = handler == null ? null : event(x, b, event);
        if (handler == null || other == null || !Arithmetic.rawEquals(handler, other)) {
            return null;
        }
        return first(x.invokeAny(handler, a, b));
    }

    /** {@code a < b}. */
    public static boolean less(LuaState x, Object a, Object b) {
        if (a instanceof Double l && b instanceof Double r) {
            return l < r;
        }
        if (a instanceof LuaString s && b instanceof LuaString t) {
            x.budget().step(Math.min(s.length(), t.length()) >> 6);
            return s.compareTo(t) < 0;
        }
        Object result = TypeNames.of(a).equals(TypeNames.of(b)) ? order(x, a, b, Event.LT) : null;
        if (result == null) {
            throw orderError(x, a, b);
        }
        return Arithmetic.isTrue(result);
    }

    static boolean lessOrEqual(LuaState x, Object a, Object b) {
        if (a instanceof LuaString s && b instanceof LuaString t) {
            x.budget().step(Math.min(s.length(), t.length()) >> 6);
            return s.compareTo(t) <= 0;
        }
        if (TypeNames.of(a).equals(TypeNames.of(b))) {
            Object result = order(x, a, b, Event.LE);
            if (result != null) {
                return Arithmetic.isTrue(result);
            }
            result = order(x, b, a, Event.LT);
            if (result != null) {
                return !Arithmetic.isTrue(result);
            }
        }
        throw orderError(x, a, b);
    }

    private static LuaError orderError(LuaState x, Object a, Object b) {
        String first = TypeNames.of(a);
        String second = TypeNames.of(b);
        return x.runtimeError(first.equals(second) ? "attempt to compare two " + first + " values"
                : "attempt to compare " + first + " with " + second);
    }

    /** {@code #value}. */
    static double length(LuaState x, Object value) {
        if (value instanceof LuaTable table) {
            return table.length();
        }
        if (value instanceof LuaString s) {
            return s.length();
        }
        throw x.typeError("get length of", value, 0);
    }

    /** The values from {@code from}, joined from the right. */
    static Object concat(LuaState x, Object[] r, int from, int count) {
        int last = from + count - 1;
        Object right = r[last];
        int i = last - 1;
        while (i >= from) {
            if (isText(right) && isText(r[i])) {
                int start = i;
                while (start > from && isText(r[start - 1])) {
                    start--;
                }
                right = join(x, r, start, i, right);
                i = start - 1;
            } else {
                right = concat(x, r[i], right, i - from);
                i--;
            }
        }
        return right;
    }

    private static boolean isText(Object value) {
        return value instanceof LuaString || value instanceof Double;
    }

    private static Object join(LuaState x, Object[] r, int from, int to, Object right) {
        LuaString end = Numbers.toLuaString(right);
        long length = end.length();
        LuaString[] parts = new LuaString[to - from + 1];
        for (int i = from; i <= to; i++) {
            parts[i - from] = Numbers.toLuaString(r[i]);
            length += parts[i - from].length();
        }
        x.budget().string(length);
        byte[] joined = new byte[(int) length];
        int at = 0;
        for (LuaString part : parts) {
            System.arraycopy(part.bytes(), 0, joined, at, part.length());
            at += part.length();
        }
        System.arraycopy(end.bytes(), 0, joined, at, end.length());
        return LuaString.wrap(joined);
    }

    private static Object concat(LuaState x, Object a, Object b, int part) {
        Object handler = event(x, a, Event.CONCAT);
        if (handler == null) {
            handler = event(x, b, Event.CONCAT);
        }
        if (handler == null) {
            boolean second = isText(a);
            throw x.concatError(second ? b : a, second ? part + 1 : part);
        }
        return first(x.invokeAny(handler, a, b));
    }

    /** The function that a call of a value calls, or null; if it is not the value itself, the value is its first argument. */
    static @Nullable LuaFunction callable(LuaState x, Object value) {
        return event(x, value, Event.CALL) instanceof LuaFunction function ? function : null;
    }
}
