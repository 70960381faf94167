package dev.balsa.node.lua;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Writes the method of a function: where it is entered, its instructions in their order, and behind them the ways out
 * that are seldom taken.
 *
 * <p>It is entered at its beginning and at the ends of its loops; a frame that is anywhere else goes on in the
 * interpreter. So a loop has one way in, which Java's compiler likes.
 */
final class Translator {
    private final int[] code;
    private final CodeBuilder out;
    private final Emitter e;
    private final NumberTypes types;
    private final Liveness liveness;
    private final Label[] labels;
    private final Exits exits;
    private final Calling calling;
    /** Registers that hold numbers before the instruction in hand. */
    private BitSet numbers = new BitSet();

    Translator(Proto p, Heat heat, CodeBuilder out, ClassDesc type) {
        this.code = p.code();
        this.out = out;
        this.e = new Emitter(out, p, type);
        this.types = new NumberTypes(p, heat);
        this.liveness = new Liveness(p);
        this.labels = new Label[code.length / Op.SIZE];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = out.newLabel();
        }
        this.exits = new Exits(out, e);
        this.calling = new Calling(p, out, e, liveness, exits);
    }

    void translate() {
        e.begin();
        entries();
        for (int pc = 0; pc < code.length; pc += Op.SIZE) {
            if (types.isReached(pc)) {
                out.labelBinding(labels[pc / Op.SIZE]);
                numbers = types.before(pc);
                e.numbers(numbers);
                instruction(pc);
                fall(pc);
            }
        }
        exits.write();
    }

    // -- ways in ------------------------------------------------------------------------------------------------

    private void entries() {
        List<SwitchCase> cases = new ArrayList<>();
        List<Integer> pcs = new ArrayList<>();
        for (int pc = 0; pc < code.length; pc += Op.SIZE) {
            if (types.isReached(pc) && (pc == 0 || code[pc] == Op.LOOP || code[pc] == Op.FOR_LOOP)) {
                cases.add(SwitchCase.of(pc, out.newLabel()));
                pcs.add(pc);
            }
        }
        Label elsewhere = out.newLabel();
        Label refused = out.newLabel();
        e.at();
        out.lookupswitch(elsewhere, cases);
        for (int i = 0; i < pcs.size(); i++) {
            out.labelBinding(cases.get(i).target());
            enter(pcs.get(i), refused);
        }
        out.labelBinding(refused);
        out.pop();
        e.x().f().call(Heat.class, "refused", Emitter.OBJECT, Emitter.STATE, Emitter.FRAME);
        out.areturn();
        out.labelBinding(elsewhere);
        e.x().f().call(Dispatch.class, "run", Emitter.OBJECT, Emitter.STATE, Emitter.FRAME);
        out.areturn();
    }

    private void enter(int pc, Label refused) {
        numbers = types.before(pc);
        e.numbers(numbers);
        e.enter(liveness.before(pc), numbers, refused);
        if (code[pc] == Op.LOOP) {
            instruction(pc);
        } else {
            out.goto_(labels[pc / Op.SIZE]);
        }
    }

    // -- from one instruction to another ------------------------------------------------------------------------

    /** The way to {@code target} with these registers as numbers: past where some of them become other values. */
    private Label way(int target, BitSet from) {
        BitSet boxed = boxed(target, from);
        return boxed.isEmpty() ? labels[target / Op.SIZE] : exits.boxing(boxed, labels[target / Op.SIZE]);
    }

    /** The numbers that have to be boxed for what stands at {@code target}. */
    private BitSet boxed(int target, BitSet from) {
        BitSet boxed = (BitSet) liveness.before(target).clone();
        boxed.and(from);
        boxed.andNot(types.before(target));
        return boxed;
    }

    private void fall(int pc) {
        if (Flow.falls(code, pc)) {
            e.box(boxed(pc + Op.SIZE, after(pc)));
        }
    }

    // -- instructions -------------------------------------------------------------------------------------------

    private void instruction(int pc) {
        int a = code[pc + 1];
        int b = code[pc + 2];
        int c = code[pc + 3];
        switch (code[pc]) {
            case Op.MOVE -> move(a, b);
            case Op.LOAD -> move(a, ~b);
            case Op.NIL -> {
                for (int i = 0; i < b; i++) {
                    e.nil().store(a + i);
                }
            }
            case Op.BOX -> {
                // Into the frame as well: there the closures take it from that are made later.
                e.registers().number(a).x().load(a)
                        .call(Dispatch.class, "box", Emitter.OBJECT, Emitter.STATE, Emitter.OBJECT);
                out.dup_x2().aastore();
                e.store(a);
            }
            case Op.GET_CELL -> e.cell(b).getCell().store(a);
            case Op.SET_CELL -> e.cell(a).load(b).setCell();
            case Op.GET_UPVALUE -> e.upvalue(b).getCell().store(a);
            case Op.SET_UPVALUE -> e.upvalue(a).load(b).setCell();
            case Op.TABLE, Op.SET_LIST, Op.CLOSURE, Op.CONCAT, Op.VARARGS -> calling.make(pc);
            case Op.GET_GLOBAL, Op.SET_GLOBAL, Op.GET_INDEX, Op.SET_INDEX, Op.SELF -> access(pc, a, b, c);
            case Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.POW, Op.NEGATE -> arithmetic(pc);
            case Op.NOT -> e.load(b).call(Arithmetic.class, "not", Emitter.OBJECT, Emitter.OBJECT).store(a);
            case Op.LENGTH -> e.at(pc).x().load(b)
                    .call(Metatables.class, "length", Emitter.NUMBER, Emitter.STATE, Emitter.OBJECT).storeNumber(a);
            case Op.JUMP -> out.goto_(way(a, numbers));
            case Op.LOOP -> {
                e.step(b);
                out.goto_(way(a, numbers));
            }
            case Op.IF_TRUE, Op.IF_FALSE -> {
                e.load(b).call(Arithmetic.class, "isTrue", Emitter.TRUTH, Emitter.OBJECT);
                branch(code[pc] == Op.IF_TRUE, way(a, numbers));
            }
            case Op.IF_EQ, Op.IF_NE -> equality(pc, way(a, numbers));
            case Op.IF_LT, Op.IF_NOT_LT, Op.IF_LE, Op.IF_NOT_LE -> order(pc, way(a, numbers));
            case Op.CALL, Op.TAIL_CALL, Op.RETURN -> calling.call(pc, numbers);
            case Op.FOR_PREPARE -> prepareFor(pc, a, b);
            case Op.FOR_LOOP -> forLoop(pc, a, b, c);
            case Op.FOR_CALL -> calling.iterate(pc, way(b, after(pc)));
            default -> throw new IllegalStateException("no instruction " + code[pc]);
        }
    }

    private BitSet after(int pc) {
        BitSet after = (BitSet) numbers.clone();
        types.apply(pc, after);
        return after;
    }

    private void move(int to, int operand) {
        if (e.isNumber(operand)) {
            e.loadNumber(operand).storeNumber(to);
        } else {
            e.load(operand).store(to);
        }
    }

    private void branch(boolean ifTrue, Label to) {
        if (ifTrue) {
            out.ifne(to);
        } else {
            out.ifeq(to);
        }
    }

    /** Loads an operand as a number if it is one for sure; gives its type. */
    private ClassDesc loadAsIs(int operand) {
        if (e.isNumber(operand)) {
            e.loadNumber(operand);
            return Emitter.NUMBER;
        }
        e.load(operand);
        return Emitter.OBJECT;
    }

    private ClassDesc loadKey(int operand) {
        if (e.isString(operand)) {
            e.load(operand);
            return Emitter.STRING;
        }
        return loadAsIs(operand);
    }

    private void access(int pc, int a, int b, int c) {
        e.at(pc).x();
        switch (code[pc]) {
            case Op.GET_GLOBAL -> e.f().load(~b).call(Access.class, "global", Emitter.OBJECT, Emitter.STATE,
                    Emitter.FRAME, Emitter.STRING).store(a);
            case Op.SET_GLOBAL -> e.f().load(~a).load(b).call(Access.class, "setGlobal", Emitter.VOID, Emitter.STATE,
                    Emitter.FRAME, Emitter.OBJECT, Emitter.OBJECT);
            case Op.GET_INDEX -> {
                e.load(b);
                ClassDesc key = loadKey(c);
                e.call(Access.class, "index", Emitter.OBJECT, Emitter.STATE, Emitter.OBJECT, key).store(a);
            }
            case Op.SELF -> {
                e.load(b);
                out.dup().astore(Emitter.place(a + 1));
                e.load(~c).call(Access.class, "index", Emitter.OBJECT, Emitter.STATE, Emitter.OBJECT, Emitter.STRING)
                        .store(a);
            }
            default -> {
                e.load(a);
                ClassDesc key = loadKey(b);
                e.load(c).call(Access.class, "setIndex", Emitter.VOID, Emitter.STATE, Emitter.OBJECT, key,
                        Emitter.OBJECT);
            }
        }
    }

    // -- numbers ------------------------------------------------------------------------------------------------

    private void arithmetic(int pc) {
        int a = code[pc + 1];
        int first = code[pc + 2];
        int second = code[pc] == Op.NEGATE ? first : code[pc + 3];
        if (!types.givesNumber(pc, numbers)) {
            generic(pc, a, first, second);
            return;
        }
        if (!e.isNumber(first) || !e.isNumber(second)) {
            e.at(pc);
            Label surprise = exits.surprise(liveness.before(pc), numbers);
            e.check(first, surprise);
            if (second != first) {
                e.check(second, surprise);
            }
        }
        e.loadNumber(first);
        if (code[pc] != Op.NEGATE) {
            e.loadNumber(second);
        }
        switch (code[pc]) {
            case Op.ADD -> out.dadd();
            case Op.SUB -> out.dsub();
            case Op.MUL -> out.dmul();
            case Op.DIV -> out.ddiv();
            case Op.MOD -> e.call(Arithmetic.class, "modulo", Emitter.NUMBER, Emitter.NUMBER, Emitter.NUMBER);
            case Op.POW -> e.call(Arithmetic.class, "power", Emitter.NUMBER, Emitter.NUMBER, Emitter.NUMBER);
            default -> out.dneg();
        }
        e.storeNumber(a);
    }

    private void generic(int pc, int a, int first, int second) {
        e.at(pc).x().load(first);
        if (code[pc] == Op.NEGATE) {
            e.call(Arithmetic.class, "negate", Emitter.OBJECT, Emitter.STATE, Emitter.OBJECT).store(a);
            return;
        }
        String name = switch (code[pc]) {
            case Op.ADD -> "add";
            case Op.SUB -> "sub";
            case Op.MUL -> "mul";
            case Op.DIV -> "div";
            case Op.MOD -> "mod";
            default -> "pow";
        };
        e.load(second).call(Arithmetic.class, name, Emitter.OBJECT, Emitter.STATE, Emitter.OBJECT, Emitter.OBJECT)
                .store(a);
    }

    private void equality(int pc, Label to) {
        int b = code[pc + 2];
        int c = code[pc + 3];
        boolean when = code[pc] == Op.IF_EQ;
        if (e.isNumber(b) && e.isNumber(c)) {
            e.loadNumber(b).loadNumber(c);
            out.dcmpl();
            branch(!when, to);
        } else if (e.isNumber(b) || e.isNumber(c)) {
            e.load(e.isNumber(b) ? c : b).loadNumber(e.isNumber(b) ? b : c)
                    .call(Arithmetic.class, "equal", Emitter.TRUTH, Emitter.OBJECT, Emitter.NUMBER);
            branch(when, to);
        } else {
            e.at(pc).x().load(b).load(c)
                    .call(Arithmetic.class, "equal", Emitter.TRUTH, Emitter.STATE, Emitter.OBJECT, Emitter.OBJECT);
            branch(when, to);
        }
    }

    private void order(int pc, Label to) {
        int op = code[pc];
        boolean less = op == Op.IF_LT || op == Op.IF_NOT_LT;
        boolean when = op == Op.IF_LT || op == Op.IF_LE;
        int b = code[pc + 2];
        int c = code[pc + 3];
        if (!e.isNumber(b) || !e.isNumber(c)) {
            e.at(pc).x();
            ClassDesc first = loadAsIs(b);
            ClassDesc second = loadAsIs(c);
            e.call(Arithmetic.class, less ? "less" : "lessOrEqual", Emitter.TRUTH, Emitter.STATE, first, second);
            branch(when, to);
            return;
        }
        e.loadNumber(b).loadNumber(c);
        // What is no number compares as greater: neither less nor equal.
        out.dcmpg();
        if (less && when) {
            out.iflt(to);
        } else if (less) {
            out.ifge(to);
        } else if (when) {
            out.ifle(to);
        } else {
            out.ifgt(to);
        }
    }

    // -- loops over numbers -------------------------------------------------------------------------------------

    private void prepareFor(int pc, int a, int target) {
        if (e.isNumber(a) && e.isNumber(a + 1) && e.isNumber(a + 2)) {
            e.loadNumber(a).loadNumber(a + 2);
            out.dsub();
            e.storeNumber(a);
        } else {
            e.save(a, 3);
            e.at(pc).x();
            e.registers().number(a).call(Interpreter.class, "prepareFor", Emitter.VOID, Emitter.STATE, Emitter.OBJECTS, Emitter.INT);
            for (int i = 0; i < 3; i++) {
                e.restoreNumber(a + i);
            }
        }
        out.goto_(way(target, after(pc)));
    }

    private void forLoop(int pc, int a, int target, int cost) {
        Label over = out.newLabel();
        Label down = out.newLabel();
        Label on = out.newLabel();
        e.loadNumber(a).loadNumber(a + 2);
        out.dadd();
        e.storeSpare().loadNumber(a + 2);
        out.dconst_0().dcmpl().ifle(down);
        e.loadSpare().loadNumber(a + 1);
        out.dcmpg().ifgt(over).goto_(on).labelBinding(down);
        e.loadNumber(a + 1).loadSpare();
        out.dcmpg().ifgt(over).labelBinding(on);
        e.loadSpare();
        out.dup2();
        e.storeNumber(a).storeNumber(a + 3).step(cost);
        out.goto_(way(target, after(pc)));
        out.labelBinding(over);
    }
}
