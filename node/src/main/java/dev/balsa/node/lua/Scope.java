package dev.balsa.node.lua;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The names that a function sees while it is parsed. */
final class Scope {
    private static final int LOCALS_MAX = 200;
    private static final int UPVALUES_MAX = 60;

    private final @Nullable Scope around;
    private final Lexer lexer;
    private final int line;
    private final List<Local> active = new ArrayList<>();
    private final List<Expr.Capture> captures = new ArrayList<>();
    private final List<String> captureNames = new ArrayList<>();
    private final List<Integer> loops = new ArrayList<>();
    private boolean variadic;
    private boolean usesVarargs;

    Scope(@Nullable Scope around, Lexer lexer, int line) {
        this.around = around;
        this.lexer = lexer;
        this.line = line;
    }

    @Nullable Scope around() {
        return around;
    }

    List<Expr.Capture> captures() {
        return captures;
    }

    boolean isVariadic() {
        return variadic;
    }

    void makeVariadic() {
        variadic = true;
    }

    boolean usesVarargs() {
        return usesVarargs;
    }

    void useVarargs() {
        usesVarargs = true;
    }

    void enterLoop() {
        loops.add(active.size());
    }

    void leaveLoop() {
        loops.removeLast();
    }

    boolean inLoop() {
        return !loops.isEmpty();
    }

    int mark() {
        return active.size();
    }

    /** Ends the life of the locals after {@code mark}. */
    void release(int mark) {
        active.subList(mark, active.size()).clear();
    }

    /** Raises the error of one local too many; {@code pending} are declared but not alive yet. */
    void checkRoom(int pending) {
        if (active.size() + pending + 1 > LOCALS_MAX) {
            throw limit(LOCALS_MAX, "local variables");
        }
    }

    LuaError limit(int most, String what) {
        String function = line == 0 ? "main function has" : "function at line " + line + " has";
        return lexer.plainError(function + " more than " + most + " " + what);
    }

    Local declare(Local local) {
        active.add(local);
        return local;
    }

    /** What a name means here. */
    Expr resolve(LuaString name, int line) {
        String text = name.toString();
        Local local = find(text);
        if (local != null) {
            return new Expr.LocalName(local);
        }
        int upvalue = upvalue(text);
        return upvalue >= 0 ? new Expr.UpvalueName(upvalue, text) : new Expr.GlobalName(name, line);
    }

    private @Nullable Local find(String name) {
        for (int i = active.size() - 1; i >= 0; i--) {
            if (active.get(i).name().equals(name)) {
                return active.get(i);
            }
        }
        return null;
    }

    private int upvalue(String name) {
        Scope outer = around;
        if (outer == null) {
            return -1;
        }
        Local local = outer.find(name);
        int index = local == null ? outer.upvalue(name) : -1;
        if (local == null && index < 0) {
            return -1;
        }
        for (int i = 0; i < captures.size(); i++) {
            Expr.Capture capture = captures.get(i);
            if (capture.local() == local && capture.upvalue() == index) {
                return i;
            }
        }
        if (captures.size() >= UPVALUES_MAX) {
            throw limit(UPVALUES_MAX, "upvalues");
        }
        if (local != null) {
            local.capture();
        }
        captures.add(new Expr.Capture(local, index));
        captureNames.add(name);
        return captures.size() - 1;
    }
}
