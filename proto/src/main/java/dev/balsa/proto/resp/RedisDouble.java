package dev.balsa.proto.resp;

/**
 * The text of a double as Redis 7.2 writes it in replies: the fewest digits that read back as the same double, whole
 * numbers without a point, exponents as in {@code 1e+23} and {@code 1.5e-7}, {@code inf}, {@code -inf}, {@code nan}.
 * No method keeps anything; thread-safe.
 */
public final class RedisDouble {
    /** Whole numbers up to here are written in full, as Redis does. */
    private static final double INTEGER_MAX = 0x1p62;

    private static final int POINT_ZEROS_MAX = 6;
    private static final int TRAILING_ZEROS_MAX = 7;

    private RedisDouble() {}

    /** Whether {@code value} is written as the integer {@code (long) value}. */
    static boolean isInteger(double value) {
        return value >= -INTEGER_MAX
                && value <= INTEGER_MAX
                && value == (long) value
                && (value != 0 || 1 / value > 0);
    }

    /** The text of {@code value}; ASCII. */
    public static String text(double value) {
        if (isInteger(value)) {
            return Long.toString((long) value);
        }
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return value == 0 ? "-0" : layOut(shortest(value));
    }

    /** The shortest digits as Java finds them, e.g. {@code -1.5E-7}, {@code 0.001}, {@code 123.0}. */
    private static String shortest(double value) {
        String text = Double.toString(value);
        int mark = text.indexOf('E');
        if (Math.abs(value) < 1e-300 && mark == (value < 0 ? 4 : 3)) {
            // Java writes two digits at least, and with two it looks for the nearest: 4.9E-324 is 5e-324, too.
            double tenths = Double.parseDouble(text.substring(0, mark));
            String one = Math.round(tenths) + text.substring(mark);
            return Double.parseDouble(one) == value ? one : text;
        }
        return text;
    }

    private static String layOut(String java) {
        int mark = java.indexOf('E');
        String mantissa = mark < 0 ? java : java.substring(0, mark);
        int exponent = mark < 0 ? 0 : Integer.parseInt(java.substring(mark + 1));
        boolean negative = mantissa.charAt(0) == '-';
        StringBuilder digits = new StringBuilder(20);
        for (int i = negative ? 1 : 0; i < mantissa.length(); i++) {
            char c = mantissa.charAt(i);
            if (c != '.') {
                digits.append(c);
            }
        }
        int point = mantissa.indexOf('.');
        // The value is 0.digits times ten to the power of this, once leading and trailing zeros are gone.
        int scale = exponent + (point < 0 ? mantissa.length() : point) - (negative ? 1 : 0);
        int leading = 0;
        while (digits.charAt(leading) == '0') {
            leading++;
        }
        scale -= leading;
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        StringBuilder text = new StringBuilder(28);
        if (negative) {
            text.append('-');
        }
        append(text, digits.substring(leading, end), scale);
        return text.toString();
    }

    /** Writes 0.digits * 10^scale. */
    private static void append(StringBuilder text, String digits, int scale) {
        int n = digits.length();
        int last = scale - n;
        int first = scale - 1;
        if (last >= 0 && first < n + TRAILING_ZEROS_MAX) {
            text.append(digits).repeat('0', last);
        } else if (last < 0 && (last >= -POINT_ZEROS_MAX || Math.abs(first) < 4)) {
            if (scale <= 0) {
                text.append("0.").repeat('0', -scale).append(digits);
            } else {
                text.append(digits, 0, scale).append('.').append(digits, scale, n);
            }
        } else {
            text.append(digits.charAt(0));
            if (n > 1) {
                text.append('.').append(digits, 1, n);
            }
            text.append('e').append(first < 0 ? '-' : '+').append(Math.abs(first));
        }
    }
}
