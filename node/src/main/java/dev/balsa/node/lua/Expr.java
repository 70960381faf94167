package dev.balsa.node.lua;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression, its names already resolved. A line is the one that errors of its instruction name. */
sealed interface Expr {
    /** nil, true, false, a number or a string. */
    record Constant(Object value) implements Expr {}

    /** {@code ...}. */
    record Varargs() implements Expr {}

    record Function(FunctionBody body) implements Expr {}

    record LocalName(Local local) implements Expr {}

    record UpvalueName(int index, String name) implements Expr {}

    record GlobalName(LuaString name, int line) implements Expr {}

    /** {@code table[key]}, {@code table.key}. */
    record Index(Expr table, Expr key, int line) implements Expr {}

    /** {@code function(arguments)}; with a name {@code function:name(arguments)}. */
    record Call(Expr function, @Nullable LuaString method, List<Expr> arguments, int line) implements Expr {}

    /** Arithmetic or comparison. */
    record Binary(Operator operator, Expr left, Expr right, int line) implements Expr {}

    /** {@code a .. b .. c}. */
    record Concat(List<Expr> parts, int line) implements Expr {}

    /** {@code a and b and c}, or the same with or. */
    record Logical(boolean and, List<Expr> parts) implements Expr {}

    /** {@code -}, {@code not}, {@code #}. */
    record Unary(Operator operator, Expr operand, int line) implements Expr {}

    /** In parentheses: one value. */
    record Paren(Expr inner) implements Expr {}

    /** {@code items} in the order in which they stand. */
    record Table(List<Item> items, int line) implements Expr {}

    /** A field of a constructor; one without key is the next element. */
    record Item(@Nullable Expr key, Expr value, int line) {}

    /** A function with what it captures: registers' locals of the one around, or upvalues of it. */
    record FunctionBody(
            int line, List<Local> parameters, boolean variadic, boolean needsArg, List<Capture> captures,
            List<Statement> body, int endLine) {}

    /** What an upvalue comes from. */
    record Capture(@Nullable Local local, int upvalue) {}

    /** Whether it may give any number of values. */
    default boolean isMulti() {
        return this instanceof Call || this instanceof Varargs;
    }

    /** How a message names a value that came from here, with a blank before; empty if it has no name. */
    default String described() {
        String kind = kind();
        return kind.isEmpty() ? "" : " " + kind + " '" + shownName() + "'";
    }

    /** global, local, upvalue, field, method, or nothing. */
    default String kind() {
        return switch (this) {
            case LocalName _ -> "local";
            case UpvalueName _ -> "upvalue";
            case GlobalName _ -> "global";
            case Index _ -> "field";
            case Call call when call.method() != null -> "method";
            case Paren paren -> paren.inner().isMulti() ? "" : paren.inner().kind();
            default -> "";
        };
    }

    /** The name to the kind. */
    default String shownName() {
        return switch (this) {
            case LocalName local -> local.local().name();
            case UpvalueName upvalue -> upvalue.name();
            case GlobalName global -> global.name().toString();
            case Index index -> index.key() instanceof Constant(LuaString key) ? key.toString() : "?";
            case Call call -> String.valueOf(call.method());
            case Paren paren -> paren.inner().shownName();
            default -> "?";
        };
    }
}
