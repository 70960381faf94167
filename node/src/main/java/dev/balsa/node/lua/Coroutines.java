package dev.balsa.node.lua;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Coroutines without threads: a coroutine that is left keeps its frames, and who resumed it goes on. As in Lua 5.1, one
 * cannot leave from within a metamethod or a function of Java that calls back.
 */
@SuppressWarnings("ReferenceEquality") // a mark, not a value
public final class Coroutines {
    private Coroutines() {}

    /** coroutine.create. */
    public static Object create(LuaState x, Object[] args) {
        if (!(Arguments.value(args, 1) instanceof Closure body)) {
            throw Arguments.bad(x, 1, "Lua function expected");
        }
        x.budget().allocate(256);
        return new Coroutine(body);
    }

    /** coroutine.wrap. */
    public static Object wrap(LuaState x, Object[] args) {
        Coroutine made = (Coroutine) create(x, args);
        return new Builtin("wrap", (state, values) -> {
            try {
                return enter(state, made, values);
            } catch (LuaError e) {
                if (e.value() instanceof LuaString || e.value() instanceof Double) {
                    throw new LuaError(state.where(1) + Numbers.toLuaString(e.value()));
                }
                throw e;
            }
        });
    }

    private static Coroutine thread(LuaState x, Object[] args) {
        if (Arguments.value(args, 1) instanceof Coroutine found) {
            return found;
        }
        throw Arguments.bad(x, 1, "coroutine expected");
    }

    /** coroutine.resume. */
    public static Object resume(LuaState x, Object[] args) {
        Coroutine thread = thread(x, args);
        try {
            Object results = enter(x, thread, java.util.Arrays.copyOfRange(args, 1, args.length));
            return LuaState.prepend(true, LuaState.several(results));
        } catch (LuaError e) {
            return new Object[] {false, e.value()};
        }
    }

    /** coroutine.running. */
    public static Object running(LuaState x, Object[] args) {
        Coroutine current = x.coroutine;
        return current == null ? Nil.NIL : current;
    }

    /** coroutine.status. */
    public static Object status(LuaState x, Object[] args) {
        return LuaString.of(thread(x, args).status.name().toLowerCase(Locale.ROOT));
    }

    /** coroutine.yield. */
    public static Object suspend(LuaState x, Object[] args) {
        Coroutine current = x.coroutine;
        if (current == null || x.javaLevels > current.baseLevels) {
            throw new LuaError("attempt to yield across metamethod/C-call boundary");
        }
        current.yielded = args;
        return Mark.YIELD;
    }

    private static Object enter(LuaState x, Coroutine thread, Object[] args) {
        if (thread.status != Coroutine.Status.SUSPENDED) {
            throw new LuaError("cannot resume " + (thread.status == Coroutine.Status.DEAD ? "dead" : "non-suspended")
                    + " coroutine");
        }
        if (x.javaLevels >= LuaState.JAVA_LEVELS_MAX) {
            throw new LuaError("C stack overflow");
        }
        x.budget().step(4);
        Frame before = x.frame;
        Coroutine resumer = x.coroutine;
        int levels = x.javaLevels;
        int nested = x.nested;
        int below = x.depthBelow;
        x.depthBelow = below + (before == null ? 0 : before.depth);
        if (resumer != null) {
            resumer.status = Coroutine.Status.NORMAL;
        }
        thread.resumer = resumer;
        thread.status = Coroutine.Status.RUNNING;
        thread.baseLevels = ++x.javaLevels;
        x.coroutine = thread;
        try {
            Object results = advance(x, thread, args);
            if (results == Mark.YIELD) {
                thread.frame = x.frame;
                thread.status = Coroutine.Status.SUSPENDED;
                charge(x, thread);
                return thread.yielded;
            }
            finish(thread);
            return results;
        } catch (LuaError e) {
            finish(thread);
            throw e;
        } finally {
            x.coroutine = resumer;
            x.frame = before;
            x.javaLevels = levels;
            x.nested = nested;
            x.depthBelow = below;
            if (resumer != null) {
                resumer.status = Coroutine.Status.RUNNING;
            }
        }
    }

    /** Many coroutines that are left may hold many frames. */
    private static void charge(LuaState x, Coroutine thread) {
        long held = thread.frame == null ? 0 : thread.frame.bytes;
        if (held > thread.chargedBytes) {
            x.budget().allocate(held - thread.chargedBytes);
            thread.chargedBytes = held;
        }
    }

    private static void finish(Coroutine thread) {
        thread.status = Coroutine.Status.DEAD;
        thread.frame = null;
    }

    private static Object advance(LuaState x, Coroutine thread, Object[] args) {
        @Nullable Frame suspended = thread.frame;
        if (suspended != null) {
            x.frame = suspended;
            return Interpreter.resume(x, suspended, args);
        }
        if (!(thread.body instanceof Closure body)) {
            throw new IllegalStateException("a coroutine of no function");
        }
        x.frame = null;
        Frame first = x.push(body, args);
        first.entry = true;
        return Interpreter.run(x, first);
    }
}
