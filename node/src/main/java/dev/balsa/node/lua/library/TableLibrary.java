package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.ByteBuilder;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.TypeNames;

/** table. Raw, as in Lua 5.1. */
final class TableLibrary {
    private TableLibrary() {}

    static void open(Library t) {
        t.function("concat", TableLibrary::concat);
        t.function("foreach", TableLibrary::forEach);
        t.function("foreachi", TableLibrary::forEachIndex);
        t.function("getn", (x, args) -> (double) Arguments.table(x, args, 1).length());
        t.function("insert", TableLibrary::insert);
        t.function("maxn", TableLibrary::largest);
        t.function("remove", TableLibrary::remove);
        t.function("setn", (x, args) -> {
            Arguments.table(x, args, 1);
            throw x.error("'setn' is obsolete");
        });
        t.function("sort", Sort::sort);
    }

    private static Object concat(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        LuaString separator = Arguments.string(x, args, 2, LuaString.EMPTY);
        int first = (int) Arguments.integer(x, args, 3, 1);
        int last = Arguments.isAbsent(args, 4) ? table.length() : (int) Arguments.integer(x, args, 4);
        ByteBuilder out = new ByteBuilder(x.budget());
        for (long i = first; i <= last; i++) {
            x.budget().step(1);
            Object value = table.get((int) i);
            if (!Values.isText(value)) {
                throw x.error("invalid value (" + TypeNames.of(value) + ") at index " + i
                        + " in table for 'concat'");
            }
            out.add(Values.text(value));
            if (i < last) {
                out.add(separator);
            }
        }
        return out.toLuaString();
    }

    private static Object forEach(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        LuaFunction function = Arguments.function(x, args, 2);
        Object key = Nil.NIL;
        while (true) {
            int position = table.position(key);
            if (position < 0) {
                throw new dev.balsa.node.lua.LuaError("invalid key to 'next'");
            }
            int next = table.next(x.budget(), position);
            if (next == 0) {
                return LuaFunction.NONE;
            }
            key = table.keyAt(next);
            Object result = Arguments.value(x.call(function, key, table.valueAt(next)), 1);
            if (result != Nil.NIL) {
                return result;
            }
        }
    }

    private static Object forEachIndex(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        LuaFunction function = Arguments.function(x, args, 2);
        int length = table.length();
        for (int i = 1; i <= length; i++) {
            Object result = Arguments.value(x.call(function, (double) i, table.get(i)), 1);
            if (result != Nil.NIL) {
                return result;
            }
        }
        return LuaFunction.NONE;
    }

    private static void store(LuaState x, LuaTable table, int key, Object value) {
        if (table.isReadOnly()) {
            throw new dev.balsa.node.lua.LuaError("Attempt to modify a readonly table");
        }
        table.set(x.budget(), key, value);
    }

    private static Object insert(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        int end = table.length() + 1;
        switch (args.length) {
            case 2 -> store(x, table, end, args[1]);
            case 3 -> {
                int position = (int) Arguments.integer(x, args, 2);
                if (position > end) {
                    end = position;
                }
                for (int i = end; i > position; i--) {
                    x.budget().step(1);
                    store(x, table, i, table.get(i - 1));
                }
                store(x, table, position, args[2]);
            }
            default -> throw x.error("wrong number of arguments to 'insert'");
        }
        return LuaFunction.NONE;
    }

    private static Object remove(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        int end = table.length();
        int position = (int) Arguments.integer(x, args, 2, end);
        if (position < 1 || position > end) {
            return LuaFunction.NONE;
        }
        Object removed = table.get(position);
        for (int i = position; i < end; i++) {
            x.budget().step(1);
            store(x, table, i, table.get(i + 1));
        }
        store(x, table, end, Nil.NIL);
        return removed;
    }

    private static Object largest(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        double largest = 0;
        for (int at = table.next(0); at != 0; at = table.next(at)) {
            x.budget().step(1);
            if (table.keyAt(at) instanceof Double d && d > largest) {
                largest = d;
            }
        }
        return largest;
    }
}
