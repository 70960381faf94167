package dev.balsa.node.lua;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;

/**
 * Where the registers of a function are while it runs compiled, and how they get there. Each has two places among the
 * variables of the method, one for any value and one for a number; which of them counts is known at each instruction.
 * The registers of the frame are behind: they are read when the method is entered, and written when it is left before
 * its end.
 */
final class Emitter {
    static final ClassDesc OBJECT = ConstantDescs.CD_Object;
    static final ClassDesc OBJECTS = OBJECT.arrayType();
    static final ClassDesc STATE = descriptor(LuaState.class);
    static final ClassDesc FRAME = descriptor(Frame.class);
    static final ClassDesc DOUBLE = ConstantDescs.CD_Double;
    static final ClassDesc INT = ConstantDescs.CD_int;
    static final ClassDesc NUMBER = ConstantDescs.CD_double;
    static final ClassDesc TRUTH = ConstantDescs.CD_boolean;
    static final ClassDesc VOID = ConstantDescs.CD_void;
    static final ClassDesc STRING = descriptor(LuaString.class);
    private static final ClassDesc BUDGET_TYPE = descriptor(Budget.class);
    private static final ClassDesc CLOSURE = descriptor(Closure.class);
    private static final ClassDesc CELL = descriptor(Cell.class);
    private static final ClassDesc NIL = descriptor(Nil.class);

    private static final int X = 1;
    private static final int F = 2;
    private static final int REGISTERS = 3;
    private static final int BUDGET = 4;
    private static final int UPVALUES = 5;
    /** A number in between. */
    private static final int SPARE = 6;
    private static final int FIRST = 8;

    private final CodeBuilder out;
    private final Proto p;
    private final ClassDesc type;
    /** Which registers hold numbers now. */
    private BitSet numbers = new BitSet();

    Emitter(CodeBuilder out, Proto p, ClassDesc type) {
        this.out = out;
        this.p = p;
        this.type = type;
    }

    static ClassDesc descriptor(Class<?> of) {
        return of.describeConstable().orElseThrow();
    }

    static String constantName(int i) {
        return "k" + i;
    }

    static ClassDesc typeOf(Object constant) {
        return constant instanceof LuaString ? STRING : OBJECT;
    }

    CodeBuilder out() {
        return out;
    }

    /** From here on these registers hold numbers, and no others. */
    void numbers(BitSet now) {
        numbers = now;
    }

    /** What the method needs again and again. */
    void begin() {
        out.aload(F).getfield(FRAME, "registers", OBJECTS).astore(REGISTERS);
        out.aload(X).invokevirtual(STATE, "budget", MethodTypeDesc.of(BUDGET_TYPE)).astore(BUDGET);
        out.aload(F).getfield(FRAME, "function", CLOSURE).getfield(CLOSURE, "upvalues", CELL.arrayType())
                .astore(UPVALUES);
    }

    Emitter x() {
        out.aload(X);
        return this;
    }

    Emitter f() {
        out.aload(F);
        return this;
    }

    /** The registers of the frame. */
    Emitter registers() {
        out.aload(REGISTERS);
        return this;
    }

    /** The instruction at which the frame is. */
    Emitter at() {
        out.aload(F).getfield(FRAME, "pc", INT);
        return this;
    }

    Emitter number(int constant) {
        out.loadConstant(constant);
        return this;
    }

    /** Calls a method that takes what is on the stack. */
    Emitter call(Class<?> owner, String name, ClassDesc result, ClassDesc... takes) {
        out.invokestatic(descriptor(owner), name, MethodTypeDesc.of(result, takes));
        return this;
    }

    /** The frame is at this instruction: what is raised from here on names its line. */
    Emitter at(int pc) {
        out.aload(F).loadConstant(pc).putfield(FRAME, "pc", INT);
        return this;
    }

    /** Takes instructions from the budget. */
    Emitter step(int cost) {
        out.aload(BUDGET).loadConstant((long) cost)
                .invokevirtual(BUDGET_TYPE, "step", MethodTypeDesc.of(VOID, ConstantDescs.CD_long));
        return this;
    }

    // -- operands -----------------------------------------------------------------------------------------------

    boolean isNumber(int operand) {
        return operand >= 0 ? numbers.get(operand) : p.constants()[~operand] instanceof Double;
    }

    boolean isString(int operand) {
        return operand < 0 && p.constants()[~operand] instanceof LuaString;
    }

    /** An operand as any value. */
    Emitter load(int operand) {
        if (operand < 0) {
            out.getstatic(type, constantName(~operand), typeOf(p.constants()[~operand]));
        } else if (numbers.get(operand)) {
            out.dload(numberPlace(operand)).invokestatic(DOUBLE, "valueOf", MethodTypeDesc.of(DOUBLE, NUMBER));
        } else {
            out.aload(place(operand));
        }
        return this;
    }

    /** An operand as a number, which it is sure to be. */
    Emitter loadNumber(int operand) {
        if (operand < 0) {
            out.loadConstant((double) (Double) p.constants()[~operand]);
        } else if (numbers.get(operand)) {
            out.dload(numberPlace(operand));
        } else {
            out.aload(place(operand));
            unbox();
        }
        return this;
    }

    private void unbox() {
        out.checkcast(DOUBLE).invokevirtual(DOUBLE, "doubleValue", MethodTypeDesc.of(NUMBER));
    }

    /** Goes elsewhere if an operand is no number. */
    void check(int operand, Label otherwise) {
        if (!isNumber(operand)) {
            out.aload(place(operand)).instanceOf(DOUBLE).ifeq(otherwise);
        }
    }

    Emitter nil() {
        out.getstatic(NIL, "NIL", NIL);
        return this;
    }

    /** The value on the stack into a register. */
    Emitter store(int register) {
        out.astore(place(register));
        return this;
    }

    /** The number on the stack into a register. */
    Emitter storeNumber(int register) {
        out.dstore(numberPlace(register));
        return this;
    }

    Emitter storeSpare() {
        out.dstore(SPARE);
        return this;
    }

    Emitter loadSpare() {
        out.dload(SPARE);
        return this;
    }

    static int place(int register) {
        return FIRST + register;
    }

    private int numberPlace(int register) {
        return FIRST + p.registers() + 2 * register;
    }

    /** The number in a register becomes a value as any other. */
    private void box(int register) {
        out.dload(numberPlace(register)).invokestatic(DOUBLE, "valueOf", MethodTypeDesc.of(DOUBLE, NUMBER))
                .astore(place(register));
    }

    void box(BitSet registers) {
        for (int i = registers.nextSetBit(0); i >= 0; i = registers.nextSetBit(i + 1)) {
            box(i);
        }
    }

    /** An array of registers' values. */
    Emitter array(int from, int count) {
        if (count == 0) {
            out.getstatic(descriptor(LuaFunction.class), "NONE", OBJECTS);
            return this;
        }
        out.loadConstant(count).anewarray(OBJECT);
        return fill(from, count);
    }

    /** Registers' values into the array on the stack. */
    Emitter fill(int from, int count) {
        for (int i = 0; i < count; i++) {
            out.dup().loadConstant(i);
            load(from + i);
            out.aastore();
        }
        return this;
    }

    // -- the frame ----------------------------------------------------------------------------------------------

    /** Writes a register into the frame. */
    void save(int register) {
        out.aload(REGISTERS).loadConstant(register);
        load(register);
        out.aastore();
    }

    void save(int from, int count) {
        for (int i = 0; i < count; i++) {
            save(from + i);
        }
    }

    void save(BitSet registers) {
        for (int i = registers.nextSetBit(0); i >= 0; i = registers.nextSetBit(i + 1)) {
            save(i);
        }
    }

    /** A register of the frame onto the stack. */
    Emitter saved(int register) {
        out.aload(REGISTERS).loadConstant(register).aaload();
        return this;
    }

    void restore(int register) {
        saved(register).store(register);
    }

    void restoreNumber(int register) {
        saved(register);
        unbox();
        storeNumber(register);
    }

    /** Reads the registers of the frame that are needed; goes elsewhere, a value on the stack, if one should be a number. */
    void enter(BitSet needed, BitSet asNumbers, Label otherwise) {
        for (int i = needed.nextSetBit(0); i >= 0; i = needed.nextSetBit(i + 1)) {
            saved(i);
            if (asNumbers.get(i)) {
                out.dup().instanceOf(DOUBLE).ifeq(otherwise);
                unbox();
                storeNumber(i);
            } else {
                store(i);
            }
        }
    }

    // -- cells --------------------------------------------------------------------------------------------------

    Emitter upvalue(int i) {
        out.aload(UPVALUES).loadConstant(i).aaload();
        return this;
    }

    Emitter cell(int register) {
        out.aload(place(register)).checkcast(CELL);
        return this;
    }

    Emitter getCell() {
        out.getfield(CELL, "value", OBJECT);
        return this;
    }

    Emitter setCell() {
        out.putfield(CELL, "value", OBJECT);
        return this;
    }

    /** What is open, onto the stack from there or from the stack into it. */
    Emitter varargs() {
        out.aload(F).getfield(FRAME, "varargs", OBJECTS);
        return this;
    }

    /** The results on the stack are left open. */
    Emitter leaveOpen() {
        out.aload(F).swap().putfield(FRAME, "open", OBJECT);
        return this;
    }
}
