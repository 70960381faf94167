package dev.balsa.node.lua;

/** What the operators do with numbers. StrictMath, because Math may differ between machines. */
@SuppressWarnings("ReferenceEquality") // equal in Lua is the same object, but for numbers and strings
final class Arithmetic {
    private Arithmetic() {}

    static double modulo(double a, double b) {
        return a - Math.floor(a / b) * b;
    }

    static double power(double a, double b) {
        return b == 2 ? a * a : b == 0.5 && a > 0 ? Math.sqrt(a) : StrictMath.pow(a, b);
    }

    /** Two values that are no two numbers: texts of numbers, or a metatable's business. */
    static Object slow(LuaState x, Object a, Object b, int op) {
        Double l = Numbers.toNumber(a);
        Double r = l == null ? null : Numbers.toNumber(b);
        if (l == null || r == null) {
            return Metatables.arithmetic(x, a, b, op);
        }
        return switch (op) {
            case Op.ADD -> l + r;
            case Op.SUB -> l - r;
            case Op.MUL -> l * r;
            case Op.DIV -> l / r;
            case Op.MOD -> modulo(l, r);
            case Op.POW -> power(l, r);
            default -> -l;
        };
    }

    static Object add(LuaState x, Object a, Object b) {
        return a instanceof Double l && b instanceof Double r ? (Object) (l + r) : slow(x, a, b, Op.ADD);
    }

    static Object sub(LuaState x, Object a, Object b) {
        return a instanceof Double l && b instanceof Double r ? (Object) (l - r) : slow(x, a, b, Op.SUB);
    }

    static Object mul(LuaState x, Object a, Object b) {
        return a instanceof Double l && b instanceof Double r ? (Object) (l * r) : slow(x, a, b, Op.MUL);
    }

    static Object div(LuaState x, Object a, Object b) {
        return a instanceof Double l && b instanceof Double r ? (Object) (l / r) : slow(x, a, b, Op.DIV);
    }

    static Object mod(LuaState x, Object a, Object b) {
        return a instanceof Double l && b instanceof Double r ? (Object) modulo(l, r) : slow(x, a, b, Op.MOD);
    }

    static Object pow(LuaState x, Object a, Object b) {
        return a instanceof Double l && b instanceof Double r ? (Object) power(l, r) : slow(x, a, b, Op.POW);
    }

    static Object negate(LuaState x, Object a) {
        return a instanceof Double d ? (Object) (-d) : slow(x, a, a, Op.NEGATE);
    }

    /** Without metatables. */
    static boolean rawEquals(Object a, Object b) {
        if (a == b) {
            return !(a instanceof Double d) || !Double.isNaN(d);
        }
        if (a instanceof Double l) {
            return b instanceof Double r && (double) l == (double) r;
        }
        return a instanceof LuaString s && b instanceof LuaString t && s.same(t);
    }

    static boolean equal(LuaState x, Object a, Object b) {
        return rawEquals(a, b) || a instanceof LuaTable s && b instanceof LuaTable t && Metatables.equal(x, s, t);
    }

    static boolean equal(Object a, double b) {
        return a instanceof Double l && l == b;
    }

    static boolean less(LuaState x, Object a, Object b) {
        return a instanceof Double l && b instanceof Double r ? l < r : Metatables.less(x, a, b);
    }

    static boolean lessOrEqual(LuaState x, Object a, Object b) {
        return a instanceof Double l && b instanceof Double r ? l <= r : Metatables.lessOrEqual(x, a, b);
    }

    static boolean less(LuaState x, Object a, double b) {
        return a instanceof Double l ? l < b : Metatables.less(x, a, b);
    }

    static boolean less(LuaState x, double a, Object b) {
        return b instanceof Double r ? a < r : Metatables.less(x, a, b);
    }

    static boolean lessOrEqual(LuaState x, Object a, double b) {
        return a instanceof Double l ? l <= b : Metatables.lessOrEqual(x, a, b);
    }

    static boolean lessOrEqual(LuaState x, double a, Object b) {
        return b instanceof Double r ? a <= r : Metatables.lessOrEqual(x, a, b);
    }

    static Object not(Object value) {
        return !isTrue(value);
    }

    static boolean isTrue(Object value) {
        return value != Nil.NIL && value != Boolean.FALSE;
    }
}
