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
    private final boolean next;

    /** {@code name} is what errors about arguments say. */
    public Builtin(String name, Body body) {
        this.name = name;
        this.body = body;
        this.next = false;
    }

    private Builtin(Body body) {
        this.name = "next";
        this.body = body;
        this.next = true;
    }

    /** The function next: loops over it walk the table themselves. */
    public static Builtin next(Body body) {
        return new Builtin(body);
    }

    boolean isNext() {
        return next;
    }

    public String name() {
        return name;
    }

    @Override
    public Object call(LuaState x, Object[] args) {
        return body.call(x, args);
    }
}
