package dev.balsa.node.lua;

import java.util.ArrayList;
import java.util.List;

/** Makes code of a function: the statements. */
final class Generator {
    private final Expr.FunctionBody body;
    private final CodeBuffer out;
    private final Expressions expressions;
    private final List<List<Integer>> breaks = new ArrayList<>();

    Generator(Parsed parsed) {
        this(parsed.body(), parsed.chunk());
    }

    private Generator(Expr.FunctionBody body, String chunk) {
        this.body = body;
        this.out = new CodeBuffer(chunk);
        this.expressions = new Expressions(out);
    }

    /** A parsed chunk with its name. */
    record Parsed(Expr.FunctionBody body, String chunk) {}

    Proto generate() {
        out.at(body.line());
        for (Local parameter : body.parameters()) {
            parameter.register(out.reserve(1));
        }
        for (Local parameter : body.parameters()) {
            if (parameter.isCaptured()) {
                out.emit(Op.BOX, parameter.register(), 0, 0);
            }
        }
        statements(body.body());
        out.at(body.endLine());
        out.emit(Op.RETURN, 0, 0, 0);
        int[] captures = new int[body.captures().size()];
        for (int i = 0; i < captures.length; i++) {
            Expr.Capture capture = body.captures().get(i);
            Local local = capture.local();
            captures[i] = local != null ? local.register() : ~capture.upvalue();
        }
        return out.build(body, captures);
    }

    static Proto child(Expr.FunctionBody body, String chunk) {
        return new Generator(body, chunk).generate();
    }

    private void block(List<Statement> statements) {
        int mark = out.free();
        statements(statements);
        out.release(mark);
    }

    private void statements(List<Statement> statements) {
        for (Statement statement : statements) {
            statement(statement);
        }
    }

    private void statement(Statement statement) {
        switch (statement) {
            case Statement.Declare s -> declare(s);
            case Statement.Assign s -> assign(s);
            case Statement.Run s -> {
                int mark = out.free();
                expressions.call(s.call(), 0, false);
                out.release(mark);
            }
            case Statement.Do s -> block(s.body());
            case Statement.While s -> whileLoop(s);
            case Statement.Repeat s -> repeatLoop(s);
            case Statement.If s -> conditional(s);
            case Statement.NumericFor s -> numericFor(s);
            case Statement.GenericFor s -> genericFor(s);
            case Statement.LocalFunction s -> localFunction(s);
            case Statement.Return s -> returns(s);
            case Statement.Break s -> {
                out.at(s.line());
                breaks.getLast().add(out.emit(Op.JUMP, 0, 0, 0));
            }
        }
    }

    private void bind(Local local, int register) {
        local.register(register);
        if (local.isCaptured()) {
            out.emit(Op.BOX, register, 0, 0);
        }
    }

    private void declare(Statement.Declare s) {
        int first = out.free();
        expressions.list(s.values(), s.locals().size(), s.line());
        for (int i = 0; i < s.locals().size(); i++) {
            bind(s.locals().get(i), first + i);
        }
        out.release(first + s.locals().size());
    }

    private void localFunction(Statement.LocalFunction s) {
        int register = out.reserve(1);
        Local local = s.local();
        local.register(register);
        if (local.isCaptured()) {
            out.emit(Op.NIL, register, 1, 0);
            out.emit(Op.BOX, register, 0, 0);
            int made = expressions.operand(s.function());
            out.emit(Op.SET_CELL, register, made, 0);
            out.release(register + 1);
        } else {
            expressions.into(s.function(), register);
        }
    }

    /** A target of an assignment with its operands computed. */
    private record Target(Expr expr, int table, int key) {}

    private void assign(Statement.Assign s) {
        int mark = out.free();
        if (s.targets().size() == 1 && s.values().size() == 1) {
            Expr target = s.targets().getFirst();
            if (target instanceof Expr.LocalName(Local local) && !local.isCaptured()) {
                out.at(s.line());
                expressions.into(s.values().getFirst(), local.register());
            } else {
                Target ready = target(target, s);
                int value = expressions.operand(s.values().getFirst());
                store(ready, value, s.line());
            }
            out.release(mark);
            return;
        }
        List<Target> targets = new ArrayList<>();
        for (Expr target : s.targets()) {
            targets.add(target(target, s));
        }
        int first = out.free();
        int count = targets.size();
        expressions.list(s.values(), count, s.line());
        for (int i = count - 1; i >= 0; i--) {
            store(targets.get(i), first + i, s.line());
        }
        out.release(mark);
    }

    private Target target(Expr target, Statement.Assign s) {
        if (!(target instanceof Expr.Index index)) {
            return new Target(target, 0, 0);
        }
        int table = stable(index.table(), s);
        int key = stable(index.key(), s);
        return new Target(target, table, key);
    }

    /** An operand that the assignments of the same statement do not change. */
    private int stable(Expr e, Statement.Assign s) {
        if (e instanceof Expr.LocalName(Local local)
                && (local.isCaptured() || s.targets().size() > 1 && s.targets().contains(e))) {
            int register = out.reserve(1);
            expressions.into(e, register);
            return register;
        }
        return expressions.operand(e);
    }

    private void store(Target target, int value, int line) {
        out.at(line);
        switch (target.expr()) {
            case Expr.LocalName(Local local) -> {
                if (local.isCaptured()) {
                    out.emit(Op.SET_CELL, local.register(), value, 0);
                } else {
                    out.emit(value < 0 ? Op.LOAD : Op.MOVE, local.register(), value < 0 ? ~value : value, 0);
                }
            }
            case Expr.UpvalueName(int index, String _) -> out.emit(Op.SET_UPVALUE, index, value, 0);
            case Expr.GlobalName(LuaString name, int _) -> {
                out.emit(Op.SET_GLOBAL, ~out.constant(name), value, 0);
                out.describe(target.expr(), null);
            }
            case Expr.Index index -> {
                out.emit(Op.SET_INDEX, target.table(), target.key(), value);
                out.describe(index.table(), null);
            }
            default -> throw new IllegalStateException("no target: " + target);
        }
    }

    private List<Integer> enterLoop() {
        List<Integer> exits = new ArrayList<>();
        breaks.add(exits);
        return exits;
    }

    private void leaveLoop() {
        out.patchHere(breaks.removeLast());
    }

    private void back(int start) {
        out.emit(Op.LOOP, start, cost(start), 0);
    }

    private int cost(int start) {
        return Math.max(1, (out.pc() - start) / Op.SIZE);
    }

    private void whileLoop(Statement.While s) {
        int start = out.pc();
        List<Integer> exits = enterLoop();
        exits.addAll(expressions.jump(s.condition(), false));
        block(s.body());
        out.at(s.line());
        back(start);
        leaveLoop();
    }

    private void repeatLoop(Statement.Repeat s) {
        int start = out.pc();
        List<Integer> exits = enterLoop();
        int mark = out.free();
        statements(s.body());
        exits.addAll(expressions.jump(s.condition(), true));
        out.release(mark);
        out.at(s.line());
        back(start);
        leaveLoop();
    }

    private void conditional(Statement.If s) {
        List<Integer> ends = new ArrayList<>();
        int conditions = s.conditions().size();
        for (int i = 0; i < s.blocks().size(); i++) {
            boolean last = i == s.blocks().size() - 1;
            List<Integer> over = i < conditions ? expressions.jump(s.conditions().get(i), false) : List.of();
            block(s.blocks().get(i));
            if (!last) {
                ends.add(out.emit(Op.JUMP, 0, 0, 0));
            }
            out.patchHere(over);
        }
        out.patchHere(ends);
    }

    private void numericFor(Statement.NumericFor s) {
        int mark = out.free();
        int base = out.reserve(3);
        expressions.into(s.first(), base);
        expressions.into(s.last(), base + 1);
        Expr step = s.step();
        expressions.into(step == null ? new Expr.Constant(1.0) : step, base + 2);
        out.at(s.line());
        int prepare = out.emit(Op.FOR_PREPARE, base, 0, 0);
        int start = out.pc();
        enterLoop();
        bind(s.variable(), out.reserve(1));
        block(s.body());
        out.patch(prepare, out.pc());
        out.at(s.line());
        out.emit(Op.FOR_LOOP, base, start, cost(start));
        leaveLoop();
        out.release(mark);
    }

    private void genericFor(Statement.GenericFor s) {
        int mark = out.free();
        int base = out.free();
        expressions.list(s.values(), 3, s.line());
        out.release(base);
        out.reserve(3);
        int start = out.pc();
        out.at(s.line());
        enterLoop();
        int variables = out.reserve(s.variables().size());
        int call = out.emit(Op.FOR_CALL, base, 0, s.variables().size());
        for (int i = 0; i < s.variables().size(); i++) {
            bind(s.variables().get(i), variables + i);
        }
        block(s.body());
        out.at(s.line());
        back(start);
        out.patch(call, out.pc());
        leaveLoop();
        out.release(mark);
    }

    private void returns(Statement.Return s) {
        int mark = out.free();
        List<Expr> values = s.values();
        if (values.size() == 1 && values.getFirst() instanceof Expr.Call call) {
            int base = expressions.call(call, -1, true);
            out.emit(Op.RETURN, base, ~0, 0);
        } else if (values.size() == 1 && !values.getFirst().isMulti()) {
            int value = expressions.operand(values.getFirst());
            if (value < 0) {
                int register = out.reserve(1);
                out.emit(Op.LOAD, register, ~value, 0);
                value = register;
            }
            out.at(s.line());
            out.emit(Op.RETURN, value, 1, 0);
        } else {
            int base = out.free();
            int count = expressions.openList(values);
            out.at(s.line());
            out.emit(Op.RETURN, base, count, 0);
        }
        out.release(mark);
    }
}
