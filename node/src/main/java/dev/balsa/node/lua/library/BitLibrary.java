package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import java.util.function.IntBinaryOperator;

/** bit: operations on 32 bits, as LuaJIT has them. */
final class BitLibrary {
    private static final double ROUND = 6755399441055744.0;
    private static final int HEX_DIGITS = 8;

    private BitLibrary() {}

    static void open(Library b) {
        b.function("tobit", (x, args) -> (double) bits(x, args, 1));
        b.function("bnot", (x, args) -> (double) ~bits(x, args, 1));
        fold(b, "band", (l, r) -> l & r);
        fold(b, "bor", (l, r) -> l | r);
        fold(b, "bxor", (l, r) -> l ^ r);
        shift(b, "lshift", (v, n) -> v << n);
        shift(b, "rshift", (v, n) -> v >>> n);
        shift(b, "arshift", (v, n) -> v >> n);
        shift(b, "rol", Integer::rotateLeft);
        shift(b, "ror", Integer::rotateRight);
        b.function("bswap", (x, args) -> (double) Integer.reverseBytes(bits(x, args, 1)));
        b.function("tohex", BitLibrary::hexadecimal);
    }

    /** The low 32 bits of the nearest whole number. */
    private static int bits(LuaState x, Object[] args, int n) {
        return (int) Double.doubleToRawLongBits(Arguments.number(x, args, n) + ROUND);
    }

    private static void fold(Library b, String name, IntBinaryOperator operator) {
        b.function(name, (x, args) -> {
            int result = bits(x, args, 1);
            for (int i = 2; i <= args.length; i++) {
                result = operator.applyAsInt(result, bits(x, args, i));
            }
            return (double) result;
        });
    }

    private static void shift(Library b, String name, IntBinaryOperator operator) {
        b.function(name, (x, args) -> {
            int value = bits(x, args, 1);
            return (double) operator.applyAsInt(value, bits(x, args, 2) & 31);
        });
    }

    private static Object hexadecimal(LuaState x, Object[] args) {
        int value = bits(x, args, 1);
        int n = Arguments.isAbsent(args, 2) && args.length < 2 ? HEX_DIGITS : bits(x, args, 2);
        String digits = "0123456789abcdef";
        if (n < 0) {
            n = -n;
            digits = "0123456789ABCDEF";
        }
        int count = Math.min(Math.max(n, 0), HEX_DIGITS);
        if (n == Integer.MIN_VALUE) {
            count = HEX_DIGITS;
        }
        char[] text = new char[count];
        for (int i = count - 1; i >= 0; i--) {
            text[i] = digits.charAt(value & 15);
            value >>>= 4;
        }
        return LuaString.of(new String(text));
    }
}
