package dev.balsa.node.lua;

import java.util.ArrayDeque;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which registers are sure to hold numbers, before each instruction of a function. What arithmetic gives is taken for a
 * number: compiled code checks the operands, and leaves the work to the interpreter if they are something else. Where
 * that has happened, it is no longer taken for granted.
 */
final class NumberTypes {
    private final Proto p;
    private final Heat heat;
    private final @Nullable BitSet[] before;

    NumberTypes(Proto p, Heat heat) {
        this.p = p;
        this.heat = heat;
        int[] code = p.code();
        before = new BitSet[code.length / Op.SIZE];
        ArrayDeque<Integer> work = new ArrayDeque<>();
        meet(0, new BitSet(), work);
        while (!work.isEmpty()) {
            int pc = work.removeFirst();
            BitSet numbers = (BitSet) before(pc).clone();
            apply(pc, numbers);
            int target = Flow.target(code, pc);
            if (target >= 0) {
                meet(target, numbers, work);
            }
            if (Flow.falls(code, pc)) {
                meet(pc + Op.SIZE, numbers, work);
            }
        }
    }

    private void meet(int pc, BitSet numbers, ArrayDeque<Integer> work) {
        BitSet known = before[pc / Op.SIZE];
        if (known == null) {
            before[pc / Op.SIZE] = (BitSet) numbers.clone();
            work.add(pc);
            return;
        }
        int count = known.cardinality();
        known.and(numbers);
        if (known.cardinality() < count) {
            work.add(pc);
        }
    }

    /** Whether the instruction at {@code pc} can be reached at all. */
    boolean isReached(int pc) {
        return before[pc / Op.SIZE] != null;
    }

    /** The registers that hold numbers whenever {@code pc} is reached. Not to be changed. */
    BitSet before(int pc) {
        BitSet known = before[pc / Op.SIZE];
        if (known == null) {
            throw new IllegalStateException("never reached: " + pc);
        }
        return known;
    }

    /** Makes of the registers that hold numbers before an instruction those that do after it. */
    void apply(int pc, BitSet numbers) {
        int[] code = p.code();
        boolean number = switch (code[pc]) {
            case Op.MOVE -> numbers.get(code[pc + 2]);
            case Op.LOAD -> p.constants()[code[pc + 2]] instanceof Double;
            case Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.POW, Op.NEGATE -> givesNumber(pc, numbers);
            case Op.LENGTH, Op.FOR_PREPARE, Op.FOR_LOOP -> true;
            default -> false;
        };
        Flow.mark(p, pc, numbers, number);
    }

    /** Whether compiled arithmetic at {@code pc} gives nothing but numbers. */
    boolean givesNumber(int pc, BitSet numbers) {
        int[] code = p.code();
        int first = code[pc + 2];
        int second = code[pc] == Op.NEGATE ? first : code[pc + 3];
        if (isNumber(first, numbers) && isNumber(second, numbers)) {
            return true;
        }
        return !heat.isGeneric(pc) && canBeNumber(first) && canBeNumber(second);
    }

    /** Whether an operand is sure to be a number. */
    boolean isNumber(int operand, BitSet numbers) {
        return operand >= 0 ? numbers.get(operand) : p.constants()[~operand] instanceof Double;
    }

    private boolean canBeNumber(int operand) {
        return operand >= 0 || p.constants()[~operand] instanceof Double;
    }
}
