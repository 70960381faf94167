package dev.balsa.node.lua;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a script: its globals, what is left of its limits, and where it is. Used by one thread. What it does
 * depends on nothing but the script, the environment and the values that are given here.
 */
public final class LuaState {
    /** How often Java may be inside Java: callbacks of the library, metamethods, coroutines in each other. */
    static final int JAVA_LEVELS_MAX = 200;
    /** How many functions one run compiles at most; those that are still slow after it are compiled by the next. */
    private static final int COMPILATIONS_MAX = 64;

    private final Budget budget;
    private final LuaTable globals;
    private final @Nullable LuaTable stringMetatable;
    private final Random48 random;
    private final DoubleSupplier clockSeconds;
    private final int callDepth;
    @Nullable Frame frame;
    int javaLevels;
    @Nullable Coroutine coroutine;
    /** How deep those are who wait for the coroutine that runs. */
    int depthBelow;
    private long ids;
    private final List<Object> kept = new ArrayList<>();
    private int compileAfter = Heat.COMPILE_AFTER;
    private int compilationsLeft = COMPILATIONS_MAX;
    /** How many functions of Lua are within each other on Java's stack. */
    int nested;

    /**
     * {@code clockSeconds} is what os.clock gives; {@code firstId} is above the numbers of all objects of the environment.
     */
    public LuaState(Environment environment, Limits limits, long seed, DoubleSupplier clockSeconds) {
        this.budget = new Budget(limits);
        this.globals = environment.globals();
        this.stringMetatable = environment.stringMetatable();
        this.random = new Random48(seed);
        this.clockSeconds = clockSeconds;
        this.callDepth = limits.callDepth();
        this.ids = environment.lastId();
    }

    /** What scripts find when they start: globals, and what strings can do. */
    public record Environment(LuaTable globals, @Nullable LuaTable stringMetatable, long lastId) {}

    public Budget budget() {
        return budget;
    }

    public LuaTable globals() {
        return globals;
    }

    public @Nullable LuaTable stringMetatable() {
        return stringMetatable;
    }

    /** After how many instructions a function is compiled. */
    int compileAfter() {
        return compileAfter;
    }

    /** For tests: what comes out must not depend on it. */
    void compileAfter(int instructions) {
        compileAfter = instructions;
        compilationsLeft = Integer.MAX_VALUE;
    }

    /** Whether this run may compile one more function: it takes time that no budget counts. */
    boolean mayCompile() {
        boolean may = compilationsLeft > 0;
        compilationsLeft -= may ? 1 : 0;
        return may;
    }

    /** The numbers of math.random. */
    public Random48 random() {
        return random;
    }

    /** What os.clock gives. */
    public double clockSeconds() {
        return clockSeconds.getAsDouble();
    }

    long nextId() {
        return ++ids;
    }

    /** Gives a function that outlives runs the number that stands for its address. */
    public static void fix(LuaFunction function, long id) {
        function.id(id);
    }

    /** Gives a table that outlives runs the number that stands for its address. */
    public static void fix(LuaTable table, long id) {
        table.id(id);
    }

    /** The number that stands for the address of an object. */
    public long idOf(Object value) {
        return switch (value) {
            case LuaTable table -> table.id(this);
            case LuaFunction function -> function.id(this);
            case Coroutine thread -> thread.id(this);
            default -> 0;
        };
    }

    /** What a library keeps for the length of this run under a key of its own; made when first asked for. */
    public Object kept(Object key, Supplier<Object> make) {
        for (int i = 0; i < kept.size(); i += 2) {
            if (kept.get(i).equals(key)) {
                return kept.get(i + 1);
            }
        }
        budget.allocate(64);
        Object made = make.get();
        kept.add(key);
        kept.add(made);
        return made;
    }

    /** Runs a chunk and gives what it returns. */
    public Object[] run(Chunk chunk, Object... args) {
        return call(Closure.of(chunk, globals), args);
    }

    /** Calls from Java: the functions below see a level between them that is no Lua. */
    public Object[] call(Object function, Object... args) {
        Frame before = frame;
        frame = new Frame(before, null, Frame.NO_REGISTERS);
        try {
            return several(invokeAny(function, args));
        } finally {
            frame = before;
        }
    }

    /** Marks that Java runs, and will call back. What it gives is for {@link #leave}. */
    public Object enterJava() {
        Frame before = frame;
        frame = new Frame(before, null, Frame.NO_REGISTERS);
        return before == null ? Nil.NIL : before;
    }

    /** Ends what {@link #enterJava} began. */
    public void leave(Object entered) {
        frame = entered instanceof Frame before ? before : null;
    }

    /** Results as an array. */
    public static Object[] several(Object results) {
        return results instanceof Object[] array ? array : new Object[] {results};
    }

    /** Calls whatever a value is; an error if it cannot be called. */
    public Object invokeAny(Object function, Object... args) {
        if (function instanceof LuaFunction f) {
            return invoke(f, args);
        }
        LuaFunction handler = Metatables.callable(this, function);
        if (handler == null) {
            throw typeError("call", function, -1);
        }
        return invoke(handler, prepend(function, args));
    }

    static Object[] prepend(Object first, Object[] rest) {
        Object[] all = new Object[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    /** Calls a function from within Java without a level of its own, as metamethods are called. */
    Object invoke(LuaFunction function, Object... args) {
        budget.step(2);
        if (javaLevels >= JAVA_LEVELS_MAX) {
            throw runtimeError("C stack overflow");
        }
        javaLevels++;
        try {
            Object result = function.call(this, args);
            if (result == Mark.YIELD) {
                throw new LuaError("attempt to yield across metamethod/C-call boundary");
            }
            return result;
        } finally {
            javaLevels--;
        }
    }

    /** Runs a function of Lua to its end. */
    Object enter(Closure function, Object[] args) {
        Frame before = frame;
        int nestedBefore = nested;
        Frame entered = push(function, args);
        entered.entry = true;
        try {
            return Interpreter.run(this, entered);
        } catch (LuaError e) {
            locate(e);
            throw e;
        } finally {
            frame = before;
            nested = nestedBefore;
        }
    }

    /** An error of a function of Java was raised where that was called. */
    private void locate(LuaError error) {
        Frame at = frame != null && frame.function == null ? frame.caller : frame;
        if (at == null || at.function == null) {
            error.at("=[C]", -1);
        } else {
            error.at(at.function.proto.source(), at.line());
        }
    }

    /** Puts a function with its arguments on top of the frames. */
    Frame push(Closure function, Object[] args) {
        Proto proto = function.proto;
        Object[] registers = new Object[proto.registers()];
        int given = Math.min(args.length, proto.parameters());
        System.arraycopy(args, 0, registers, 0, given);
        Frame made = pushFilled(function, registers, given);
        if (proto.variadic()) {
            int rest = args.length - given;
            made.varargs = rest == 0 ? LuaFunction.NONE : java.util.Arrays.copyOfRange(args, given, args.length);
            variadic(made);
        }
        return made;
    }

    /** Puts a function whose first {@code given} parameters are in place on top of the frames. */
    Frame pushFilled(Closure function, Object[] registers, int given) {
        Proto proto = function.proto;
        for (int i = given; i < proto.parameters(); i++) {
            registers[i] = Nil.NIL;
        }
        Frame made = new Frame(frame, function, registers);
        if (made.depth + depthBelow > callDepth) {
            throw runtimeError("stack overflow");
        }
        budget.step(proto.entryCost());
        frame = made;
        proto.heat().grow(this, proto, proto.code().length / (2 * Op.SIZE));
        return made;
    }

    /** Gives a function of any number of arguments its old table of them, if it does not use {@code ...}. */
    void variadic(Frame made) {
        budget.allocate(made.varargs.length * 8L);
        Closure function = made.function;
        if (function == null || function.proto.line() == 0) {
            return;
        }
        Object arg = Nil.NIL;
        if (function.proto.needsArg()) {
            LuaTable table = new LuaTable(budget, made.varargs.length, 1);
            for (int i = 0; i < made.varargs.length; i++) {
                table.set(budget, i + 1, made.varargs[i]);
            }
            table.set(budget, "n", (double) made.varargs.length);
            arg = table;
        }
        made.registers[function.proto.parameters()] = arg;
    }

    /** The frame that many levels up: 1 is who called the function of Java that runs. Null if there is none. */
    @Nullable Frame level(int level) {
        int left = level - 1;
        for (Frame f = frame; f != null; f = f.caller) {
            if (left == 0) {
                return f;
            }
            left -= 1 + f.tailCalls;
            if (left < 0) {
                return new Frame(null, null, Frame.NO_REGISTERS);
            }
        }
        return null;
    }

    /** The function that many levels up; null if there is no such level, or if a tail call has replaced it. */
    public @Nullable Object functionAt(int level) {
        Frame at = level(level);
        return at == null ? null : at.function == null ? Nil.NIL : at.function;
    }

    /** The position that error puts before its message: {@code chunk:line: }, or nothing. */
    public String where(int level) {
        Frame at = level(level);
        return at == null || at.function == null ? "" : at.function.proto.source() + ":" + at.line() + ": ";
    }

    /** An error of the language itself, with the position if Lua runs. */
    public LuaError runtimeError(String message) {
        Frame at = frame;
        return new LuaError(at == null || at.function == null ? message
                : at.function.proto.source() + ":" + at.line() + ": " + message);
    }

    /** An error of a function of Java, with the position of who called it. */
    public LuaError error(String message) {
        return new LuaError(where(1) + message);
    }

    /** The error of doing something with a value that cannot be done; the operand's name if it has one. */
    LuaError typeError(String what, Object value, int operand) {
        Frame at = frame;
        Expr expr = null;
        if (at != null && at.function != null && operand >= 0) {
            expr = at.function.proto.operands()[at.pc / 2 + operand];
        }
        return typeError(what, value, expr);
    }

    private LuaError typeError(String what, Object value, @Nullable Expr expr) {
        String described = expr == null ? "" : expr.described();
        return runtimeError("attempt to " + what + described + (described.isEmpty() ? " a " : " (a ")
                + TypeNames.of(value) + " value" + (described.isEmpty() ? "" : ")"));
    }

    LuaError concatError(Object value, int part) {
        Frame at = frame;
        Expr whole = at == null || at.function == null ? null : at.function.proto.operands()[at.pc / 2];
        Expr expr = whole instanceof Expr.Concat concat ? concat.parts().get(part) : null;
        return typeError("concatenate", value, expr);
    }
}
