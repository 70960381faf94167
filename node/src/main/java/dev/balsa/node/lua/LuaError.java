package dev.balsa.node.lua;

/** An error that a script raised or ran into. Its value is any value of Lua; pcall gives it to the script. */
public final class LuaError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Object value;

    public LuaError(Object value) {
        super(null, null, false, false);
        this.value = value;
    }

    /** An error whose value is a string. */
    public LuaError(String message) {
        this(LuaString.of(message));
    }

    /** What the script gave to error, or the message with its position. */
    public Object value() {
        return value;
    }

    @Override
    public String getMessage() {
        return value instanceof LuaString || value instanceof Double
                ? Numbers.toLuaString(value).toString()
                : "(error object is a " + TypeNames.of(value) + " value)";
    }
}
