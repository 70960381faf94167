package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Coroutines;

/** coroutine. */
final class CoroutineLibrary {
    private CoroutineLibrary() {}

    static void open(Library c) {
        c.function("create", Coroutines::create);
        c.function("resume", Coroutines::resume);
        c.function("running", Coroutines::running);
        c.function("status", Coroutines::status);
        c.function("wrap", Coroutines::wrap);
        c.function("yield", Coroutines::suspend);
    }
}
