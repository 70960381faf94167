package dev.balsa.node.lua;

/**
 * The instructions. R is a register, RK a register or, if negative, the constant ~RK; K a constant. A count n below
 * zero means ~n values and then those that the last open call or {@code ...} has left.
 */
final class Op {
    /** R[a] = R[b]. */
    static final int MOVE = 0;
    /** R[a] = K[b]. */
    static final int LOAD = 1;
    /** R[a] .. R[a + b - 1] = nil. */
    static final int NIL = 2;
    /** R[a] becomes a cell of its value. */
    static final int BOX = 3;
    /** R[a] = cell R[b]. */
    static final int GET_CELL = 4;
    /** Cell R[a] = RK[b]. */
    static final int SET_CELL = 5;
    /** R[a] = upvalue b. */
    static final int GET_UPVALUE = 6;
    /** Upvalue a = RK[b]. */
    static final int SET_UPVALUE = 7;
    /** R[a] = global K[b]. */
    static final int GET_GLOBAL = 8;
    /** Global K[a] = RK[b]. */
    static final int SET_GLOBAL = 9;
    /** R[a] = RK[b][RK[c]]. */
    static final int GET_INDEX = 10;
    /** RK[a][RK[b]] = RK[c]. */
    static final int SET_INDEX = 11;
    /** R[a + 1] = RK[b], R[a] = RK[b][K[c]]. */
    static final int SELF = 12;
    /** R[a] = a table with room for b elements and c other keys. */
    static final int TABLE = 13;
    /** R[a][b], R[a][b + 1] .. = n values from R[a + 1]; n is c. */
    static final int SET_LIST = 14;
    /** R[a] = RK[b] + RK[c], and so on. */
    static final int ADD = 15;
    static final int SUB = 16;
    static final int MUL = 17;
    static final int DIV = 18;
    static final int MOD = 19;
    static final int POW = 20;
    /** R[a] = -RK[b]. */
    static final int NEGATE = 21;
    static final int NOT = 22;
    static final int LENGTH = 23;
    /** R[a] = R[b] .. R[b + 1] .. and so on, c values. */
    static final int CONCAT = 24;
    /** To a. */
    static final int JUMP = 25;
    /** Back to a, at the cost of b. */
    static final int LOOP = 26;
    /** To a if RK[b] is true. */
    static final int IF_TRUE = 27;
    static final int IF_FALSE = 28;
    /** To a if RK[b] and RK[c] are so. */
    static final int IF_EQ = 29;
    static final int IF_NE = 30;
    static final int IF_LT = 31;
    static final int IF_NOT_LT = 32;
    static final int IF_LE = 33;
    static final int IF_NOT_LE = 34;
    /** Calls R[a] with n values from R[a + 1], n is b; c results into R[a] .., or -1: all, left open. */
    static final int CALL = 35;
    /** Returns what the call of R[a] gives; if it is no function of Lua, leaves its results open. */
    static final int TAIL_CALL = 36;
    /** Returns n values from R[a], n is b. */
    static final int RETURN = 37;
    /** R[a] .. R[a + b - 1] = the values of {@code ...}, or, if b is -1, leaves them open. */
    static final int VARARGS = 38;
    /** R[a] = a closure of child b. */
    static final int CLOSURE = 39;
    /** Makes R[a], R[a + 1], R[a + 2] numbers; to b. */
    static final int FOR_PREPARE = 40;
    /** The next number into R[a] and R[a + 3], and to b at the cost of c; or on, if that was the last. */
    static final int FOR_LOOP = 41;
    /** c results of R[a](R[a + 1], R[a + 2]) from R[a + 3]; if the first is nil to b, else R[a + 2] is it. */
    static final int FOR_CALL = 42;

    /** Words an instruction. */
    static final int SIZE = 4;

    private Op() {}
}
