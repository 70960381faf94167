package dev.balsa.node.lua;

/** A function that is written in Java. */
public final class Builtin extends LuaFunction {
    /** What it does. */
    @FunctionalInterface
    public interface Body {
        /** Gives one value, or an {@code Object[]} of none or several. */
        Object call(LuaState x, Object[] args);
    }

    private final String name;
    private final Body body;
    private final Steps steps;

    /** Whether loops over it can do without calling it. */
    enum Steps { NONE, NEXT, INDEX }

    /** {@code name} is what errors about arguments say. */
    public Builtin(String name, Body body) {
        this.name = name;
        this.body = body;
        this.steps = Steps.NONE;
    }

    private Builtin(String name, Steps steps, Body body) {
        this.name = name;
        this.body = body;
        this.steps = steps;
    }

    /** The function next: loops over it walk the table themselves. */
    public static Builtin next(Body body) {
        return new Builtin("next", Steps.NEXT, body);
    }

    /** The function with which ipairs goes on: loops over it walk the table themselves. */
    public static Builtin ipairsStep(Body body) {
        return new Builtin("ipairs", Steps.INDEX, body);
    }

    Steps steps() {
        return steps;
    }

    public String name() {
        return name;
    }

    @Override
    public Object call(LuaState x, Object[] args) {
        return body.call(x, args);
    }
}
