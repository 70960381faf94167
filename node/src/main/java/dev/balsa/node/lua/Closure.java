package dev.balsa.node.lua;

/** A function written in Lua, with what it has captured. */
public final class Closure extends LuaFunction {
    private static final Cell[] NOTHING = {};

    final Proto proto;
    final Cell[] upvalues;
    LuaTable environment;

    Closure(Proto proto, Cell[] upvalues, LuaTable environment) {
        this.proto = proto;
        this.upvalues = upvalues;
        this.environment = environment;
    }

    /** A chunk as a function whose globals are {@code environment}. */
    public static Closure of(Chunk chunk, LuaTable environment) {
        return new Closure(chunk.main(), NOTHING, environment);
    }

    /** The table in which its globals are. */
    public LuaTable environment() {
        return environment;
    }

    /** Changes the table in which its globals are. */
    public void environment(LuaTable table) {
        environment = table;
    }

    @Override
    public Object call(LuaState x, Object[] args) {
        return x.enter(this, args);
    }
}
