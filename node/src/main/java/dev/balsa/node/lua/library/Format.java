package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.ByteBuilder;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.Numbers;

/** string.format: what C's printf would print. */
final class Format {
    private static final String FLAGS = "-+ #0";

    private final LuaState x;
    private final Object[] args;
    private final LuaString format;
    private final ByteBuilder out;
    private int argument = 1;
    private int at;
    private boolean left;
    private boolean plus;
    private boolean blank;
    private boolean alternate;
    private boolean zeros;
    private int width;
    private int precision;

    private Format(LuaState x, Object[] args, LuaString format) {
        this.x = x;
        this.args = args;
        this.format = format;
        this.out = new ByteBuilder(x.budget());
    }

    static Object format(LuaState x, Object[] args) {
        return new Format(x, args, Arguments.string(x, args, 1)).run();
    }

    private Object run() {
        while (at < format.length()) {
            int c = format.at(at++);
            if (c != '%') {
                out.add(c);
            } else if (at < format.length() && format.at(at) == '%') {
                out.add('%');
                at++;
            } else {
                argument++;
                specification();
                verb(at < format.length() ? format.at(at++) : 0);
            }
        }
        return out.toLuaString();
    }

    private int next() {
        return at < format.length() ? format.at(at) : 0;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private void specification() {
        left = plus = blank = alternate = zeros = false;
        int start = at;
        while (next() != 0 && FLAGS.indexOf(next()) >= 0) {
            switch (next()) {
                case '-' -> left = true;
                case '+' -> plus = true;
                case ' ' -> blank = true;
                case '#' -> alternate = true;
                default -> zeros = true;
            }
            at++;
        }
        if (at - start >= FLAGS.length() + 1) {
            throw x.error("invalid format (repeated flags)");
        }
        width = digits();
        precision = -1;
        if (next() == '.') {
            at++;
            precision = digits();
        }
        if (isDigit(next())) {
            throw x.error("invalid format (width or precision too long)");
        }
    }

    private int digits() {
        int n = 0;
        for (int i = 0; i < 2 && isDigit(next()); i++) {
            n = n * 10 + next() - '0';
            at++;
        }
        return n;
    }

    private void verb(int verb) {
        switch (verb) {
            case 'c' -> character(Arguments.number(x, args, argument));
            case 'd', 'i' -> {
                long n = Arguments.toLong(Arguments.number(x, args, argument));
                String magnitude = n < 0 ? Long.toUnsignedString(-n) : Long.toString(n);
                integer(sign(n < 0), magnitude);
            }
            case 'u' -> integer("", Long.toUnsignedString(unsigned()));
            case 'o' -> {
                String text = Long.toOctalString(unsigned());
                integer("", alternate && !text.startsWith("0") && precision <= text.length() ? "0" + text : text);
            }
            case 'x' -> hexadecimal(Long.toHexString(unsigned()), "0x");
            case 'X' -> hexadecimal(upper(Long.toHexString(unsigned())), "0X");
            case 'e', 'E', 'f', 'g', 'G' -> real(verb, Arguments.number(x, args, argument));
            case 'q' -> quoted(Arguments.string(x, args, argument));
            case 's' -> text(Arguments.string(x, args, argument));
            default -> {
                String shown = verb == 0 ? "" : String.valueOf((char) verb);
                throw x.error("invalid option '%" + shown + "' to 'format'");
            }
        }
    }

    private long unsigned() {
        double d = Arguments.number(x, args, argument);
        return d >= 0x1p63 && d < 0x1p64 ? (long) (d - 0x1p63) ^ Long.MIN_VALUE : Arguments.toLong(d);
    }

    private static String upper(String text) {
        return text.toUpperCase(java.util.Locale.ROOT);
    }

    private String sign(boolean negative) {
        return negative ? "-" : plus ? "+" : blank ? " " : "";
    }

    private void hexadecimal(String digits, String prefix) {
        integer(alternate && !digits.equals("0") ? prefix : "", digits);
    }

    private void integer(String prefix, String magnitude) {
        String digits = precision == 0 && magnitude.equals("0") ? "" : magnitude;
        if (precision > digits.length()) {
            digits = "0".repeat(precision - digits.length()) + digits;
        }
        padded(prefix, digits, zeros && precision < 0);
    }

    private void real(int verb, double d) {
        int digits = precision < 0 ? 6 : precision;
        String text = switch (verb) {
            case 'e', 'E' -> Numbers.scientific(d, digits, alternate);
            case 'f' -> Numbers.fixed(d, digits, alternate);
            default -> Numbers.general(d, digits, alternate);
        };
        boolean negative = text.startsWith("-");
        String magnitude = negative ? text.substring(1) : text;
        padded(sign(negative), verb < 'a' ? upper(magnitude) : magnitude,
                zeros && !Double.isNaN(d) && !Double.isInfinite(d));
    }

    /** What does not fit an int is the least one; what follows a zero byte is lost, as it is in C. */
    private void character(double code) {
        int c = code > -0x1p31 - 1 && code < 0x1p31 ? (int) code & 0xFF : 0;
        if (c != 0) {
            padded("", String.valueOf((char) c), false);
        } else if (!left && width > 1) {
            out.fill(' ', width - 1);
        }
    }

    private void padded(String prefix, String body, boolean withZeros) {
        int missing = width - prefix.length() - body.length();
        if (missing > 0 && !left && !withZeros) {
            out.fill(' ', missing);
        }
        out.add(prefix);
        if (withZeros && !left) {
            out.fill('0', missing);
        }
        out.add(body);
        if (left) {
            out.fill(' ', missing);
        }
    }

    /** A long text goes in whole; a shorter one goes through C's strings, which end at a zero. */
    private void text(LuaString s) {
        if (precision < 0 && s.length() >= 100) {
            out.add(s);
            return;
        }
        int length = 0;
        while (length < s.length() && s.at(length) != 0) {
            length++;
        }
        if (precision >= 0) {
            length = Math.min(length, precision);
        }
        int missing = width - length;
        if (!left) {
            out.fill(' ', missing);
        }
        out.add(s.bytes(), 0, length);
        if (left) {
            out.fill(' ', missing);
        }
    }

    private void quoted(LuaString s) {
        out.add('"');
        for (int i = 0; i < s.length(); i++) {
            int c = s.at(i);
            switch (c) {
                case '"', '\\', '\n' -> out.add('\\').add(c);
                case '\r' -> out.add("\\r");
                case 0 -> out.add("\\000");
                default -> out.add(c);
            }
        }
        out.add('"');
    }
}
