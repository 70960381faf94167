package dev.balsa.node.engine.value;

import java.nio.charset.StandardCharsets;

/**
 * Reads scores and other doubles from text as C's strtod does: decimal, hexadecimal, {@code inf} and
 * {@code infinity} in any case. Pure functions.
 */
public final class Score {
    private static final double[] TENS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private static final long EXACT_MAX = 1L << 53;

    /** No more digits than these are read into a long. */
    private static final int DIGITS_MAX = 18;

    private Score() {}

    /**
     * The number that the text is, all of it and without leading space; NaN if it is none, or too large for a double,
     * or so small that it became zero.
     */
    public static double parse(byte[] text, int offset, int length) {
        double value = read(text, offset, offset + length);
        boolean outOfRange = Double.isInfinite(value) ? !isWord(text, offset, length) : value == 0
                && hasOtherDigitThanZero(text, offset, offset + length);
        return outOfRange ? Double.NaN : value;
    }

    /**
     * The end of a range as text: leading space is allowed, what follows a zero byte is not read, no text is 0, and
     * what is too large is infinite. NaN if it is no number.
     */
    public static double parseBound(byte[] text, int offset, int length) {
        int end = offset;
        while (end < offset + length && text[end] != 0) {
            end++;
        }
        if (end == offset) {
            return 0;
        }
        int from = offset;
        while (from < end && (text[from] == ' ' || (text[from] >= '\t' && text[from] <= '\r'))) {
            from++;
        }
        return read(text, from, end);
    }

    private static double read(byte[] text, int from, int end) {
        boolean negative = from < end && text[from] == '-';
        int at = negative || (from < end && text[from] == '+') ? from + 1 : from;
        if (at == end) {
            return Double.NaN;
        }
        if (isLetter(text, at, 'i')) {
            boolean infinite = isText(text, at, end, "inf") || isText(text, at, end, "infinity");
            return !infinite ? Double.NaN : negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        double magnitude = end - at > 2 && text[at] == '0' && isLetter(text, at + 1, 'x')
                ? hexadecimal(text, at, end)
                : decimal(text, at, end);
        return negative ? -magnitude : magnitude;
    }

    private static double decimal(byte[] text, int from, int end) {
        long digits = 0;
        int read = 0;
        int seen = 0;
        long scale = 0;
        boolean point = false;
        int at = from;
        for (; at < end; at++) {
            int digit = text[at] - '0';
            if (text[at] == '.' && !point) {
                point = true;
            } else if (digit >= 0 && digit <= 9) {
                digits = read < DIGITS_MAX ? digits * 10 + digit : digits;
                read += digits == 0 ? 0 : 1;
                scale -= point ? 1 : 0;
                seen++;
            } else {
                break;
            }
        }
        if (seen == 0) {
            return Double.NaN;
        }
        if (at < end) {
            int digitsAt = exponentAt(text, at, end, 'e');
            if (digitsAt < 0) {
                return Double.NaN;
            }
            scale += exponent(text, at + 1, end);
        }
        // Both factors are exact doubles, so that one operation rounds once, as it must.
        if (read < DIGITS_MAX && digits <= EXACT_MAX && scale >= -22 && scale <= 22) {
            return scale < 0 ? digits / TENS[(int) -scale] : digits * TENS[(int) scale];
        }
        return Double.parseDouble(new String(text, from, end - from, StandardCharsets.ISO_8859_1));
    }

    private static double hexadecimal(byte[] text, int from, int end) {
        boolean point = false;
        int seen = 0;
        int at = from + 2;
        for (; at < end; at++) {
            if (text[at] == '.' && !point) {
                point = true;
            } else if (Character.digit(text[at], 16) >= 0) {
                seen++;
            } else {
                break;
            }
        }
        if (seen == 0 || (at < end && exponentAt(text, at, end, 'p') < 0)) {
            return Double.NaN;
        }
        String hex = new String(text, from, end - from, StandardCharsets.ISO_8859_1);
        return Double.parseDouble(at < end ? hex : hex + "p0");
    }

    /** Where the digits of an exponent begin that reaches to the end, or -1. */
    private static int exponentAt(byte[] text, int at, int end, char mark) {
        if (!isLetter(text, at, mark)) {
            return -1;
        }
        int from = at + 1 < end && (text[at + 1] == '-' || text[at + 1] == '+') ? at + 2 : at + 1;
        for (int i = from; i < end; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return -1;
            }
        }
        return from == end ? -1 : from;
    }

    /** A decimal exponent, or one far outside the range of doubles. */
    private static long exponent(byte[] text, int from, int end) {
        boolean negative = text[from] == '-';
        long value = 0;
        for (int i = negative || text[from] == '+' ? from + 1 : from; i < end && value < 1_000_000; i++) {
            value = value * 10 + (text[i] - '0');
        }
        return negative ? -value : value;
    }

    private static boolean isWord(byte[] text, int offset, int length) {
        return length > 1 && isLetter(text, offset + (text[offset] == '-' || text[offset] == '+' ? 1 : 0), 'i');
    }

    private static boolean hasOtherDigitThanZero(byte[] text, int from, int end) {
        boolean hex = end - from > 2 && isLetter(text, text[from] == '0' ? from + 1 : from + 2, 'x');
        for (int i = from; i < end; i++) {
            if (isLetter(text, i, hex ? 'p' : 'e')) {
                return false;
            }
            if (Character.digit(text[i], hex ? 16 : 10) > 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean isText(byte[] text, int from, int end, String lower) {
        if (end - from != lower.length()) {
            return false;
        }
        for (int i = 0; i < lower.length(); i++) {
            if (!isLetter(text, from + i, lower.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(byte[] text, int at, char lower) {
        return (text[at] | 0x20) == lower;
    }
}
