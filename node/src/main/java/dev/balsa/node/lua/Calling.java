package dev.balsa.node.lua;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.BitSet;

/** Writes the instructions that work on rows of registers: calls, returns, and what makes tables, strings, functions. */
final class Calling {
    private final int[] code;
    private final CodeBuilder out;
    private final Emitter e;
    private final Liveness liveness;
    private final Exits exits;
    private final Proto p;

    Calling(Proto p, CodeBuilder out, Emitter e, Liveness liveness, Exits exits) {
        this.p = p;
        this.code = p.code();
        this.out = out;
        this.e = e;
        this.liveness = liveness;
        this.exits = exits;
    }

    void call(int pc, BitSet numbers) {
        int a = code[pc + 1];
        int b = code[pc + 2];
        switch (code[pc]) {
            case Op.CALL -> plainCall(pc, numbers);
            case Op.TAIL_CALL -> tailCall(pc, a, b);
            default -> returns(a, b);
        }
    }

    private void plainCall(int pc, BitSet numbers) {
        int a = code[pc + 1];
        int count = code[pc + 2];
        int wanted = code[pc + 3];
        e.at(pc);
        if (count >= 0) {
            e.x().f().load(a).load(a).number(count).call(Calls.class, "room", Emitter.OBJECTS, Emitter.OBJECT, Emitter.INT)
                    .fill(a + 1, count).number(count).call(Calls.class, "call", Emitter.OBJECT, Emitter.STATE,
                            Emitter.FRAME, Emitter.OBJECT, Emitter.OBJECTS, Emitter.INT);
        } else {
            e.save(a, 1 + Flow.fixed(count));
            e.x().f().number(a).number(count).call(Calls.class, "callOpen", Emitter.OBJECT, Emitter.STATE,
                    Emitter.FRAME, Emitter.INT, Emitter.INT);
        }
        BitSet needed = (BitSet) liveness.before(pc + Op.SIZE).clone();
        Flow.mark(p, pc, needed, false);
        out.dup().instanceOf(Emitter.descriptor(Mark.class)).ifne(exits.mark(needed, numbers));
        switch (wanted) {
            case -1 -> e.leaveOpen();
            case 0 -> out.pop();
            case 1 -> e.call(Calls.class, "one", Emitter.OBJECT, Emitter.OBJECT).store(a);
            default -> deliver(pc, a, wanted);
        }
    }

    /** Results on the stack into registers. */
    private void deliver(int pc, int a, int wanted) {
        e.f();
        out.swap();
        e.number(a).number(wanted).call(Interpreter.class, "deliver", Emitter.VOID, Emitter.FRAME, Emitter.OBJECT,
                Emitter.INT, Emitter.INT);
        restore(pc, a, wanted);
    }

    private void restore(int pc, int from, int count) {
        BitSet live = liveness.before(pc + Op.SIZE);
        for (int i = from; i < from + count; i++) {
            if (live.get(i)) {
                e.restore(i);
            }
        }
    }

    private void tailCall(int pc, int a, int count) {
        Label done = out.newLabel();
        e.at(pc);
        e.save(a, 1 + Flow.fixed(count));
        e.x().f().number(a).number(count).call(Calls.class, "tailCall", Emitter.OBJECT, Emitter.STATE, Emitter.FRAME,
                Emitter.INT, Emitter.INT);
        out.dup().ifnull(done).areturn().labelBinding(done).pop();
    }

    private void returns(int a, int count) {
        if (count < 0) {
            e.save(a, Flow.fixed(count));
            e.x().f().number(a).number(count).call(Calls.class, "leaveOpen", Emitter.OBJECT, Emitter.STATE,
                    Emitter.FRAME, Emitter.INT, Emitter.INT);
        } else {
            e.x().f();
            if (count == 1) {
                e.load(a);
            } else {
                e.array(a, count);
            }
            e.call(Calls.class, "leave", Emitter.OBJECT, Emitter.STATE, Emitter.FRAME, Emitter.OBJECT);
        }
        out.areturn();
    }

    /** The step of a loop over an iterator. */
    void iterate(int pc, Label over) {
        int a = code[pc + 1];
        int variables = code[pc + 3];
        e.save(a, 3);
        e.at(pc).x().f().number(a).number(variables).call(Calls.class, "iterate", Emitter.TRUTH, Emitter.STATE,
                Emitter.FRAME, Emitter.INT, Emitter.INT);
        out.ifeq(over);
        e.saved(a + 3).store(a + 2);
        restore(pc, a + 3, variables);
    }

    void make(int pc) {
        int a = code[pc + 1];
        int b = code[pc + 2];
        int c = code[pc + 3];
        switch (code[pc]) {
            case Op.TABLE -> e.x().number(b).number(c)
                    .call(Calls.class, "table", Emitter.OBJECT, Emitter.STATE, Emitter.INT, Emitter.INT).store(a);
            case Op.SET_LIST -> {
                e.save(a, 1 + Flow.fixed(c));
                e.x().f().number(a).number(b).number(c).call(Interpreter.class, "setList", Emitter.VOID,
                        Emitter.STATE, Emitter.FRAME, Emitter.INT, Emitter.INT, Emitter.INT);
            }
            case Op.CLOSURE -> e.x().f().number(b).call(Calls.class, "closure", Emitter.OBJECT, Emitter.STATE,
                    Emitter.FRAME, Emitter.INT).store(a);
            case Op.CONCAT -> e.at(pc).x().array(b, c).number(0).number(c).call(Metatables.class, "concat",
                    Emitter.OBJECT, Emitter.STATE, Emitter.OBJECTS, Emitter.INT, Emitter.INT).store(a);
            default -> varargs(pc, a, b);
        }
    }

    private void varargs(int pc, int a, int count) {
        e.varargs();
        switch (count) {
            case -1 -> e.leaveOpen();
            case 1 -> e.call(Calls.class, "one", Emitter.OBJECT, Emitter.OBJECT).store(a);
            default -> deliver(pc, a, count);
        }
    }
}
