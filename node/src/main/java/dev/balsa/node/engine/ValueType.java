package dev.balsa.node.engine;

/** Type of a value, as TYPE names it. */
public enum ValueType {
    STRING("string"),
    LIST("list"),
    SET("set"),
    ZSET("zset"),
    HASH("hash"),
    STREAM("stream");

    private final String shown;

    ValueType(String shown) {
        this.shown = shown;
    }

    /** As TYPE replies. */
    public String shown() {
        return shown;
    }
}
