package dev.balsa.node.lua;

import java.util.BitSet;

/** What an instruction reads and writes, and where it leads: what an analysis has to know of {@link Op}. */
final class Flow {
    private Flow() {}

    /** Adds the registers that the instruction at {@code pc} reads. */
    static void addReads(Proto p, int pc, BitSet to) {
        int[] code = p.code();
        int a = code[pc + 1];
        int b = code[pc + 2];
        int c = code[pc + 3];
        switch (code[pc]) {
            case Op.BOX -> to.set(a);
            case Op.MOVE, Op.GET_CELL, Op.SET_UPVALUE, Op.SET_GLOBAL, Op.SELF, Op.NEGATE, Op.NOT, Op.LENGTH, Op.IF_TRUE,
                    Op.IF_FALSE -> operand(b, to);
            case Op.SET_CELL -> {
                to.set(a);
                operand(b, to);
            }
            case Op.GET_INDEX, Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.POW, Op.IF_EQ, Op.IF_NE, Op.IF_LT,
                    Op.IF_NOT_LT, Op.IF_LE, Op.IF_NOT_LE -> {
                operand(b, to);
                operand(c, to);
            }
            case Op.SET_INDEX -> {
                operand(a, to);
                operand(b, to);
                operand(c, to);
            }
            case Op.CONCAT -> to.set(b, b + c);
            case Op.SET_LIST -> to.set(a, a + 1 + fixed(c));
            case Op.CALL, Op.TAIL_CALL -> to.set(a, a + 1 + fixed(b));
            case Op.RETURN -> to.set(a, a + fixed(b));
            case Op.FOR_PREPARE, Op.FOR_LOOP, Op.FOR_CALL -> to.set(a, a + 3);
            case Op.CLOSURE -> {
                for (int capture : p.children()[b].captures()) {
                    operand(capture, to);
                }
            }
            default -> {
                // Reads no register: LOAD, NIL, GET_UPVALUE, GET_GLOBAL, TABLE, JUMP, LOOP, VARARGS.
            }
        }
    }

    private static void operand(int operand, BitSet to) {
        if (operand >= 0) {
            to.set(operand);
        }
    }

    /** How many registers a count names: what is left open comes from elsewhere. */
    static int fixed(int count) {
        return count >= 0 ? count : ~count;
    }

    /**
     * Sets, or removes, the registers that the instruction at {@code pc} writes. Those that a loop's instruction writes
     * only if the loop goes on are among them: nothing reads them where it ends.
     */
    static void mark(Proto p, int pc, BitSet written, boolean as) {
        int[] code = p.code();
        int a = code[pc + 1];
        int b = code[pc + 2];
        int c = code[pc + 3];
        switch (code[pc]) {
            case Op.NIL -> written.set(a, a + b, as);
            case Op.SELF -> written.set(a, a + 2, as);
            case Op.CALL -> written.set(a, a + Math.max(c, 0), as);
            case Op.VARARGS -> written.set(a, a + Math.max(b, 0), as);
            case Op.FOR_PREPARE -> written.set(a, a + 3, as);
            case Op.FOR_LOOP -> {
                written.set(a, as);
                written.set(a + 3, as);
            }
            case Op.FOR_CALL -> written.set(a + 2, a + 3 + c, as);
            case Op.SET_CELL, Op.SET_UPVALUE, Op.SET_GLOBAL, Op.SET_INDEX, Op.SET_LIST, Op.JUMP, Op.LOOP, Op.IF_TRUE,
                    Op.IF_FALSE, Op.IF_EQ, Op.IF_NE, Op.IF_LT, Op.IF_NOT_LT, Op.IF_LE, Op.IF_NOT_LE, Op.TAIL_CALL,
                    Op.RETURN -> {
                // Write no register.
            }
            default -> written.set(a, as);
        }
    }

    /** Where the instruction at {@code pc} may jump, or -1. */
    static int target(int[] code, int pc) {
        int op = code[pc];
        return switch (op) {
            case Op.FOR_PREPARE, Op.FOR_LOOP, Op.FOR_CALL -> code[pc + 2];
            default -> op >= Op.JUMP && op <= Op.IF_NOT_LE ? code[pc + 1] : -1;
        };
    }

    /** Whether the next instruction may follow the one at {@code pc}. */
    static boolean falls(int[] code, int pc) {
        return switch (code[pc]) {
            case Op.JUMP, Op.LOOP, Op.FOR_PREPARE, Op.RETURN -> false;
            default -> true;
        };
    }
}
