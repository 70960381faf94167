package dev.balsa.node.lua;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * How much of a function has run in the interpreter, and its compiled form once that was enough. When a function is
 * compiled is seen by nobody but the clock: both forms do the same. Owned by the thread that runs the function.
 */
final class Heat {
    /** Instructions after which compiling pays. */
    static final int COMPILE_AFTER = Integer.getInteger("balsa.lua.compile.after", 20_000);

    /** How often arithmetic may meet something else than numbers before none is taken for granted any more. */
    private static final int SURPRISES_MAX = 2;
    private static final int COMPILED_MAX = 8;
    private static final int NEVER = Integer.MIN_VALUE;

    private @Nullable Code code;
    private int ran;
    private int compiled;
    private int surprises;
    private boolean generic;
    private @Nullable Throwable failure;
    private final BitSet genericAt = new BitSet();

    /** The compiled form, or null. */
    @Nullable Code code() {
        return code;
    }

    /** Notes that about so many instructions have run. True if there is a compiled form now. */
    boolean grow(LuaState x, Proto p, int instructions) {
        return code != null || (ran += instructions) >= x.compileAfter() && isCompiled(x, p);
    }

    private boolean isCompiled(LuaState x, Proto p) {
        if (!x.mayCompile()) {
            ran = 0;
            return false;
        }
        code = compiled < COMPILED_MAX ? Compiler.compile(p, this) : null;
        compiled++;
        if (code == null) {
            ran = NEVER;
        }
        return code != null;
    }

    /** Whether arithmetic at {@code pc} may give anything. */
    boolean isGeneric(int pc) {
        return generic || genericAt.get(pc / Op.SIZE);
    }

    /** Arithmetic has met something else than numbers. The interpreter goes on; who is compiled next knows. */
    static Object surprised(LuaState x, Frame f) {
        Heat heat = Interpreter.proto(f).heat();
        if (!heat.isGeneric(f.pc)) {
            heat.genericAt.set(f.pc / Op.SIZE);
            heat.generic = ++heat.surprises > SURPRISES_MAX;
            heat.forget();
        }
        return Dispatch.run(x, f);
    }

    /** A frame of the interpreter holds something else where the compiled form would have a number. */
    static Object refused(LuaState x, Frame f) {
        Heat heat = Interpreter.proto(f).heat();
        heat.generic = true;
        heat.forget();
        return Dispatch.run(x, f);
    }

    /** Compiling has failed, which it never should. */
    @Nullable Code failed(Throwable why) {
        failure = why;
        return null;
    }

    /** Why compiling has failed, or null. */
    @Nullable Throwable failure() {
        return failure;
    }

    private void forget() {
        code = null;
        ran = 0;
    }
}
