package dev.balsa.node.command;

/**
 * Integers as Redis reads them from text: an optional minus, no plus, no leading zero, no space, not "-0", and within
 * 64 bits. Pure functions.
 */
final class Numbers {
    /** Longest text of a 64-bit integer: a minus and 19 digits. */
    static final int TEXT_MAX = 20;

    private Numbers() {}

    /** Whether {@code text[offset, offset + length)} is such an integer. */
    static boolean isInteger(byte[] text, int offset, int length) {
        boolean negative = length > 0 && text[offset] == '-';
        int digits = negative ? length - 1 : length;
        int at = negative ? offset + 1 : offset;
        if (digits < 1 || digits > TEXT_MAX - 1) {
            return false;
        }
        if (text[at] == '0') {
            return length == 1;
        }
        // Negative throughout, because -Long.MIN_VALUE does not exist.
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = text[at + i] - '0';
            if (digit < 0 || digit > 9 || value < Long.MIN_VALUE / 10) {
                return false;
            }
            value *= 10;
            if (value < Long.MIN_VALUE + digit) {
                return false;
            }
            value -= digit;
        }
        return negative || value != Long.MIN_VALUE;
    }

    /** The value of a text for which {@link #isInteger} holds. */
    static long integer(byte[] text, int offset, int length) {
        boolean negative = text[offset] == '-';
        long value = 0;
        for (int i = negative ? 1 : 0; i < length; i++) {
            value = value * 10 - (text[offset + i] - '0');
        }
        return negative ? value : -value;
    }
}
