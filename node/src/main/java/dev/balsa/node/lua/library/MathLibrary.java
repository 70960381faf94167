package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.LuaState;
import java.util.function.DoubleUnaryOperator;

/** math. StrictMath, so that every machine computes the same. */
final class MathLibrary {
    private static final double RANDOM_RANGE = 0x7FFFFFFF;
    private static final double DEGREES = 180.0;

    private MathLibrary() {}

    static void open(Library m) {
        unary(m, "abs", Math::abs);
        unary(m, "acos", StrictMath::acos);
        unary(m, "asin", StrictMath::asin);
        unary(m, "atan", StrictMath::atan);
        unary(m, "ceil", Math::ceil);
        unary(m, "cos", StrictMath::cos);
        unary(m, "cosh", StrictMath::cosh);
        unary(m, "deg", d -> d / (Math.PI / DEGREES));
        unary(m, "exp", StrictMath::exp);
        unary(m, "floor", Math::floor);
        unary(m, "log", StrictMath::log);
        unary(m, "log10", StrictMath::log10);
        unary(m, "rad", d -> d * (Math.PI / DEGREES));
        unary(m, "sin", StrictMath::sin);
        unary(m, "sinh", StrictMath::sinh);
        unary(m, "sqrt", Math::sqrt);
        unary(m, "tan", StrictMath::tan);
        unary(m, "tanh", StrictMath::tanh);
        m.function("atan2", (x, args) -> {
            double y = Arguments.number(x, args, 1);
            return StrictMath.atan2(y, Arguments.number(x, args, 2));
        });
        m.function("fmod", MathLibrary::remainder);
        m.set("mod", m.get("fmod"));
        m.function("pow", (x, args) -> {
            double base = Arguments.number(x, args, 1);
            return power(base, Arguments.number(x, args, 2));
        });
        m.function("frexp", (x, args) -> split(Arguments.number(x, args, 1)));
        m.function("ldexp", (x, args) -> {
            double d = Arguments.number(x, args, 1);
            return scale(d, (int) Arguments.integer(x, args, 2));
        });
        m.function("modf", (x, args) -> whole(Arguments.number(x, args, 1)));
        m.function("max", MathLibrary::max);
        m.function("min", MathLibrary::min);
        m.function("random", MathLibrary::random);
        m.function("randomseed", (x, args) -> {
            int seed = (int) Arguments.integer(x, args, 1);
            x.random().seed(seed);
            return dev.balsa.node.lua.LuaFunction.NONE;
        });
        m.set("pi", Math.PI);
        m.set("huge", Double.POSITIVE_INFINITY);
    }

    private static void unary(Library m, String name, DoubleUnaryOperator operator) {
        m.function(name, (x, args) -> operator.applyAsDouble(Arguments.number(x, args, 1)));
    }

    private static Object remainder(LuaState x, Object[] args) {
        double a = Arguments.number(x, args, 1);
        return a % Arguments.number(x, args, 2);
    }

    private static double power(double base, double exponent) {
        if (base == 1 || exponent == 0) {
            return 1;
        }
        if (base == -1 && Double.isInfinite(exponent)) {
            return 1;
        }
        return StrictMath.pow(base, exponent);
    }

    private static Object[] split(double d) {
        if (d == 0 || Double.isNaN(d) || Double.isInfinite(d)) {
            return new Object[] {d, 0.0};
        }
        int exponent = Math.getExponent(d);
        double scaled = d;
        int extra = 0;
        if (exponent < Double.MIN_EXPONENT) {
            scaled = d * 0x1p54;
            extra = -54;
            exponent = Math.getExponent(scaled);
        }
        return new Object[] {Math.scalb(scaled, -exponent - 1), (double) (exponent + 1 + extra)};
    }

    /** In one rounding, as C does it: steps that stay normal first. */
    private static double scale(double d, int exponent) {
        if (d == 0 || Double.isNaN(d) || Double.isInfinite(d)) {
            return d;
        }
        return Math.scalb(d, Math.clamp(exponent, -2200, 2200));
    }

    private static Object[] whole(double d) {
        double whole = d >= 0 ? Math.floor(d) : Math.ceil(d);
        double fraction = Double.isInfinite(d) ? Math.copySign(0.0, d) : d - whole;
        return new Object[] {whole, d == whole ? Math.copySign(0.0, d) : fraction};
    }

    private static Object max(LuaState x, Object[] args) {
        double best = Arguments.number(x, args, 1);
        for (int i = 2; i <= args.length; i++) {
            double d = Arguments.number(x, args, i);
            best = d > best ? d : best;
        }
        return best;
    }

    private static Object min(LuaState x, Object[] args) {
        double best = Arguments.number(x, args, 1);
        for (int i = 2; i <= args.length; i++) {
            double d = Arguments.number(x, args, i);
            best = d < best ? d : best;
        }
        return best;
    }

    private static Object random(LuaState x, Object[] args) {
        double r = x.random().next() % 0x7FFFFFFF / RANDOM_RANGE;
        switch (args.length) {
            case 0 -> {
                return r;
            }
            case 1 -> {
                int last = (int) Arguments.integer(x, args, 1);
                if (last < 1) {
                    throw Arguments.bad(x, 1, "interval is empty");
                }
                return Math.floor(r * last) + 1;
            }
            case 2 -> {
                int first = (int) Arguments.integer(x, args, 1);
                int last = (int) Arguments.integer(x, args, 2);
                if (first > last) {
                    throw Arguments.bad(x, 2, "interval is empty");
                }
                return Math.floor(r * ((double) last - first + 1)) + first;
            }
            default -> throw x.error("wrong number of arguments");
        }
    }
}
