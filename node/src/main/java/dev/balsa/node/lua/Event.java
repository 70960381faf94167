package dev.balsa.node.lua;

/** What a metatable can answer to. */
enum Event {
    INDEX("__index"),
    NEWINDEX("__newindex"),
    CALL("__call"),
    ADD("__add"),
    SUB("__sub"),
    MUL("__mul"),
    DIV("__div"),
    MOD("__mod"),
    POW("__pow"),
    UNM("__unm"),
    LEN("__len"),
    CONCAT("__concat"),
    EQ("__eq"),
    LT("__lt"),
    LE("__le"),
    TOSTRING("__tostring"),
    METATABLE("__metatable");

    @SuppressWarnings("ImmutableEnumChecker") // its bytes never change
    private final LuaString key;
    private final int bit;

    Event(String key) {
        this.key = LuaString.of(key);
        this.bit = 1 << ordinal();
    }

    LuaString key() {
        return key;
    }

    int bit() {
        return bit;
    }
}
