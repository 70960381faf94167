package dev.balsa.node.lua;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes code of expressions. */
@SuppressWarnings("ReferenceEquality") // which expression it is, not what it says
final class Expressions {
    private static final int LIST_BATCH = 50;

    private final CodeBuffer out;

    Expressions(CodeBuffer out) {
        this.out = out;
    }

    /** Computes a value as an operand: a register, or a constant as ~k. */
    int operand(Expr e) {
        switch (e) {
            case Expr.Constant(Object value) -> {
                return out.constant(value);
            }
            case Expr.LocalName(Local local) when !local.isCaptured() -> {
                return local.register();
            }
            case Expr.Paren(Expr inner) when !inner.isMulti() -> {
                return operand(inner);
            }
            default -> {
                int register = out.reserve(1);
                into(e, register);
                return register;
            }
        }
    }

    /** Computes one value into a register. */
    void into(Expr e, int target) {
        switch (e) {
            case Expr.Constant(Object value) -> {
                if (value == Nil.NIL) {
                    out.emit(Op.NIL, target, 1, 0);
                } else {
                    out.emit(Op.LOAD, target, ~out.constant(value), 0);
                }
            }
            case Expr.Varargs _ -> out.emit(Op.VARARGS, target, 1, 0);
            case Expr.Function(Expr.FunctionBody body) ->
                out.emit(Op.CLOSURE, target, out.child(Generator.child(body, out.chunk())), 0);
            case Expr.LocalName(Local local) -> {
                if (local.isCaptured()) {
                    out.emit(Op.GET_CELL, target, local.register(), 0);
                } else if (local.register() != target) {
                    out.emit(Op.MOVE, target, local.register(), 0);
                }
            }
            case Expr.UpvalueName(int index, String _) -> out.emit(Op.GET_UPVALUE, target, index, 0);
            case Expr.GlobalName(LuaString name, int line) -> {
                out.at(line);
                out.emit(Op.GET_GLOBAL, target, ~out.constant(name), 0);
                out.describe(e, null);
            }
            case Expr.Index _, Expr.Call _, Expr.Binary _ -> spine(e, target);
            case Expr.Concat concat -> concat(concat, target);
            case Expr.Logical logical -> logical(logical, target);
            case Expr.Unary unary -> unary(unary, target);
            case Expr.Paren(Expr inner) -> into(inner, target);
            case Expr.Table table -> table(table, target);
        }
    }

    private static @Nullable Expr left(Expr e) {
        return switch (e) {
            case Expr.Index index -> index.table();
            case Expr.Call call -> call.function();
            case Expr.Binary binary -> binary.left();
            default -> null;
        };
    }

    /** Expressions that begin with one another can be thousands deep: they are walked, not recursed into. */
    private void spine(Expr e, int target) {
        List<Expr> nodes = new ArrayList<>();
        Expr leaf = e;
        for (Expr next = left(e); next != null; next = left(leaf)) {
            nodes.add(leaf);
            leaf = next;
        }
        int mark = out.free();
        boolean late = leaf instanceof Expr.LocalName(Local local) && local.isCaptured();
        int left = late ? 0 : operand(leaf);
        int temporary = left >= mark && !late ? left : -1;
        for (int i = nodes.size() - 1; i >= 0; i--) {
            boolean first = late && i == nodes.size() - 1;
            int into = target;
            if (i > 0) {
                temporary = temporary < 0 ? out.reserve(1) : temporary;
                into = temporary;
            }
            apply(nodes.get(i), first ? leaf : null, left, into, mark);
            left = into;
        }
        out.release(mark);
    }

    /** One step of a spine; {@code late} is a left operand that is read after the right one was computed. */
    private void apply(Expr e, @Nullable Expr late, int left, int target, int floor) {
        int mark = out.free();
        switch (e) {
            case Expr.Index index -> {
                int key = operand(index.key());
                int table = late == null ? left : operand(late);
                out.at(index.line());
                out.emit(Op.GET_INDEX, target, table, key);
                out.describe(index.table(), null);
            }
            case Expr.Call call -> {
                int base = callOn(call, late == null ? left : operand(late), floor, 1, false);
                if (base != target) {
                    out.emit(Op.MOVE, target, base, 0);
                }
            }
            case Expr.Binary binary -> {
                int right = operand(binary.right());
                int first = late == null ? left : operand(late);
                out.at(binary.line());
                if (binary.operator().isComparison()) {
                    int jump = compare(binary, first, right, true);
                    truth(target, List.of(jump));
                } else {
                    out.emit(Op.ADD + binary.operator().ordinal() - Operator.ADD.ordinal(), target, first, right);
                    out.describe(named(binary.left(), first), named(binary.right(), right));
                }
            }
            default -> throw new IllegalStateException("no step: " + e);
        }
        out.release(mark);
    }

    private static @Nullable Expr named(Expr e, int operand) {
        return operand < 0 ? null : e;
    }

    /** The target is false, or true if one of the jumps was taken. */
    private void truth(int target, List<Integer> jumps) {
        out.emit(Op.LOAD, target, ~out.constant(false), 0);
        int over = out.emit(Op.JUMP, 0, 0, 0);
        out.patchHere(jumps);
        out.emit(Op.LOAD, target, ~out.constant(true), 0);
        out.patch(over, out.pc());
    }

    /** A jump that is taken if the comparison is {@code when}. */
    private int compare(Expr.Binary e, int left, int right, boolean when) {
        boolean swapped = e.operator() == Operator.GT || e.operator() == Operator.GE;
        int op = switch (e.operator()) {
            case EQ -> when ? Op.IF_EQ : Op.IF_NE;
            case NE -> when ? Op.IF_NE : Op.IF_EQ;
            case LT, GT -> when ? Op.IF_LT : Op.IF_NOT_LT;
            default -> when ? Op.IF_LE : Op.IF_NOT_LE;
        };
        return out.emit(op, 0, swapped ? right : left, swapped ? left : right);
    }

    /** Calls; with {@code tail} as the last thing of the function. Gives the register of the first result. */
    int call(Expr.Call call, int results, boolean tail) {
        int floor = out.free();
        int function = call.function() instanceof Expr.LocalName(Local local) && !local.isCaptured()
                ? local.register() : operand(call.function());
        return callOn(call, function, floor, results, tail);
    }

    /** Registers from {@code floor} on are temporary: the call may use one up. */
    private int callOn(Expr.Call call, int function, int floor, int results, boolean tail) {
        LuaString method = call.method();
        int base;
        if (function >= floor && function == out.free() - 1) {
            base = function;
        } else {
            base = out.reserve(1);
            if (method == null) {
                out.emit(function < 0 ? Op.LOAD : Op.MOVE, base, function < 0 ? ~function : function, 0);
            }
        }
        if (method != null) {
            out.reserve(1);
            out.at(call.line());
            out.emit(Op.SELF, base, function, ~out.constant(method));
            out.describe(call.function(), null);
        }
        int arguments = openList(call.arguments());
        int self = method != null ? 1 : 0;
        out.at(call.line());
        out.emit(tail ? Op.TAIL_CALL : Op.CALL, base, arguments < 0 ? arguments - self : arguments + self, results);
        out.describe(method != null ? call : call.function(), null);
        out.release(base + 1);
        return base;
    }

    /** Computes values into the registers from the first free one. Gives their count, or ~count before an open end. */
    int openList(List<Expr> values) {
        for (int i = 0; i < values.size(); i++) {
            Expr value = values.get(i);
            if (i == values.size() - 1 && value.isMulti()) {
                open(value);
                return ~i;
            }
            into(value, out.reserve(1));
        }
        return values.size();
    }

    private void open(Expr value) {
        int mark = out.free();
        if (value instanceof Expr.Call call) {
            call(call, -1, false);
        } else {
            out.emit(Op.VARARGS, mark, -1, 0);
        }
        out.release(mark);
    }

    /** Computes exactly {@code wanted} values into the registers from the first free one, which are then taken. */
    void list(List<Expr> values, int wanted, int line) {
        int first = out.free();
        for (int i = 0; i < values.size(); i++) {
            Expr value = values.get(i);
            boolean last = i == values.size() - 1;
            if (last && value.isMulti() && wanted > i + 1) {
                int rest = wanted - i;
                if (value instanceof Expr.Call call) {
                    call(call, rest, false);
                    out.release(first + i);
                    out.reserve(rest);
                } else {
                    out.emit(Op.VARARGS, out.reserve(rest), rest, 0);
                }
                return;
            }
            int register = out.reserve(1);
            into(value, register);
            if (i >= wanted) {
                out.release(register);
            }
        }
        out.at(line);
        int missing = wanted - values.size();
        if (missing > 0) {
            out.emit(Op.NIL, out.reserve(missing), missing, 0);
        }
    }

    private void concat(Expr.Concat e, int target) {
        int mark = out.free();
        int base = out.free();
        for (Expr part : e.parts()) {
            into(part, out.reserve(1));
        }
        out.at(e.line());
        out.emit(Op.CONCAT, target, base, e.parts().size());
        out.describe(e, null);
        out.release(mark);
    }

    private void unary(Expr.Unary e, int target) {
        int mark = out.free();
        int operand = operand(e.operand());
        out.at(e.line());
        int op = e.operator() == Operator.NEGATE ? Op.NEGATE : e.operator() == Operator.NOT ? Op.NOT : Op.LENGTH;
        out.emit(op, target, operand, 0);
        out.describe(named(e.operand(), operand), null);
        out.release(mark);
    }

    private void logical(Expr.Logical e, int target) {
        int mark = out.free();
        // A part may read the variable that the whole is assigned to.
        int into = target < mark && e.parts().size() > 1 ? out.reserve(1) : target;
        List<Integer> done = new ArrayList<>();
        for (int i = 0; i < e.parts().size(); i++) {
            into(e.parts().get(i), into);
            if (i < e.parts().size() - 1) {
                done.add(out.emit(e.and() ? Op.IF_FALSE : Op.IF_TRUE, 0, into, 0));
            }
        }
        out.patchHere(done);
        if (into != target) {
            out.emit(Op.MOVE, target, into, 0);
        }
        out.release(mark);
    }

    /** Jumps that are taken if the condition is {@code when}. */
    List<Integer> jump(Expr e, boolean when) {
        int mark = out.free();
        List<Integer> jumps = new ArrayList<>();
        switch (e) {
            case Expr.Paren(Expr inner) -> jumps.addAll(jump(inner, when));
            case Expr.Unary unary when unary.operator() == Operator.NOT -> jumps.addAll(jump(unary.operand(), !when));
            case Expr.Binary binary when binary.operator().isComparison() -> {
                boolean late = binary.left() instanceof Expr.LocalName(Local local) && local.isCaptured();
                int early = late ? 0 : operand(binary.left());
                int right = operand(binary.right());
                int left = late ? operand(binary.left()) : early;
                out.at(binary.line());
                jumps.add(compare(binary, left, right, when));
            }
            case Expr.Logical logical -> {
                List<Integer> over = new ArrayList<>();
                List<Expr> parts = logical.parts();
                for (int i = 0; i < parts.size(); i++) {
                    boolean last = i == parts.size() - 1;
                    // "and" is false as soon as one part is, "or" is true as soon as one part is.
                    boolean decides = !logical.and();
                    if (last || decides == when) {
                        jumps.addAll(jump(parts.get(i), when));
                    } else {
                        over.addAll(jump(parts.get(i), decides));
                    }
                }
                out.patchHere(over);
            }
            default -> {
                int operand = operand(e);
                jumps.add(out.emit(when ? Op.IF_TRUE : Op.IF_FALSE, 0, operand, 0));
            }
        }
        out.release(mark);
        return jumps;
    }

    private void table(Expr.Table e, int target) {
        int mark = out.free();
        int elements = 0;
        for (Expr.Item item : e.items()) {
            elements += item.key() == null ? 1 : 0;
        }
        int nodes = e.items().size() - elements;
        Expr.Item end = e.items().isEmpty() ? null : e.items().getLast();
        boolean open = end != null && end.key() == null && end.value().isMulti();
        int table = out.reserve(1);
        out.at(e.line());
        out.emit(Op.TABLE, table, room(open ? elements - 1 : elements), room(nodes));
        int stored = 0;
        int pending = 0;
        for (Expr.Item item : e.items()) {
            Expr key = item.key();
            if (key != null) {
                field(table, key, item);
                continue;
            }
            if (open && item == end) {
                open(item.value());
                out.at(item.line());
                out.emit(Op.SET_LIST, table, stored + 1, ~pending);
                pending = 0;
                break;
            }
            into(item.value(), out.reserve(1));
            if (++pending == LIST_BATCH) {
                out.at(item.line());
                out.emit(Op.SET_LIST, table, stored + 1, pending);
                stored += pending;
                pending = 0;
                out.release(table + 1);
            }
        }
        if (pending > 0) {
            out.emit(Op.SET_LIST, table, stored + 1, pending);
        }
        if (table != target) {
            out.emit(Op.MOVE, target, table, 0);
        }
        out.release(mark);
    }

    /** For how many C makes room: its instruction has three bits and an exponent for them. */
    private static int room(int count) {
        int exponent = 0;
        int bits = count;
        while (bits >= 16) {
            bits = bits + 1 >> 1;
            exponent++;
        }
        return bits << exponent;
    }

    private void field(int table, Expr key, Expr.Item item) {
        int mark = out.free();
        int k = operand(key);
        int v = operand(item.value());
        out.at(item.line());
        out.emit(Op.SET_INDEX, table, k, v);
        out.release(mark);
    }
}
