package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/** A function of Lua that is running, or, without function, one of Java that calls back. */
final class Frame {
    static final Object[] NO_REGISTERS = {};
    private static final int BYTES = 80;

    final @Nullable Frame caller;
    final @Nullable Closure function;
    final Object[] registers;
    final int depth;
    /** Bytes of it and of its callers. */
    final long bytes;
    /** The instruction that runs, or that has called. */
    int pc;
    /** The values of {@code ...}. */
    Object[] varargs = LuaFunction.NONE;
    /** What an open call has left: one value, or an array of them. */
    Object open = LuaFunction.NONE;
    /** Whether who called it is Java. */
    boolean entry;
    /** How many frames tail calls have replaced. */
    int tailCalls;

    Frame(@Nullable Frame caller, @Nullable Closure function, Object[] registers) {
        this.caller = caller;
        this.function = function;
        this.registers = registers;
        this.depth = caller == null ? 1 : caller.depth + 1;
        this.bytes = (caller == null ? 0 : caller.bytes) + BYTES + 4L * registers.length;
    }

    /** The line that runs, or -1 in Java. */
    int line() {
        return function == null ? -1 : function.proto.lineAt(pc);
    }

    /** The expression that was called at the instruction that runs, or null. */
    @Nullable Expr called() {
        if (function == null) {
            return null;
        }
        int op = function.proto.code()[pc];
        return op == Op.CALL || op == Op.TAIL_CALL ? function.proto.operands()[pc / 2] : null;
    }
}
