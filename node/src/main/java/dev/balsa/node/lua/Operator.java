package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/** Operators with how strongly they bind to the left and to the right. */
enum Operator {
    OR(1, 1), AND(2, 2), LT(3, 3), GT(3, 3), LE(3, 3), GE(3, 3), NE(3, 3), EQ(3, 3), CONCAT(5, 4), ADD(6, 6),
    SUB(6, 6), MUL(7, 7), DIV(7, 7), MOD(7, 7), POW(10, 9), NEGATE(8, 8), NOT(8, 8), LENGTH(8, 8);

    private final int left;
    private final int right;

    Operator(int left, int right) {
        this.left = left;
        this.right = right;
    }

    int left() {
        return left;
    }

    int right() {
        return right;
    }

    boolean isComparison() {
        return ordinal() >= LT.ordinal() && ordinal() <= EQ.ordinal();
    }

    /** The operator between two operands that a token is, or null. */
    static @Nullable Operator binary(Token token) {
        return switch (token) {
            case OR -> OR;
            case AND -> AND;
            case LT -> LT;
            case GT -> GT;
            case LE -> LE;
            case GE -> GE;
            case NE -> NE;
            case EQ -> EQ;
            case CONCAT -> CONCAT;
            case PLUS -> ADD;
            case MINUS -> SUB;
            case STAR -> MUL;
            case SLASH -> DIV;
            case PERCENT -> MOD;
            case CARET -> POW;
            default -> null;
        };
    }

    /** The operator before an operand that a token is, or null. */
    static @Nullable Operator unary(Token token) {
        return switch (token) {
            case MINUS -> NEGATE;
            case NOT -> NOT;
            case HASH -> LENGTH;
            default -> null;
        };
    }
}
