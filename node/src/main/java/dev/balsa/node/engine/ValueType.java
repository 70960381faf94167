package dev.balsa.node.engine;

/** Type of a value, as TYPE names it. */
public enum ValueType {
    STRING("string"),
    LIST("list"),
    SET("set"),
    ZSET("zset"),
    HASH("hash"),
    STREAM("stream");

    private static final ValueType[] BY_CODE = values();

    private final String shown;

    ValueType(String shown) {
        this.shown = shown;
    }

    /** The type kept as {@code code} in memory: its place in the order above. */
    static ValueType ofCode(int code) {
        return BY_CODE[code];
    }

    /** As TYPE replies. */
    public String shown() {
        return shown;
    }
}
