package dev.balsa.node.lua;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands behind the instructions of a method: ways out, and detours. Ways that are the same are written once. */
final class Exits {
    /** So many that the method would be too long. */
    private static final int EXITS_MAX = 400;

    private final CodeBuilder out;
    private final Emitter e;
    private final List<Exit> exits = new ArrayList<>();

    private enum Kind { SURPRISE, MARK, BOXING }

    /** @param numbers those of the registers that hold numbers */
    private record Exit(Kind kind, BitSet registers, BitSet numbers, Label label, Label target) {}

    Exits(CodeBuilder out, Emitter e) {
        this.out = out;
        this.e = e;
    }

    /** To the interpreter, which does the instruction at which the frame is. */
    Label surprise(BitSet live, BitSet numbers) {
        return shared(Kind.SURPRISE, live, numbers);
    }

    /** To who runs the frame, with the mark that is on the stack. */
    Label mark(BitSet live, BitSet numbers) {
        return shared(Kind.MARK, live, numbers);
    }

    /** Boxes numbers on the way to {@code target}. */
    Label boxing(BitSet registers, Label target) {
        Label label = out.newLabel();
        exits.add(new Exit(Kind.BOXING, registers, registers, label, target));
        return label;
    }

    private Label shared(Kind kind, BitSet live, BitSet numbers) {
        BitSet liveNumbers = (BitSet) live.clone();
        liveNumbers.and(numbers);
        for (Exit known : exits) {
            if (known.kind == kind && known.registers.equals(live) && known.numbers.equals(liveNumbers)) {
                return known.label;
            }
        }
        if (exits.size() == EXITS_MAX) {
            throw new IllegalArgumentException("too many exits");
        }
        Label label = out.newLabel();
        exits.add(new Exit(kind, (BitSet) live.clone(), liveNumbers, label, label));
        return label;
    }

    void write() {
        exits.sort(Comparator.comparingInt(exit -> exit.registers.cardinality()));
        for (int i = 0; i < exits.size(); i++) {
            Exit exit = exits.get(i);
            out.labelBinding(exit.label);
            e.numbers(exit.numbers);
            switch (exit.kind) {
                case SURPRISE, MARK -> leave(exit, largestWithin(i));
                case BOXING -> {
                    e.box(exit.registers);
                    out.goto_(exit.target);
                }
            }
        }
    }

    /** Saves the registers and leaves; what a smaller exit does anyway, it does. */
    private void leave(Exit exit, @Nullable Exit smaller) {
        if (smaller != null) {
            BitSet rest = (BitSet) exit.registers.clone();
            rest.andNot(smaller.registers);
            e.save(rest);
            out.goto_(smaller.label);
            return;
        }
        e.save(exit.registers);
        if (exit.kind == Kind.SURPRISE) {
            e.x().f().call(Heat.class, "surprised", Emitter.OBJECT, Emitter.STATE, Emitter.FRAME);
        }
        out.areturn();
    }

    /** Of the exits before {@code i} the largest whose registers are among its own, and of the same kinds. */
    private @Nullable Exit largestWithin(int i) {
        Exit exit = exits.get(i);
        for (int k = i - 1; k >= 0; k--) {
            Exit smaller = exits.get(k);
            BitSet registers = (BitSet) smaller.registers.clone();
            registers.andNot(exit.registers);
            BitSet numbers = (BitSet) exit.numbers.clone();
            numbers.and(smaller.registers);
            if (smaller.kind == exit.kind && registers.isEmpty() && numbers.equals(smaller.numbers)) {
                return smaller;
            }
        }
        return null;
    }
}
