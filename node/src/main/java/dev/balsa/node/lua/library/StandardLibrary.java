package dev.balsa.node.lua.library;

/** All libraries of Lua 5.1 that reach nothing outside. */
public final class StandardLibrary {
    private StandardLibrary() {}

    /** Globals with base, string, table, math, coroutine, and os.clock. */
    public static Library open() {
        Library g = Library.globals();
        BaseLibrary.open(g);
        StringLibrary.open(g.library("string"));
        TableLibrary.open(g.library("table"));
        MathLibrary.open(g.library("math"));
        CoroutineLibrary.open(g.library("coroutine"));
        g.library("os").function("clock", (x, _) -> x.clockSeconds());
        return g;
    }

    /** With cjson, cmsgpack, struct and bit besides. */
    public static Library openWithRedis() {
        Library g = open();
        JsonLibrary.open(g.library("cjson"));
        MessagePackLibrary.open(g.library("cmsgpack"));
        StructLibrary.open(g.library("struct"));
        BitLibrary.open(g.library("bit"));
        return g;
    }
}
