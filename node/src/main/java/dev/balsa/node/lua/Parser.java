package dev.balsa.node.lua;

import java.util.ArrayList;
import java.util.List;

/** Reads a chunk, and resolves its names. Its messages are those of Lua 5.1. */
final class Parser {
    private static final int LEVELS_MAX = 200;

    private final Lexer lexer;
    private Scope scope;
    private int levels;

    Parser(byte[] source, String chunk) {
        lexer = new Lexer(source, chunk);
        scope = new Scope(null, lexer, 0);
    }

    String chunk() {
        return lexer.chunk();
    }

    /** The whole source as a function of any number of arguments. */
    Expr.FunctionBody parse() {
        scope.makeVariadic();
        lexer.next();
        List<Statement> body = block();
        check(Token.END);
        return new Expr.FunctionBody(0, List.of(), true, false, scope.captures(), body, lexer.line());
    }

    private Token token() {
        return lexer.token();
    }

    private boolean accept(Token token) {
        if (token() != token) {
            return false;
        }
        lexer.next();
        return true;
    }

    private void check(Token token) {
        if (token() != token) {
            throw lexer.error("'" + token.text() + "' expected");
        }
    }

    private void expect(Token token) {
        check(token);
        lexer.next();
    }

    private void match(Token what, Token opened, int line) {
        if (accept(what)) {
            return;
        }
        throw line == lexer.line() ? lexer.error("'" + what.text() + "' expected")
                : lexer.error("'" + what.text() + "' expected (to close '" + opened.text() + "' at line " + line + ")");
    }

    private LuaString name() {
        check(Token.NAME);
        LuaString name = (LuaString) lexer.value();
        lexer.next();
        return name;
    }

    private void enter() {
        if (++levels > LEVELS_MAX) {
            throw lexer.plainError("chunk has too many syntax levels");
        }
    }

    private List<Statement> block() {
        int mark = scope.mark();
        List<Statement> body = statements();
        scope.release(mark);
        return body;
    }

    private List<Statement> statements() {
        enter();
        List<Statement> body = new ArrayList<>();
        boolean last = false;
        while (!last && !endsBlock(token())) {
            last = token() == Token.RETURN || token() == Token.BREAK;
            body.add(statement());
            accept(Token.SEMICOLON);
        }
        levels--;
        return body;
    }

    private static boolean endsBlock(Token token) {
        return switch (token) {
            case ELSE, ELSEIF, END_WORD, END, UNTIL -> true;
            default -> false;
        };
    }

    private Statement statement() {
        int line = lexer.line();
        return switch (token()) {
            case IF -> ifStatement(line);
            case WHILE -> whileStatement(line);
            case DO -> {
                lexer.next();
                List<Statement> body = block();
                match(Token.END_WORD, Token.DO, line);
                yield new Statement.Do(body);
            }
            case FOR -> forStatement(line);
            case REPEAT -> repeatStatement(line);
            case FUNCTION -> functionStatement(line);
            case LOCAL -> {
                lexer.next();
                yield accept(Token.FUNCTION) ? localFunction() : localStatement();
            }
            case RETURN -> returnStatement();
            case BREAK -> {
                lexer.next();
                if (!scope.inLoop()) {
                    throw lexer.error("no loop to break");
                }
                yield new Statement.Break(lexer.lastLine());
            }
            default -> expressionStatement();
        };
    }

    private Statement ifStatement(int line) {
        List<Expr> conditions = new ArrayList<>();
        List<List<Statement>> blocks = new ArrayList<>();
        do {
            lexer.next();
            conditions.add(expression());
            expect(Token.THEN);
            blocks.add(block());
        } while (token() == Token.ELSEIF);
        if (accept(Token.ELSE)) {
            blocks.add(block());
        }
        match(Token.END_WORD, Token.IF, line);
        return new Statement.If(conditions, blocks);
    }

    private Statement whileStatement(int line) {
        lexer.next();
        Expr condition = expression();
        scope.enterLoop();
        expect(Token.DO);
        List<Statement> body = block();
        match(Token.END_WORD, Token.WHILE, line);
        scope.leaveLoop();
        return new Statement.While(condition, body, lexer.lastLine());
    }

    private Statement repeatStatement(int line) {
        scope.enterLoop();
        lexer.next();
        int mark = scope.mark();
        List<Statement> body = statements();
        match(Token.UNTIL, Token.REPEAT, line);
        Expr condition = expression();
        scope.release(mark);
        scope.leaveLoop();
        return new Statement.Repeat(body, condition, lexer.lastLine());
    }

    private Statement forStatement(int line) {
        scope.enterLoop();
        int mark = scope.mark();
        lexer.next();
        LuaString first = name();
        Statement loop = switch (token()) {
            case ASSIGN -> numericFor(first, line);
            case COMMA, IN -> genericFor(first, line);
            default -> throw lexer.error("'=' or 'in' expected");
        };
        match(Token.END_WORD, Token.FOR, line);
        scope.release(mark);
        scope.leaveLoop();
        return loop;
    }

    private void hide(int pending) {
        for (String hidden : List.of("(for a)", "(for b)", "(for c)")) {
            scope.checkRoom(pending);
            scope.declare(new Local(hidden));
        }
    }

    private Statement numericFor(LuaString name, int line) {
        lexer.next();
        Expr first = expression();
        expect(Token.COMMA);
        Expr last = expression();
        Expr step = accept(Token.COMMA) ? expression() : null;
        hide(0);
        expect(Token.DO);
        scope.checkRoom(0);
        Local variable = scope.declare(new Local(name.toString()));
        return new Statement.NumericFor(variable, first, last, step, block(), line);
    }

    private Statement genericFor(LuaString first, int line) {
        List<Local> variables = new ArrayList<>();
        variables.add(new Local(first.toString()));
        while (accept(Token.COMMA)) {
            scope.checkRoom(variables.size());
            variables.add(new Local(name().toString()));
        }
        expect(Token.IN);
        int inLine = lexer.line();
        List<Expr> values = expressions();
        hide(0);
        expect(Token.DO);
        variables.forEach(scope::declare);
        return new Statement.GenericFor(variables, values, block(), line == inLine ? line : inLine);
    }

    private Expr resolved(LuaString name) {
        return scope.resolve(name, lexer.lastLine());
    }

    private Statement functionStatement(int line) {
        lexer.next();
        Expr target = resolved(name());
        boolean method = false;
        while (token() == Token.DOT || token() == Token.COLON) {
            method = token() == Token.COLON;
            lexer.next();
            LuaString key = name();
            target = new Expr.Index(target, new Expr.Constant(key), lexer.lastLine());
            if (method) {
                break;
            }
        }
        Expr.Function function = function(method, line);
        return new Statement.Assign(List.of(target), List.of(function), line);
    }

    private Statement localFunction() {
        scope.checkRoom(0);
        Local local = new Local(name().toString());
        scope.declare(local);
        Expr.Function function = function(false, lexer.line());
        return new Statement.LocalFunction(local, function, lexer.lastLine());
    }

    private Statement localStatement() {
        List<Local> locals = new ArrayList<>();
        do {
            scope.checkRoom(locals.size());
            locals.add(new Local(name().toString()));
        } while (accept(Token.COMMA));
        List<Expr> values = accept(Token.ASSIGN) ? expressions() : List.of();
        locals.forEach(scope::declare);
        return new Statement.Declare(locals, values, lexer.lastLine());
    }

    private Statement returnStatement() {
        lexer.next();
        List<Expr> values =
                endsBlock(token()) || token() == Token.SEMICOLON ? List.of() : expressions();
        return new Statement.Return(values, lexer.lastLine());
    }

    private Statement expressionStatement() {
        Expr first = primary();
        if (first instanceof Expr.Call call) {
            return new Statement.Run(call);
        }
        List<Expr> targets = new ArrayList<>();
        checkTarget(first);
        targets.add(first);
        while (accept(Token.COMMA)) {
            Expr target = primary();
            if (targets.size() + levels >= LEVELS_MAX) {
                throw scope.limit(LEVELS_MAX - levels, "variables in assignment");
            }
            checkTarget(target);
            targets.add(target);
        }
        expect(Token.ASSIGN);
        List<Expr> values = expressions();
        return new Statement.Assign(targets, values, lexer.lastLine());
    }

    private void checkTarget(Expr target) {
        boolean variable = target instanceof Expr.LocalName || target instanceof Expr.UpvalueName
                || target instanceof Expr.GlobalName || target instanceof Expr.Index;
        if (!variable) {
            throw lexer.error("syntax error");
        }
    }

    private List<Expr> expressions() {
        List<Expr> all = new ArrayList<>();
        do {
            all.add(expression());
        } while (accept(Token.COMMA));
        return all;
    }

    private Expr expression() {
        return expression(0);
    }

    private Expr expression(int limit) {
        enter();
        Expr left;
        Operator unary = Operator.unary(token());
        if (unary != null) {
            lexer.next();
            Expr operand = expression(unary.left());
            left = Fold.unary(new Expr.Unary(unary, operand, lexer.lastLine()));
        } else {
            left = simple();
        }
        Operator operator = Operator.binary(token());
        while (operator != null && operator.left() > limit) {
            lexer.next();
            Expr right = expression(operator.right());
            left = binary(operator, left, right);
            operator = Operator.binary(token());
        }
        levels--;
        return left;
    }

    private Expr binary(Operator operator, Expr left, Expr right) {
        int line = lexer.lastLine();
        if (operator == Operator.AND || operator == Operator.OR) {
            boolean and = operator == Operator.AND;
            List<Expr> parts;
            if (left instanceof Expr.Logical logical && logical.and() == and) {
                parts = logical.parts();
            } else {
                parts = new ArrayList<>();
                parts.add(left);
            }
            parts.add(right);
            return new Expr.Logical(and, parts);
        }
        if (operator == Operator.CONCAT) {
            List<Expr> parts = new ArrayList<>();
            parts.add(left);
            if (right instanceof Expr.Concat concat) {
                parts.addAll(concat.parts());
            } else {
                parts.add(right);
            }
            return new Expr.Concat(parts, line);
        }
        return Fold.binary(new Expr.Binary(operator, left, right, line));
    }

    private Expr simple() {
        Expr constant = switch (token()) {
            case NUMBER, STRING -> new Expr.Constant(lexer.value());
            case NIL -> new Expr.Constant(Nil.NIL);
            case TRUE -> new Expr.Constant(true);
            case FALSE -> new Expr.Constant(false);
            case DOTS -> varargs();
            case OPEN_BRACE -> {
                yield table();
            }
            case FUNCTION -> {
                lexer.next();
                yield function(false, lexer.line());
            }
            default -> primary();
        };
        if (constant instanceof Expr.Constant || constant instanceof Expr.Varargs) {
            lexer.next();
        }
        return constant;
    }

    private Expr varargs() {
        if (!scope.isVariadic()) {
            throw lexer.error("cannot use '...' outside a vararg function");
        }
        scope.useVarargs();
        return new Expr.Varargs();
    }

    private Expr primary() {
        int line = lexer.line();
        Expr e;
        if (accept(Token.OPEN)) {
            Expr inner = expression();
            match(Token.CLOSE, Token.OPEN, line);
            e = new Expr.Paren(inner);
        } else if (token() == Token.NAME) {
            e = resolved(name());
        } else {
            throw lexer.error("unexpected symbol");
        }
        while (true) {
            switch (token()) {
                case DOT -> {
                    lexer.next();
                    LuaString key = name();
                    e = new Expr.Index(e, new Expr.Constant(key), lexer.lastLine());
                }
                case OPEN_BRACKET -> e = new Expr.Index(e, bracketed(), lexer.lastLine());
                case COLON -> {
                    lexer.next();
                    LuaString method = name();
                    int callLine = lexer.line();
                    e = new Expr.Call(e, method, arguments(), callLine);
                }
                case OPEN, STRING, OPEN_BRACE -> {
                    int callLine = lexer.line();
                    e = new Expr.Call(e, null, arguments(), callLine);
                }
                default -> {
                    return e;
                }
            }
        }
    }

    private Expr bracketed() {
        lexer.next();
        Expr key = expression();
        expect(Token.CLOSE_BRACKET);
        return key;
    }

    private List<Expr> arguments() {
        int line = lexer.line();
        switch (token()) {
            case OPEN -> {
                if (line != lexer.lastLine()) {
                    throw lexer.error("ambiguous syntax (function call x new statement)");
                }
                lexer.next();
                List<Expr> all = token() == Token.CLOSE ? List.of() : expressions();
                match(Token.CLOSE, Token.OPEN, line);
                return all;
            }
            case OPEN_BRACE -> {
                return List.of(table());
            }
            case STRING -> {
                Expr text = new Expr.Constant(lexer.value());
                lexer.next();
                return List.of(text);
            }
            default -> throw lexer.error("function arguments expected");
        }
    }

    private Expr table() {
        int line = lexer.line();
        List<Expr.Item> items = new ArrayList<>();
        expect(Token.OPEN_BRACE);
        while (token() != Token.CLOSE_BRACE) {
            items.add(item());
            if (!accept(Token.COMMA) && !accept(Token.SEMICOLON)) {
                break;
            }
        }
        match(Token.CLOSE_BRACE, Token.OPEN_BRACE, line);
        return new Expr.Table(items, line);
    }

    private Expr.Item item() {
        if (token() == Token.NAME && lexer.peek() == Token.ASSIGN) {
            Expr key = new Expr.Constant(name());
            expect(Token.ASSIGN);
            Expr value = expression();
            return new Expr.Item(key, value, lexer.lastLine());
        }
        if (token() == Token.OPEN_BRACKET) {
            Expr key = bracketed();
            expect(Token.ASSIGN);
            Expr value = expression();
            return new Expr.Item(key, value, lexer.lastLine());
        }
        Expr value = expression();
        return new Expr.Item(null, value, lexer.lastLine());
    }

    private Expr.Function function(boolean method, int line) {
        Scope outer = scope;
        scope = new Scope(outer, lexer, line);
        expect(Token.OPEN);
        List<Local> parameters = new ArrayList<>();
        if (method) {
            parameters.add(scope.declare(new Local("self")));
        }
        if (token() != Token.CLOSE) {
            do {
                if (accept(Token.DOTS)) {
                    scope.makeVariadic();
                } else if (token() == Token.NAME) {
                    scope.checkRoom(0);
                    parameters.add(scope.declare(new Local(name().toString())));
                } else {
                    throw lexer.error("<name> or '...' expected");
                }
            } while (!scope.isVariadic() && accept(Token.COMMA));
        }
        boolean variadic = scope.isVariadic();
        if (variadic) {
            parameters.add(scope.declare(new Local("arg")));
        }
        expect(Token.CLOSE);
        List<Statement> body = block();
        int endLine = lexer.line();
        match(Token.END_WORD, Token.FUNCTION, line);
        Expr.FunctionBody made = new Expr.FunctionBody(line, parameters, variadic,
                variadic && !scope.usesVarargs(), scope.captures(), body, endLine);
        scope = outer;
        return new Expr.Function(made);
    }
}
