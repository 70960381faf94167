package dev.balsa.node.lua;

/** What the run of a frame gives instead of results: no value of Lua. */
enum Mark {
    /** Another frame is on top now. */
    SWITCH,
    /** The coroutine was left. */
    YIELD
}
