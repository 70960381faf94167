package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/**
 * How compiled code calls. A function of Lua that it calls has a frame like any other, but runs on Java's stack, so the
 * caller's variables can stay where they are. If the callee leaves its coroutine, or if Java's stack is deep already,
 * the call gives a {@link Mark}: then the caller puts its variables into its frame and gives the mark on, and the
 * interpreter goes on with it when the callee has returned.
 */
@SuppressWarnings("ReferenceEquality") // which function and which frame it is
final class Calls {
    /** How many functions of Lua may be within each other on Java's stack; deeper ones are frames alone. */
    private static final int NESTED_MAX = 100;

    private Calls() {}

    /** An array for {@code count} arguments: for most functions of Lua the registers of their frame. */
    static Object[] room(Object callee, int count) {
        if (callee instanceof Closure closure && isFrame(closure.proto, count)) {
            return new Object[closure.proto.registers()];
        }
        return count == 0 ? LuaFunction.NONE : new Object[count];
    }

    private static boolean isFrame(Proto p, int count) {
        return !p.variadic() && count <= p.registers();
    }

    /** Calls with arguments that are in such an array; the results as {@link LuaFunction} has them, or a mark. */
    static Object call(LuaState x, Frame f, Object callee, Object[] args, int count) {
        if (callee instanceof Closure closure && isFrame(closure.proto, count)) {
            return nested(x, f, x.pushFilled(closure, args, Math.min(count, closure.proto.parameters())));
        }
        return call(x, f, callee, args);
    }

    private static Object call(LuaState x, Frame f, Object callee, Object[] args) {
        LuaFunction function = Interpreter.function(x, callee);
        Object[] given = function == callee ? args : LuaState.prepend(callee, args);
        if (function instanceof Closure closure) {
            return nested(x, f, x.push(closure, given));
        }
        x.budget().step(2);
        return function.call(x, given);
    }

    private static Object nested(LuaState x, Frame f, Frame callee) {
        if (x.nested >= NESTED_MAX) {
            return Mark.SWITCH;
        }
        x.nested++;
        callee.entry = true;
        Object end = Interpreter.run(x, callee);
        x.nested--;
        if (end == Mark.YIELD) {
            detach(x.frame, f);
        }
        return end;
    }

    /** The callee of a frame will return to it by the interpreter. */
    private static void detach(@Nullable Frame top, Frame caller) {
        for (Frame f = top; f != null; f = f.caller) {
            if (f.caller == caller) {
                f.entry = false;
                return;
            }
        }
        throw new IllegalStateException("a coroutine was left, and its frames are gone");
    }

    /** Calls with {@code ...} or the results of another call behind the arguments in registers. */
    static Object callOpen(LuaState x, Frame f, int a, int count) {
        return call(x, f, f.registers[a], Interpreter.values(f, a + 1, count));
    }

    /** Calls in place of the caller: a mark, or null if results are left open. */
    static @Nullable Object tailCall(LuaState x, Frame f, int a, int count) {
        if (!Interpreter.tailCall(x, f, a, count)) {
            return null;
        }
        if (f.open == Mark.YIELD) {
            f.open = LuaFunction.NONE;
            return Mark.YIELD;
        }
        return Mark.SWITCH;
    }

    /** The first of some results. */
    static Object one(Object results) {
        return results instanceof Object[] several ? several.length == 0 ? Nil.NIL : several[0] : results;
    }

    /** Returns: what the run of the frame gives. */
    static Object leave(LuaState x, Frame f, Object results) {
        return Interpreter.leave(x, f, results) ? results : Mark.SWITCH;
    }

    static Object leaveOpen(LuaState x, Frame f, int a, int count) {
        return leave(x, f, Interpreter.values(f, a, count));
    }

    /** A step of a loop over an iterator, whose registers are those of the frame. */
    static boolean iterate(LuaState x, Frame f, int a, int variables) {
        return Interpreter.iterate(x, f.registers, a, variables);
    }

    static Object table(LuaState x, int elements, int nodes) {
        return new LuaTable(x.budget(), elements, nodes);
    }

    static Object closure(LuaState x, Frame f, int child) {
        return Interpreter.closure(x, f, Interpreter.proto(f).children()[child]);
    }
}
