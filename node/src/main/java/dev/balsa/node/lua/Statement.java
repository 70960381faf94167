package dev.balsa.node.lua;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement. */
sealed interface Statement {
    record Declare(List<Local> locals, List<Expr> values, int line) implements Statement {}

    record Assign(List<Expr> targets, List<Expr> values, int line) implements Statement {}

    record Run(Expr.Call call) implements Statement {}

    record Do(List<Statement> body) implements Statement {}

    record While(Expr condition, List<Statement> body, int line) implements Statement {}

    record Repeat(List<Statement> body, Expr condition, int line) implements Statement {}

    /** As many blocks as conditions, or one more: else. */
    record If(List<Expr> conditions, List<List<Statement>> blocks) implements Statement {}

    record NumericFor(Local variable, Expr first, Expr last, @Nullable Expr step, List<Statement> body, int line)
            implements Statement {}

    record GenericFor(List<Local> variables, List<Expr> values, List<Statement> body, int line)
            implements Statement {}

    record LocalFunction(Local local, Expr.Function function, int line) implements Statement {}

    record Return(List<Expr> values, int line) implements Statement {}

    record Break(int line) implements Statement {}
}
