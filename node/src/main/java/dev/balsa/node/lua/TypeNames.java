package dev.balsa.node.lua;

/** What type() says. */
public final class TypeNames {
    private TypeNames() {}

    /** The name of the type of a value. */
    public static String of(Object value) {
        return switch (value) {
            case Nil _ -> "nil";
            case Boolean _ -> "boolean";
            case Double _ -> "number";
            case LuaString _ -> "string";
            case LuaTable _ -> "table";
            case LuaFunction _ -> "function";
            case Coroutine _ -> "thread";
            default -> "userdata";
        };
    }
}
