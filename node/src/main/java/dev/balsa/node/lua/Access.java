package dev.balsa.node.lua;

/** Reads and writes of tables, by the shortest way for the key that is known beforehand. */
@SuppressWarnings("ReferenceEquality") // nil is one object
final class Access {
    private Access() {}

    /** The global of a name, as the function of the frame sees it. */
    static Object global(LuaState x, Frame f, LuaString name) {
        LuaTable globals = Dispatch.closure(f).environment;
        Object value = globals.get(name);
        return value != Nil.NIL || globals.metatable() == null ? value : Metatables.index(x, globals, name);
    }

    static void setGlobal(LuaState x, Frame f, Object name, Object value) {
        Metatables.setIndex(x, Dispatch.closure(f).environment, name, value);
    }

    static Object index(LuaState x, Object object, Object key) {
        if (object instanceof LuaTable table) {
            Object value = table.get(key);
            LuaTable metatable = value == Nil.NIL ? table.metatable() : null;
            return metatable == null ? value : Metatables.missing(x, table, metatable, key);
        }
        return Metatables.index(x, object, key);
    }

    static Object index(LuaState x, Object object, LuaString key) {
        if (object instanceof LuaTable table) {
            Object value = table.get(key);
            LuaTable metatable = value == Nil.NIL ? table.metatable() : null;
            return metatable == null ? value : Metatables.missing(x, table, metatable, key);
        }
        return Metatables.index(x, object, key);
    }

    static Object index(LuaState x, Object object, double key) {
        int whole = (int) key;
        if (whole == key && object instanceof LuaTable table) {
            Object value = table.get(whole);
            LuaTable metatable = value == Nil.NIL ? table.metatable() : null;
            return metatable == null ? value : Metatables.missing(x, table, metatable, key);
        }
        return Metatables.index(x, object, key);
    }

    static void setIndex(LuaState x, Object object, Object key, Object value) {
        Metatables.setIndex(x, object, key, value);
    }

    static void setIndex(LuaState x, Object object, LuaString key, Object value) {
        if (object instanceof LuaTable table && table.isPlain()) {
            table.set(x.budget(), key, value);
        } else {
            Metatables.setIndex(x, object, key, value);
        }
    }

    static void setIndex(LuaState x, Object object, double key, Object value) {
        int whole = (int) key;
        if (whole == key && object instanceof LuaTable table && table.isPlain()) {
            table.set(x.budget(), whole, value);
        } else {
            Metatables.setIndex(x, object, key, value);
        }
    }
}
