package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/** A coroutine: the frames of what it was doing. */
public final class Coroutine {
    /** What it can be. */
    enum Status { SUSPENDED, RUNNING, NORMAL, DEAD }

    final @Nullable LuaFunction body;
    @Nullable Frame frame;
    @Nullable Coroutine resumer;
    boolean started;
    Status status = Status.SUSPENDED;
    /** How deep Java was when it was resumed. */
    int baseLevels;
    /** What it has given to yield. */
    Object[] yielded = LuaFunction.NONE;
    /** Bytes of frames that were charged for it. */
    long chargedBytes;
    private long id;

    Coroutine(@Nullable LuaFunction body) {
        this.body = body;
    }

    long id(LuaState x) {
        if (id == 0) {
            id = x.nextId();
        }
        return id;
    }
}
