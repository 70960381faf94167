package dev.balsa.node.lua;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Numbers as texts and back, as C's printf and strtod have it. */
public final class Numbers {
    private static final double LONG_EXACT = 1e15;
    private static final int LUA_DIGITS = 14;
    /** Room for 14 digits, a point, and a sign, behind one byte that is never used. */
    public static final int SHORT_BYTES = 24;
    private static final double SCALE = 1e6;
    private static final int SCALE_DIGITS = 6;
    /** Powers of ten that are exact. */
    private static final double[] TENS = tens();
    /** Doubles have 15 decimal digits for sure; with fewer, the shortest form decides, but for ties. */
    private static final int SURE_DIGITS = 15;

    private Numbers() {}

    /** The number that a value is or spells, or null. */
    public static @Nullable Double toNumber(Object value) {
        if (value instanceof Double d) {
            return d;
        }
        return value instanceof LuaString s ? parse(s) : null;
    }

    /** The text of a string or of a number. */
    static LuaString toLuaString(Object value) {
        return value instanceof LuaString s ? s : format((Double) value);
    }

    /** As Lua prints it: {@code %.14g}. */
    public static LuaString format(double d) {
        byte[] short14 = new byte[SHORT_BYTES];
        int from = shortText(d, short14);
        return from == 0 ? LuaString.of(general(d, LUA_DIGITS, false))
                : LuaString.copyOf(short14, from, SHORT_BYTES - from);
    }

    /** As Lua prints it: {@code %.14g}. */
    public static String text(double d) {
        return format(d).toString();
    }

    /**
     * Writes a whole number below 1e14, or one with up to six decimals, as {@code %.14g} has it, to the end of {@code to},
     * which has {@link #SHORT_BYTES}. Gives where it begins, or 0 if the number is another one.
     *
     * <p>A number that is a whole one divided by a million is the double next to that decimal number; if this has no more
     * than 14 digits, no other one of 14 digits is nearer.
     */
    public static int shortText(double d, byte[] to) {
        double size = Math.abs(d);
        if (size == (long) size && size < 1e14) {
            return sign(d, digits((long) size, to, SHORT_BYTES), to);
        }
        if (!(size >= 1e-4 && size < 1e8)) {
            return 0;
        }
        long scaled = (long) (size * SCALE + 0.5);
        if (scaled / SCALE != size) {
            return 0;
        }
        int end = SHORT_BYTES;
        int decimals = SCALE_DIGITS;
        for (; scaled % 10 == 0; scaled /= 10) {
            decimals--;
        }
        for (; decimals > 0; decimals--, scaled /= 10) {
            to[--end] = (byte) ('0' + scaled % 10);
        }
        to[--end] = '.';
        return sign(d, digits(scaled, to, end), to);
    }

    private static int digits(long whole, byte[] to, int end) {
        int at = end;
        long rest = whole;
        do {
            to[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        return at;
    }

    private static int sign(double d, int from, byte[] to) {
        if (d > 0 || d == 0 && 1 / d > 0) {
            return from;
        }
        to[from - 1] = '-';
        return from - 1;
    }

    /** What C prints for infinities, and for what is no number (of which all have the sign that x86 gives them). */
    static String special(double d) {
        return Double.isNaN(d) ? "-nan" : d < 0 ? "-inf" : "inf";
    }

    /** C's {@code %.<precision>g}. With {@code alternate} zeros at the end stay. */
    public static String general(double d, int precision, boolean alternate) {
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            return special(d);
        }
        int digits = Math.max(1, precision);
        boolean negative = d < 0 || d == 0 && 1 / d < 0;
        if (d == 0) {
            return (negative ? "-0" : "0") + (alternate && digits > 1 ? "." + "0".repeat(digits - 1) : "");
        }
        Decimal decimal = Decimal.of(Math.abs(d), digits);
        StringBuilder out = new StringBuilder(24);
        if (negative) {
            out.append('-');
        }
        String text = decimal.digits();
        if (!alternate) {
            int end = text.length();
            while (end > 1 && text.charAt(end - 1) == '0') {
                end--;
            }
            text = text.substring(0, end);
        }
        int exponent = decimal.exponent();
        if (exponent < -4 || exponent >= digits) {
            out.append(text.charAt(0));
            if (text.length() > 1 || alternate) {
                out.append('.').append(text, 1, text.length());
            }
            exponent(out, exponent);
        } else if (exponent < 0) {
            out.append("0.").repeat('0', -exponent - 1).append(text);
        } else if (text.length() <= exponent + 1) {
            out.append(text).repeat('0', exponent + 1 - text.length()).append(alternate ? "." : "");
        } else {
            out.append(text, 0, exponent + 1).append('.').append(text, exponent + 1, text.length());
        }
        return out.toString();
    }

    private static void exponent(StringBuilder out, int exponent) {
        int size = Math.abs(exponent);
        out.append(exponent < 0 ? "e-" : "e+");
        if (size < 10) {
            out.append('0');
        }
        out.append(size);
    }

    /** C's {@code %.<precision>e}. */
    public static String scientific(double d, int precision, boolean alternate) {
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            return special(d);
        }
        StringBuilder out = new StringBuilder();
        if (d < 0 || d == 0 && 1 / d < 0) {
            out.append('-');
        }
        Decimal decimal = d == 0 ? new Decimal("0".repeat(precision + 1), 0) : Decimal.of(Math.abs(d), precision + 1);
        out.append(decimal.digits().charAt(0));
        if (precision > 0 || alternate) {
            out.append('.').append(decimal.digits(), 1, precision + 1);
        }
        exponent(out, decimal.exponent());
        return out.toString();
    }

    /** C's {@code %.<precision>f}. */
    public static String fixed(double d, int precision, boolean alternate) {
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            return special(d);
        }
        String sign = d < 0 || d == 0 && 1 / d < 0 ? "-" : "";
        String text = new BigDecimal(Math.abs(d)).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
        return sign + text + (alternate && precision == 0 ? "." : "");
    }

    /** {@code digits} decimal digits, and the power of ten of the first. */
    private record Decimal(String digits, int exponent) {
        static Decimal of(double positive, int wanted) {
            if (wanted < SURE_DIGITS) {
                Decimal fast = shortest(positive, wanted);
                if (fast != null) {
                    return fast;
                }
            }
            BigDecimal exact = new BigDecimal(positive).round(new MathContext(wanted, RoundingMode.HALF_EVEN));
            String digits = exact.unscaledValue().toString();
            int exponent = digits.length() - 1 - exact.scale();
            return new Decimal(pad(digits, wanted), exponent);
        }

        /** From the shortest text that reads back as the number; null if it stands right between two results. */
        private static @Nullable Decimal shortest(double positive, int wanted) {
            String text = Double.toString(positive);
            int e = text.indexOf('E');
            int exponent = e < 0 ? 0 : Integer.parseInt(text.substring(e + 1));
            String mantissa = e < 0 ? text : text.substring(0, e);
            int point = mantissa.indexOf('.');
            String all = mantissa.substring(0, point) + mantissa.substring(point + 1);
            int start = 0;
            while (all.charAt(start) == '0') {
                start++;
            }
            exponent += point - 1 - start;
            int end = all.length();
            while (all.charAt(end - 1) == '0') {
                end--;
            }
            String digits = all.substring(start, end);
            if (digits.length() <= wanted) {
                return new Decimal(pad(digits, wanted), exponent);
            }
            int next = digits.charAt(wanted) - '0';
            if (next == 5 && digits.length() == wanted + 1) {
                return null;
            }
            String kept = digits.substring(0, wanted);
            return next < 5 ? new Decimal(kept, exponent) : up(kept, exponent);
        }

        private static Decimal up(String digits, int exponent) {
            char[] out = digits.toCharArray();
            int i = out.length - 1;
            while (i >= 0 && out[i] == '9') {
                out[i--] = '0';
            }
            if (i < 0) {
                out[0] = '1';
                return new Decimal(new String(out), exponent + 1);
            }
            out[i]++;
            return new Decimal(new String(out), exponent);
        }

        private static String pad(String digits, int wanted) {
            return digits.length() >= wanted ? digits : digits + "0".repeat(wanted - digits.length());
        }
    }

    /** The number that all of a string spells, blanks around it allowed, or null: C's strtod. */
    public static @Nullable Double parse(LuaString s) {
        int from = 0;
        int to = s.length();
        while (from < to && isSpace(s.at(from))) {
            from++;
        }
        while (to > from && isSpace(s.at(to - 1))) {
            to--;
        }
        return from == to ? null : parse(s.bytes(), from, to);
    }

    static boolean isSpace(int c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    /** The number that the bytes from {@code from} to {@code to} spell, or null. */
    public static @Nullable Double parse(byte[] bytes, int from, int to) {
        int i = from;
        boolean negative = bytes[i] == '-';
        if (negative || bytes[i] == '+') {
            i++;
        }
        if (i == to) {
            return null;
        }
        if (to - i <= 16) {
            double plain = plain(bytes, i, to);
            if (plain >= 0) {
                return negative ? -plain : plain;
            }
        }
        String text = new String(bytes, i, to - i, StandardCharsets.ISO_8859_1);
        Double value = magnitude(text);
        return value == null || !negative ? value : (Double) (-value);
    }

    /**
     * Up to 15 digits, perhaps with a point among or behind them; -1 if there is anything else. Digits and power of ten
     * are exact, so what their division gives is the nearest double.
     */
    private static double plain(byte[] bytes, int from, int to) {
        long value = 0;
        int point = -1;
        int digits = 0;
        for (int i = from; i < to; i++) {
            int c = bytes[i] - '0';
            if (c >= 0 && c <= 9) {
                value = value * 10 + c;
                digits++;
            } else if (bytes[i] == '.' && point < 0) {
                point = i;
            } else {
                return -1;
            }
        }
        if (digits == 0 || digits > SURE_DIGITS) {
            return -1;
        }
        return point < 0 ? value : value / TENS[to - point - 1];
    }

    private static double[] tens() {
        double[] powers = new double[SURE_DIGITS + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }

    private static @Nullable Double magnitude(String text) {
        char first = text.charAt(0);
        if (first > '9') {
            return word(text);
        }
        if (text.length() > 2 && first == '0' && (text.charAt(1) == 'x' || text.charAt(1) == 'X')) {
            return hexadecimal(text.substring(2));
        }
        int i = digits(text, 0);
        int count = i;
        if (i < text.length() && text.charAt(i) == '.') {
            int end = digits(text, i + 1);
            count += end - i - 1;
            i = end;
        }
        if (count == 0) {
            return null;
        }
        if (i < text.length() && (text.charAt(i) | 32) == 'e') {
            int start = i + 1;
            if (start < text.length() && (text.charAt(start) == '-' || text.charAt(start) == '+')) {
                start++;
            }
            int end = digits(text, start);
            i = end == start ? i : end;
        }
        return i == text.length() ? (Double) Double.parseDouble(text) : null;
    }

    private static @Nullable Double word(String text) {
        if (text.equalsIgnoreCase("inf") || text.equalsIgnoreCase("infinity")) {
            return Double.POSITIVE_INFINITY;
        }
        boolean nan = text.regionMatches(true, 0, "nan", 0, 3)
                && (text.length() == 3 || text.charAt(3) == '(' && text.matches("(?i)nan\\([0-9a-z_]*\\)"));
        return nan ? (Double) Double.NaN : null;
    }

    private static @Nullable Double hexadecimal(String text) {
        int i = 0;
        int digits = 0;
        boolean point = false;
        while (i < text.length() && (Character.digit(text.charAt(i), 16) >= 0 || !point && text.charAt(i) == '.')) {
            point |= text.charAt(i) == '.';
            digits += text.charAt(i) == '.' ? 0 : 1;
            i++;
        }
        if (digits == 0) {
            return null;
        }
        if (i == text.length()) {
            return Double.parseDouble("0x" + text + "p0");
        }
        if ((text.charAt(i) | 32) != 'p') {
            return null;
        }
        int start = i + 1;
        if (start < text.length() && (text.charAt(start) == '-' || text.charAt(start) == '+')) {
            start++;
        }
        int end = digits(text, start);
        return end == start || end < text.length() ? null : (Double) Double.parseDouble("0x" + text);
    }

    private static int digits(String text, int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    /** C's strtoul in a base from 2 to 36, for tonumber; null if it is no such number. */
    public static @Nullable Double parse(LuaString s, int base) {
        String text = s.toString();
        int i = 0;
        while (i < text.length() && isSpace(text.charAt(i))) {
            i++;
        }
        boolean negative = i < text.length() && text.charAt(i) == '-';
        if (negative || i < text.length() && text.charAt(i) == '+') {
            i++;
        }
        if (base == 16 && text.regionMatches(true, i, "0x", 0, 2) && i + 2 < text.length()
                && Character.digit(text.charAt(i + 2), 16) >= 0) {
            i += 2;
        }
        int start = i;
        long value = 0;
        boolean over = false;
        for (; i < text.length() && text.charAt(i) < 128; i++) {
            int digit = Character.digit(text.charAt(i), base);
            if (digit < 0) {
                break;
            }
            over |= Math.unsignedMultiplyHigh(value, base) != 0
                    || Long.compareUnsigned(value * base, -1L - digit) > 0;
            value = value * base + digit;
        }
        if (i == start) {
            return null;
        }
        while (i < text.length() && isSpace(text.charAt(i))) {
            i++;
        }
        if (i < text.length()) {
            return null;
        }
        long bits = over ? -1L : negative ? -value : value;
        return unsigned(bits);
    }

    /** A word of 64 bits without a sign as a number. */
    public static double unsigned(long bits) {
        return bits >= 0 ? (double) bits : (double) (bits >>> 1 | bits & 1) * 2.0;
    }

    /** Whether {@code d} is whole and fits a long exactly. */
    static boolean isWhole(double d) {
        return d == Math.rint(d) && Math.abs(d) < LONG_EXACT;
    }
}
