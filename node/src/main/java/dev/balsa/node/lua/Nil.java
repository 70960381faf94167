package dev.balsa.node.lua;

/** Lua's nil, so that Java's null is never a value. */
public final class Nil {
    /** The only one. */
    public static final Nil NIL = new Nil();

    private Nil() {}

    @Override
    public String toString() {
        return "nil";
    }
}
