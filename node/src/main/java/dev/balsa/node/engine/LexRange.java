package dev.balsa.node.engine;

/**
 * A range of members by name, as {@code [a (b - +} say it. Reused; owned by one call.
 */
public final class LexRange {
    private byte[] array = new byte[0];
    private final Bound min = new Bound();
    private final Bound max = new Bound();

    /** One end. */
    static final class Bound {
        /** Below all names, above all names, or a name. */
        enum Kind {
            LOWEST,
            HIGHEST,
            NAME
        }

        Kind kind = Kind.LOWEST;
        boolean exclusive;
        int offset;
        int length;

        boolean reads(byte[] array, int at, int size) {
            int first = size == 0 ? -1 : array[at];
            switch (first) {
                case '-', '+' -> {
                    kind = first == '-' ? Kind.LOWEST : Kind.HIGHEST;
                    // As C reads it: a text that ends there.
                    return size == 1 || array[at + 1] == 0;
                }
                case '[', '(' -> {
                    kind = Kind.NAME;
                    exclusive = first == '(';
                    offset = at + 1;
                    length = size - 1;
                    return true;
                }
                default -> {
                    return false;
                }
            }
        }
    }

    /** Reads both ends from slices of {@code array}, which must stay as it is; false if one is no valid end. */
    public boolean read(byte[] array, int minAt, int minLength, int maxAt, int maxLength) {
        this.array = array;
        return min.reads(array, minAt, minLength) && max.reads(array, maxAt, maxLength);
    }

    byte[] array() {
        return array;
    }

    Bound min() {
        return min;
    }

    Bound max() {
        return max;
    }
}
