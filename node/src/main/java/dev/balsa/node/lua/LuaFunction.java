package dev.balsa.node.lua;

/**
 * What can be called. A call gives one value as itself, and none or several as an {@code Object[]}, which is no value
 * of Lua.
 */
public abstract class LuaFunction {
    /** No values. */
    public static final Object[] NONE = {};

    private long id;

    /** Calls with arguments in an array that then belongs to the callee. */
    public abstract Object call(LuaState x, Object[] args);

    /** The number that stands for an address; given when it is first asked for. */
    long id(LuaState x) {
        if (id == 0) {
            id = x.nextId();
        }
        return id;
    }

    /** Gives an object that outlives a run the number it keeps. */
    void id(long fixed) {
        id = fixed;
    }
}
