package dev.balsa.node.lua;

/** The loop over the instructions of one frame. */
@SuppressWarnings("ReferenceEquality") // a mark, not a value
final class Dispatch {
    private Dispatch() {}

    /** Runs until the frame calls, returns, or leaves its coroutine. */
    static Object run(LuaState x, Frame f) {
        Proto p = Interpreter.proto(f);
        int[] code = p.code();
        Object[] k = p.constants();
        Object[] r = f.registers;
        int pc = f.pc;
        while (true) {
            int op = code[pc];
            int a = code[pc + 1];
            int b = code[pc + 2];
            int c = code[pc + 3];
            f.pc = pc;
            pc += Op.SIZE;
            switch (op) {
                case Op.MOVE -> r[a] = r[b];
                case Op.LOAD -> r[a] = k[b];
                case Op.GET_GLOBAL -> r[a] = Access.global(x, f, (LuaString) k[b]);
                case Op.GET_INDEX -> r[a] = Access.index(x, rk(r, k, b), rk(r, k, c));
                case Op.SET_INDEX -> Metatables.setIndex(x, rk(r, k, a), rk(r, k, b), rk(r, k, c));
                case Op.ADD -> r[a] = Arithmetic.add(x, rk(r, k, b), rk(r, k, c));
                case Op.SUB -> r[a] = Arithmetic.sub(x, rk(r, k, b), rk(r, k, c));
                case Op.MUL -> r[a] = Arithmetic.mul(x, rk(r, k, b), rk(r, k, c));
                case Op.JUMP -> pc = a;
                case Op.LOOP -> {
                    if (p.heat().grow(x, p, b)) {
                        return Mark.SWITCH;
                    }
                    pc = back(x, a, b);
                }
                case Op.IF_TRUE -> pc = Arithmetic.isTrue(rk(r, k, b)) ? a : pc;
                case Op.IF_FALSE -> pc = Arithmetic.isTrue(rk(r, k, b)) ? pc : a;
                case Op.IF_EQ -> pc = Arithmetic.equal(x, rk(r, k, b), rk(r, k, c)) ? a : pc;
                case Op.IF_NE -> pc = Arithmetic.equal(x, rk(r, k, b), rk(r, k, c)) ? pc : a;
                case Op.IF_LT -> pc = Arithmetic.less(x, rk(r, k, b), rk(r, k, c)) ? a : pc;
                case Op.IF_NOT_LT -> pc = Arithmetic.less(x, rk(r, k, b), rk(r, k, c)) ? pc : a;
                case Op.IF_LE -> pc = Arithmetic.lessOrEqual(x, rk(r, k, b), rk(r, k, c)) ? a : pc;
                case Op.IF_NOT_LE -> pc = Arithmetic.lessOrEqual(x, rk(r, k, b), rk(r, k, c)) ? pc : a;
                case Op.CALL, Op.TAIL_CALL -> {
                    if (op == Op.CALL ? Interpreter.call(x, f, a, b, c) : Interpreter.tailCall(x, f, a, b)) {
                        return f.open == Mark.YIELD ? yielded(f) : Mark.SWITCH;
                    }
                }
                case Op.RETURN -> {
                    Object results = Interpreter.returned(f, a, b);
                    return Interpreter.leave(x, f, results) ? results : Mark.SWITCH;
                }
                case Op.FOR_LOOP -> {
                    if (p.heat().grow(x, p, c)) {
                        return Mark.SWITCH;
                    }
                    pc = forLoop(r, a) ? back(x, b, c) : pc;
                }
                case Op.FOR_CALL -> pc = iterate(x, r, a, c) ? pc : b;
                case Op.FOR_PREPARE -> pc = prepareFor(x, r, a, b);
                default -> rest(x, f, op, a, b, c);
            }
        }
    }

    private static Object yielded(Frame f) {
        f.open = LuaFunction.NONE;
        return Mark.YIELD;
    }

    private static Object rk(Object[] r, Object[] k, int operand) {
        return operand >= 0 ? r[operand] : k[~operand];
    }

    private static int back(LuaState x, int target, int cost) {
        x.budget().step(cost);
        return target;
    }

    static Closure closure(Frame f) {
        if (f.function == null) {
            throw new IllegalStateException("Java has no code");
        }
        return f.function;
    }

    private static int prepareFor(LuaState x, Object[] r, int a, int target) {
        Interpreter.prepareFor(x, r, a);
        return target;
    }

    private static boolean forLoop(Object[] r, int a) {
        double step = (Double) r[a + 2];
        double next = (Double) r[a] + step;
        double last = (Double) r[a + 1];
        if (step > 0 ? next <= last : last <= next) {
            Double boxed = next;
            r[a] = boxed;
            r[a + 3] = boxed;
            return true;
        }
        return false;
    }

    private static boolean iterate(LuaState x, Object[] r, int a, int variables) {
        if (Interpreter.iterate(x, r, a, variables)) {
            r[a + 2] = r[a + 3];
            return true;
        }
        return false;
    }

    /** The instructions that are rarer, or whose work is larger than the way here. */
    private static void rest(LuaState x, Frame f, int op, int a, int b, int c) {
        Closure function = closure(f);
        Object[] r = f.registers;
        Object[] k = function.proto.constants();
        switch (op) {
            case Op.NIL -> java.util.Arrays.fill(r, a, a + b, Nil.NIL);
            case Op.BOX -> r[a] = box(x, r[a]);
            case Op.GET_CELL -> r[a] = ((Cell) r[b]).value;
            case Op.SET_CELL -> ((Cell) r[a]).value = rk(r, k, b);
            case Op.GET_UPVALUE -> r[a] = function.upvalues[b].value;
            case Op.SET_UPVALUE -> function.upvalues[a].value = rk(r, k, b);
            case Op.SET_GLOBAL -> Metatables.setIndex(x, function.environment, k[a], rk(r, k, b));
            case Op.SELF -> {
                Object object = rk(r, k, b);
                Object method = Access.index(x, object, k[c]);
                r[a + 1] = object;
                r[a] = method;
            }
            case Op.TABLE -> r[a] = new LuaTable(x.budget(), b, c);
            case Op.SET_LIST -> Interpreter.setList(x, f, a, b, c);
            case Op.DIV -> r[a] = Arithmetic.div(x, rk(r, k, b), rk(r, k, c));
            case Op.MOD -> r[a] = Arithmetic.mod(x, rk(r, k, b), rk(r, k, c));
            case Op.POW -> r[a] = Arithmetic.pow(x, rk(r, k, b), rk(r, k, c));
            case Op.NEGATE -> r[a] = Arithmetic.negate(x, rk(r, k, b));
            case Op.NOT -> r[a] = Arithmetic.not(rk(r, k, b));
            case Op.LENGTH -> r[a] = Metatables.length(x, rk(r, k, b));
            case Op.CONCAT -> r[a] = Metatables.concat(x, r, b, c);
            case Op.VARARGS -> Interpreter.deliver(f, f.varargs, a, b);
            case Op.CLOSURE -> r[a] = Interpreter.closure(x, f, function.proto.children()[b]);
            default -> throw new IllegalStateException("no instruction " + op);
        }
    }

    static Object box(LuaState x, Object value) {
        x.budget().allocate(16);
        return new Cell(value);
    }
}
