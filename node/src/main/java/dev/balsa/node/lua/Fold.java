package dev.balsa.node.lua;

/** Computes what is constant, as the compiler of Lua does: numbers only, and nothing that divides by zero. */
final class Fold {
    private Fold() {}

    static Expr unary(Expr.Unary e) {
        if (e.operator() == Operator.NEGATE && e.operand() instanceof Expr.Constant(Double d)) {
            return new Expr.Constant(-d);
        }
        return e;
    }

    static Expr binary(Expr.Binary e) {
        if (e.left() instanceof Expr.Constant(Double l) && e.right() instanceof Expr.Constant(Double r)
                && !e.operator().isComparison()) {
            if (r == 0 && (e.operator() == Operator.DIV || e.operator() == Operator.MOD)) {
                return e;
            }
            double result = switch (e.operator()) {
                case ADD -> l + r;
                case SUB -> l - r;
                case MUL -> l * r;
                case DIV -> l / r;
                case MOD -> Arithmetic.modulo(l, r);
                default -> Arithmetic.power(l, r);
            };
            return Double.isNaN(result) ? e : new Expr.Constant(result);
        }
        return e;
    }
}
