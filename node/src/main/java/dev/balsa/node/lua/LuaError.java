package dev.balsa.node.lua;

/** An error that a script raised or ran into. Its value is any value of Lua; pcall gives it to the script. */
public final class LuaError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Object value;
    private String source = "";
    private int line;

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

    /** The chunk in which it was raised, as {@code [C]} if no Lua was there; empty until it has left a function. */
    public String source() {
        return source;
    }

    /** The line on which it was raised, -1 if no Lua was there. */
    public int line() {
        return line;
    }

    /** Notes where it was raised; what was noted first stands. */
    void at(String chunk, int atLine) {
        if (source.isEmpty()) {
            source = chunk;
            line = atLine;
        }
    }

    @Override
    public String getMessage() {
        return value instanceof LuaString || value instanceof Double
                ? Numbers.toLuaString(value).toString()
                : "(error object is a " + TypeNames.of(value) + " value)";
    }
}
