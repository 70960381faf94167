package dev.balsa.node.lua;

/** Runs code. Functions of Lua that call each other take frames here, none of Java's stack. */
@SuppressWarnings("ReferenceEquality") // marks, and which function it is
final class Interpreter {
    private Interpreter() {}

    /** Runs the frame and what it calls, until the frame's entry returns; YIELD if its coroutine was left. */
    static Object run(LuaState x, Frame start) {
        Frame f = start;
        while (true) {
            Heat heat = proto(f).heat();
            Code code = heat.code();
            Object end = code == null ? Dispatch.run(x, f) : code.run(x, f);
            if (end == Mark.SWITCH) {
                f = current(x);
                continue;
            }
            return end;
        }
    }

    private static Frame current(LuaState x) {
        Frame f = x.frame;
        if (f == null) {
            throw new IllegalStateException("nothing runs");
        }
        return f;
    }

    /** Goes on after a yield, whose results these are. */
    static Object resume(LuaState x, Frame f, Object[] results) {
        int[] code = proto(f).code();
        deliver(f, results, code[f.pc + 1], code[f.pc] == Op.TAIL_CALL ? -1 : code[f.pc + 3]);
        f.pc += Op.SIZE;
        return run(x, f);
    }

    static Proto proto(Frame f) {
        if (f.function == null) {
            throw new IllegalStateException("Java has no code");
        }
        return f.function.proto;
    }

    /** Puts results where the calling instruction wants them. */
    static void deliver(Frame f, Object results, int to, int wanted) {
        if (wanted < 0) {
            f.open = results;
            return;
        }
        Object[] r = f.registers;
        if (!(results instanceof Object[] several)) {
            if (wanted > 0) {
                r[to] = results;
                for (int i = 1; i < wanted; i++) {
                    r[to + i] = Nil.NIL;
                }
            }
            return;
        }
        for (int i = 0; i < wanted; i++) {
            r[to + i] = i < several.length ? several[i] : Nil.NIL;
        }
    }

    /** The values from register {@code from}: {@code count}, or ~count and the open ones. */
    static Object[] values(Frame f, int from, int count) {
        if (count >= 0) {
            return count == 0 ? LuaFunction.NONE : java.util.Arrays.copyOfRange(f.registers, from, from + count);
        }
        int fixed = ~count;
        Object open = f.open;
        f.open = LuaFunction.NONE;
        if (!(open instanceof Object[] several)) {
            Object[] all = new Object[fixed + 1];
            System.arraycopy(f.registers, from, all, 0, fixed);
            all[fixed] = open;
            return all;
        }
        if (fixed == 0) {
            return several;
        }
        Object[] all = new Object[fixed + several.length];
        System.arraycopy(f.registers, from, all, 0, fixed);
        System.arraycopy(several, 0, all, fixed, several.length);
        return all;
    }

    /** Begins a call. A function of Lua gets a frame; anything else has run afterwards. YIELD if the coroutine is left. */
    static boolean call(LuaState x, Frame f, int a, int count, int wanted) {
        Object callee = f.registers[a];
        if (callee instanceof Closure closure && count >= 0 && !closure.proto.variadic()) {
            Object[] registers = new Object[closure.proto.registers()];
            int given = Math.min(count, closure.proto.parameters());
            System.arraycopy(f.registers, a + 1, registers, 0, given);
            x.pushFilled(closure, registers, given);
            return true;
        }
        Object[] args = values(f, a + 1, count);
        LuaFunction function = function(x, callee);
        if (function != callee) {
            args = LuaState.prepend(callee, args);
        }
        if (function instanceof Closure closure) {
            x.push(closure, args);
            return true;
        }
        x.budget().step(2);
        Object results = function.call(x, args);
        if (results == Mark.YIELD) {
            f.open = Mark.YIELD;
            return true;
        }
        deliver(f, results, a, wanted);
        return false;
    }

    static LuaFunction function(LuaState x, Object callee) {
        if (callee instanceof LuaFunction function) {
            return function;
        }
        LuaFunction handler = Metatables.callable(x, callee);
        if (handler == null) {
            throw x.typeError("call", callee, 0);
        }
        return handler;
    }

    /** A call in place of its caller. */
    static boolean tailCall(LuaState x, Frame f, int a, int count) {
        Object callee = f.registers[a];
        LuaFunction function = function(x, callee);
        if (!(function instanceof Closure closure)) {
            return call(x, f, a, count, -1);
        }
        Object[] args = values(f, a + 1, count);
        if (function != callee) {
            args = LuaState.prepend(callee, args);
        }
        x.frame = f.caller;
        Frame next;
        try {
            next = x.push(closure, args);
        } catch (LuaError e) {
            x.frame = f;
            throw e;
        }
        next.entry = f.entry;
        next.tailCalls = f.tailCalls + 1;
        return true;
    }

    /** Ends a frame; true if who called it is Java. */
    static boolean leave(LuaState x, Frame f, Object results) {
        Frame caller = f.caller;
        x.frame = caller;
        if (f.entry || caller == null) {
            return true;
        }
        int[] code = proto(caller).code();
        int at = caller.pc;
        deliver(caller, results, code[at + 1], code[at + 3]);
        caller.pc = at + Op.SIZE;
        return false;
    }

    /** The step of a for loop over an iterator; false if it is over. */
    static boolean iterate(LuaState x, Object[] r, int a, int variables) {
        Object callee = r[a];
        Object results;
        if (callee instanceof Builtin step && step.steps() != Builtin.Steps.NONE && r[a + 1] instanceof LuaTable table) {
            if (step.steps() == Builtin.Steps.NEXT) {
                return Iteration.next(x, r, a, table, variables);
            }
            if (r[a + 2] instanceof Double control) {
                return Iteration.index(x, r, a, table, control, variables);
            }
        }
        LuaFunction function = callee instanceof LuaFunction direct ? direct : Metatables.callable(x, callee);
        if (function == null) {
            throw x.typeError("call", callee, -1);
        }
        results = function == callee ? x.invoke(function, r[a + 1], r[a + 2])
                : x.invoke(function, callee, r[a + 1], r[a + 2]);
        if (results instanceof Object[] several) {
            for (int i = 0; i < variables; i++) {
                r[a + 3 + i] = i < several.length ? several[i] : Nil.NIL;
            }
        } else {
            r[a + 3] = results;
            for (int i = 1; i < variables; i++) {
                r[a + 3 + i] = Nil.NIL;
            }
        }
        return !(r[a + 3] instanceof Nil);
    }

    /** Makes the three values of a numeric for numbers. */
    static void prepareFor(LuaState x, Object[] r, int a) {
        Double first = Numbers.toNumber(r[a]);
        Double last = Numbers.toNumber(r[a + 1]);
        Double step = Numbers.toNumber(r[a + 2]);
        if (first == null || last == null || step == null) {
            String which = first == null ? "initial value" : last == null ? "limit" : "step";
            throw x.runtimeError("'for' " + which + " must be a number");
        }
        r[a] = first - step;
        r[a + 1] = last;
        r[a + 2] = step;
    }

    static Closure closure(LuaState x, Frame f, Proto child) {
        Closure parent = f.function;
        if (parent == null) {
            throw new IllegalStateException("Java makes no closures");
        }
        int[] captures = child.captures();
        Cell[] cells = new Cell[captures.length];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = captures[i] >= 0 ? (Cell) f.registers[captures[i]] : parent.upvalues[~captures[i]];
        }
        x.budget().allocate(32 + 24L * cells.length);
        return new Closure(child, cells, parent.environment);
    }

    /** Puts values into the array of a table that a constructor makes. */
    static void setList(LuaState x, Frame f, int a, int start, int count) {
        LuaTable table = (LuaTable) f.registers[a];
        Object[] values = values(f, a + 1, count);
        table.growArray(x.budget(), start - 1 + values.length);
        for (int i = 0; i < values.length; i++) {
            table.set(x.budget(), start + i, values[i]);
        }
    }

    static Object returned(Frame f, int a, int count) {
        return count == 1 ? f.registers[a] : values(f, a, count);
    }
}
