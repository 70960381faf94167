package dev.balsa.node.command;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/*
 * INCRBYFLOAT adds in the 80-bit extended format of x86 (C's long double: 64 bits of mantissa, 15 of exponent) and
 * prints the sum with 17 digits after the point, trailing zeros removed. Its replies can only be met with the same
 * arithmetic: double is too short (0.1 + 0.2 is 0.3 in Redis), and exact decimal is too good (1e20 + 0.1 loses the
 * tenth).
 *
 * A value is kept as mantissa * 2^exponent with |mantissa| <= 2^64. Reading text, adding and printing are each done
 * exactly with big integers and rounded once, half to even, as the hardware and the C library do. Sizes are bounded
 * by the format's range: no more than some 33,000 bits.
 */

/** A number in x86's 80-bit extended format. Immutable. */
final class LongDouble {
    static final LongDouble ZERO = new LongDouble(BigInteger.ZERO, 0, false);

    private static final int MANTISSA_BITS = 64;
    /** Weight of the lowest bit of the smallest number above zero. */
    private static final int EXPONENT_MIN = -16_445;
    /** Numbers of this many bits before the point are infinite. */
    private static final int MAGNITUDE_MAX = 16_384;
    /** Redis reads no longer text. */
    private static final int TEXT_MAX = 5 * 1024 - 1;

    private static final int DIGITS_AFTER_POINT = 17;
    private static final BigInteger SCALE = BigInteger.TEN.pow(DIGITS_AFTER_POINT);

    private final BigInteger mantissa;
    private final int exponent;
    private final boolean infinite;

    private LongDouble(BigInteger mantissa, int exponent, boolean infinite) {
        this.mantissa = mantissa;
        this.exponent = exponent;
        this.infinite = infinite;
    }

    static LongDouble of(long value) {
        return new LongDouble(BigInteger.valueOf(value), 0, false);
    }

    boolean isInfinite() {
        return infinite;
    }

    /** The sum; infinite if a summand is or if it is too large. */
    LongDouble plus(LongDouble other) {
        if (infinite || other.infinite) {
            return infinite ? this : other;
        }
        int low = Math.min(exponent, other.exponent);
        BigInteger sum = mantissa.shiftLeft(exponent - low).add(other.mantissa.shiftLeft(other.exponent - low));
        return round(sum, low);
    }

    /** A finite number times {@code factor}, rounded towards positive infinity. */
    BigInteger timesRoundedUp(int factor) {
        BigInteger product = mantissa.multiply(BigInteger.valueOf(factor));
        return exponent >= 0 ? product.shiftLeft(exponent) : product.negate().shiftRight(-exponent).negate();
    }

    /** As Redis prints it: at most 17 digits after the point, no trailing zeros, no exponent, no minus zero. */
    String text() {
        if (exponent >= 0) {
            return mantissa.shiftLeft(exponent).toString();
        }
        BigInteger scaled = shiftRightHalfEven(mantissa.multiply(SCALE), -exponent);
        if (scaled.signum() == 0) {
            return "0";
        }
        return new BigDecimal(scaled, DIGITS_AFTER_POINT).stripTrailingZeros().toPlainString();
    }

    /** Reads what C's strtold reads, without leading space; null if Redis calls it no valid float. */
    static @Nullable LongDouble parse(byte[] text, int offset, int length) {
        if (length == 0 || length > TEXT_MAX) {
            return null;
        }
        char[] chars = new char[length];
        for (int i = 0; i < length; i++) {
            int c = text[offset + i] & 0xff;
            chars[i] = (char) (c >= 'A' && c <= 'Z' ? c + 32 : c);
        }
        String s = new String(chars);
        boolean negative = s.charAt(0) == '-';
        String magnitude = negative || s.charAt(0) == '+' ? s.substring(1) : s;
        if (magnitude.equals("inf") || magnitude.equals("infinity")) {
            return new LongDouble(negative ? BigInteger.ONE.negate() : BigInteger.ONE, 0, true);
        }
        LongDouble value = magnitude.startsWith("0x") ? parseHex(magnitude) : parseDecimal(magnitude);
        if (value == null || value.infinite) {
            return null;
        }
        return negative ? new LongDouble(value.mantissa.negate(), value.exponent, false) : value;
    }

    private static @Nullable LongDouble parseDecimal(String s) {
        Text text = Text.scan(s, 0, 'e');
        if (text == null) {
            return null;
        }
        if (text.digits.isEmpty()) {
            return ZERO;
        }
        // Decimal exponent of the leading digit; far outside the range there is nothing to compute.
        long leading = text.digits.length() + text.exponent;
        if (leading > 4_940 || leading < -4_960) {
            return null;
        }
        BigInteger digits = new BigInteger(text.digits);
        LongDouble value = text.exponent >= 0
                ? round(digits.multiply(BigInteger.TEN.pow((int) text.exponent)), 0)
                : divide(digits, BigInteger.TEN.pow((int) -text.exponent));
        return value.mantissa.signum() == 0 ? null : value;
    }

    private static @Nullable LongDouble parseHex(String s) {
        Text text = Text.scan(s, 2, 'p');
        if (text == null) {
            return null;
        }
        if (text.digits.isEmpty()) {
            return ZERO;
        }
        long exponent = text.exponent;
        if (exponent > 40_000 || exponent < -80_000) {
            return null;
        }
        LongDouble value = round(new BigInteger(text.digits, 16), (int) exponent);
        return value.mantissa.signum() == 0 ? null : value;
    }

    /** {@code n / d} rounded to the format; both positive. */
    private static LongDouble divide(BigInteger n, BigInteger d) {
        // Two bits more than the mantissa, and a sticky bit for the rest, so that rounding once more changes nothing.
        int shift = Math.max(0, MANTISSA_BITS + 2 - (n.bitLength() - d.bitLength()));
        BigInteger[] parts = n.shiftLeft(shift).divideAndRemainder(d);
        BigInteger sticky = parts[0].shiftLeft(1);
        return round(parts[1].signum() == 0 ? sticky : sticky.setBit(0), -shift - 1);
    }

    /** {@code value * 2^exponent} rounded to the format. */
    private static LongDouble round(BigInteger value, int exponent) {
        int excess = Math.max(value.abs().bitLength() - MANTISSA_BITS, EXPONENT_MIN - exponent);
        BigInteger mantissa = value;
        int scale = exponent;
        if (excess > 0) {
            mantissa = shiftRightHalfEven(value, excess);
            scale = exponent + excess;
        }
        boolean infinite = mantissa.abs().bitLength() + (long) scale > MAGNITUDE_MAX;
        return new LongDouble(mantissa, mantissa.signum() == 0 ? 0 : scale, infinite);
    }

    private static BigInteger shiftRightHalfEven(BigInteger value, int bits) {
        BigInteger magnitude = value.abs();
        BigInteger quotient = magnitude.shiftRight(bits);
        boolean half = magnitude.testBit(bits - 1);
        if (half && (quotient.testBit(0) || magnitude.getLowestSetBit() < bits - 1)) {
            quotient = quotient.add(BigInteger.ONE);
        }
        return value.signum() < 0 ? quotient.negate() : quotient;
    }

    /**
     * Digits and exponent of a number's text.
     *
     * @param digits without leading zeros, empty for zero
     * @param exponent of ten (decimal) or of two (hexadecimal), the digits after the point taken into account
     */
    private record Text(String digits, long exponent) {
        /** Reads the whole of {@code s} from {@code from} on, or answers null. */
        static @Nullable Text scan(String s, int from, char exponentMark) {
            boolean hex = exponentMark == 'p';
            StringBuilder digits = new StringBuilder();
            int seen = 0;
            int afterPoint = 0;
            boolean point = false;
            int i = from;
            for (; i < s.length(); i++) {
                char c = s.charAt(i);
                if (c == '.' && !point) {
                    point = true;
                } else if ((c >= '0' && c <= '9') || (hex && c >= 'a' && c <= 'f')) {
                    seen++;
                    afterPoint += point ? 1 : 0;
                    if (c != '0' || !digits.isEmpty()) {
                        digits.append(c);
                    }
                } else {
                    break;
                }
            }
            if (seen == 0) {
                return null;
            }
            long exponent = 0;
            if (i < s.length()) {
                if (s.charAt(i) != exponentMark || !isSignedDecimal(s, i + 1)) {
                    return null;
                }
                exponent = clampedDecimal(s, i + 1);
            }
            return new Text(digits.toString(), exponent - (hex ? 4L : 1L) * afterPoint);
        }

        private static boolean isSignedDecimal(String s, int from) {
            int i = from < s.length() && (s.charAt(from) == '-' || s.charAt(from) == '+') ? from + 1 : from;
            if (i == s.length()) {
                return false;
            }
            for (; i < s.length(); i++) {
                if (s.charAt(i) < '0' || s.charAt(i) > '9') {
                    return false;
                }
            }
            return true;
        }

        /** Its value, or some value beyond a million where it is larger than that. */
        private static long clampedDecimal(String s, int from) {
            long value = 0;
            for (int i = from; i < s.length() && value < 1_000_000; i++) {
                char c = s.charAt(i);
                if (c != '-' && c != '+') {
                    value = value * 10 + (c - '0');
                }
            }
            return s.charAt(from) == '-' ? -value : value;
        }
    }
}
