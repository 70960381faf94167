package dev.balsa.node.engine.value;

/**
 * Decimal text of 64-bit integers, by Redis' rule for strings that are kept as numbers: exactly the text that the
 * number prints as.
 */
public final class Decimal {
    /** Longest text of a long: sign and 19 digits. */
    public static final int LENGTH_MAX = 20;

    private Decimal() {}

    /** Whether the text is a long and prints back the same (no plus, no leading zeros, no minus zero). */
    public static boolean isCanonical(byte[] text, int offset, int length) {
        if (length == 0 || length > LENGTH_MAX) {
            return false;
        }
        boolean negative = text[offset] == '-';
        int digits = negative ? length - 1 : length;
        int at = negative ? offset + 1 : offset;
        if (digits == 0 || digits > 19 || (text[at] == '0' && length > 1)) {
            return false;
        }
        long value = 0; // kept negative: the range below zero is larger by one
        for (int end = at + digits; at < end; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9 || value < Long.MIN_VALUE / 10 || value * 10 < Long.MIN_VALUE + digit) {
                return false;
            }
            value = value * 10 - digit;
        }
        return negative || value != Long.MIN_VALUE;
    }

    /** The number of a canonical text. */
    public static long parse(byte[] text, int offset, int length) {
        boolean negative = text[offset] == '-';
        long value = 0;
        for (int at = negative ? offset + 1 : offset; at < offset + length; at++) {
            value = value * 10 - (text[at] - '0');
        }
        return negative ? value : -value;
    }

    /**
     * Writes the text of {@code value} to {@code into[0..)} (at least {@link #LENGTH_MAX} bytes); returns its length.
     */
    public static int write(long value, byte[] into) {
        int length = length(value);
        long rest = value < 0 ? value : -value;
        int at = length;
        do {
            into[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            into[0] = '-';
        }
        return length;
    }

    /** Length of the text of {@code value}. */
    public static int length(long value) {
        int length = value < 0 ? 2 : 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            length++;
        }
        return length;
    }
}
