package dev.balsa.node.lua;

/** The compiled form of a function: does with a frame what {@link Dispatch#run} does with it, only faster. */
abstract class Code {
    /** Runs until the frame calls, returns, or leaves its coroutine; what it gives is what {@link Dispatch#run} gives. */
    abstract Object run(LuaState x, Frame f);
}
