package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/**
 * A function as it was compiled: what all its closures share.
 *
 * @param code four words an instruction: {@link Op}, a, b, c
 * @param captures for each upvalue the register of the function around, or ~ the upvalue of it
 * @param operands for each instruction the expressions of its two operands, for messages
 * @param heat how much of it has run, and what was made of it then
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Proto(
        String source,
        int line,
        int parameters,
        boolean variadic,
        boolean needsArg,
        int registers,
        int[] code,
        Object[] constants,
        Proto[] children,
        int[] captures,
        int[] lines,
        @Nullable Expr[] operands,
        Heat heat) {
    private static final int CALL_COST = 8;

    /** The line of the instruction at {@code pc}. */
    int lineAt(int pc) {
        return lines[pc >> 2];
    }

    /** What a call of it costs: to make a frame takes as long as that many instructions of a loop. */
    int entryCost() {
        return CALL_COST + (code.length >> 5);
    }
}
