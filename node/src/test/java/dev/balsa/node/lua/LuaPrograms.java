package dev.balsa.node.lua;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes programs: loops in loops, functions in functions, coroutines, metatables, values of every type where numbers
 * are more usual. They end by themselves as a rule; a limit ends the rest. What they compute they print.
 */
final class LuaPrograms {
    private static final int DEPTH_MAX = 4;
    private static final String HEAD = """
            local meta = {}
            meta.__index = function(t, k) return k end
            meta.__add = function(a, b) return 7 end
            meta.__sub = function(a, b) return 'sub' end
            meta.__mul = function(a, b) return setmetatable({}, meta) end
            meta.__unm = function(a) return nil end
            meta.__concat = function(a, b) return 'cat' end
            meta.__lt = function(a, b) return true end
            meta.__eq = function(a, b) return true end
            meta.__call = function(self, a, b) return b, a end
            local object = setmetatable({}, meta)
            local other = setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, 1) end, __index = {y = 5}})
            local function show(...)
              local line = {}
              for i = 1, select('#', ...) do
                local v = select(i, ...)
                line[i] = type(v) == 'table' and 'table' or type(v) == 'function' and 'function'
                  or type(v) == 'thread' and 'thread' or tostring(v)
              end
              print(table.concat(line, ' '))
            end
            local steps = 0
            local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
            local function down(n, m) if n <= 0 then return m end return down(n - 1, (m or 0) + n) end
            local function deep(n) if n <= 0 then return 0 end return 1 + deep(n - 1) end
            local function yielder(n) for i = 1, n do steps = steps + (coroutine.yield(i) or 1) end return n end
            """;

    private final Random random;
    private final StringBuilder out = new StringBuilder();
    private final List<String> names = new ArrayList<>();
    private final List<String> functions = new ArrayList<>();
    private int made;
    private int loops;

    private LuaPrograms(Random random) {
        this.random = random;
    }

    static String next(Random random) {
        LuaPrograms program = new LuaPrograms(random);
        program.out.append(HEAD);
        program.functions.addAll(List.of("fib", "down", "deep", "show", "tostring", "tonumber", "type", "select"));
        program.block(0);
        program.out.append("show(steps");
        program.names.forEach(name -> program.out.append(", ").append(name));
        return program.out.append(")\n").toString();
    }

    private String pick(String... of) {
        return of[random.nextInt(of.length)];
    }

    private String pick(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private void block(int depth) {
        int known = names.size();
        int callable = functions.size();
        for (int i = 2 + random.nextInt(depth == 0 ? 10 : 4); i > 0; i--) {
            statement(depth);
        }
        if (depth > 0) {
            forget(known, callable);
        }
    }

    private void forget(int known, int callable) {
        names.subList(known, names.size()).clear();
        functions.subList(callable, functions.size()).clear();
    }

    private String name() {
        return "v" + ++made;
    }

    private void statement(int depth) {
        boolean deepest = depth >= DEPTH_MAX || names.size() > 60;
        switch (random.nextInt(deepest ? 9 : 19)) {
            case 0, 1 -> {
                String name = name();
                out.append("local ").append(name).append(" = ").append(expression(3)).append('\n');
                names.add(name);
            }
            case 2, 3, 4 -> assign();
            case 5 -> out.append("show(").append(expression(2)).append(", ").append(expression(1)).append(")\n");
            case 6 -> out.append("if ").append(expression(2)).append(" then ").append(assignment()).append(" else ")
                    .append(assignment()).append(" end\n");
            case 7 -> out.append("show(pcall(function() ").append(assignment()).append(" return ")
                    .append(expression(2)).append(" end))\n");
            case 8 -> several();
            case 9, 10, 11 -> numericFor(depth);
            case 12 -> genericFor(depth);
            case 13 -> whileLoop(depth);
            case 14 -> function(depth);
            case 15 -> coroutine(depth);
            case 16 -> {
                out.append("do\n");
                block(depth + 1);
                out.append("end\n");
            }
            case 17 -> {
                out.append("if ").append(expression(2)).append(" then\n");
                block(depth + 1);
                out.append("else\n");
                block(depth + 1);
                out.append("end\n");
            }
            default -> {
                out.append("show(pcall(function(...)\n");
                block(depth + 1);
                out.append("return ...\nend, ").append(expression(1)).append("))\n");
            }
        }
    }

    private void assign() {
        out.append(assignment()).append('\n');
    }

    private String assignment() {
        if (names.isEmpty()) {
            return "steps = steps + 1";
        }
        String name = pick(names);
        return switch (random.nextInt(7)) {
            case 0 -> "if type(" + name + ") == 'table' then " + name + "[" + expression(1) + "] = " + expression(2)
                    + " end";
            case 1, 2, 3 -> name + " = " + name + " " + pick("+", "-", "*", "/", "%") + " " + expression(1);
            case 4 -> "g" + random.nextInt(3) + " = " + expression(1);
            default -> name + " = " + expression(3);
        };
    }

    private void several() {
        String first = name();
        String second = name();
        out.append("local ").append(first).append(", ").append(second).append(" = ");
        out.append(pick("fib(5)", "object(" + expression(1) + ", 2)", "select(" + pick("1", "2", "-1") + ", 1, 2, 3)",
                expression(1), "pcall(error, " + expression(1) + ")")).append('\n');
        names.add(first);
        names.add(second);
        out.append(first).append(", ").append(second).append(" = ").append(second).append(", ").append(first)
                .append('\n');
    }

    private String count() {
        return loops > 1 ? Integer.toString(1 + random.nextInt(4)) : Integer.toString(1 + random.nextInt(60));
    }

    private void loop(int depth, String variable) {
        loops++;
        int known = names.size();
        names.add(variable);
        block(depth + 1);
        if (random.nextInt(5) == 0) {
            out.append("if ").append(expression(2)).append(" then break end\n");
        }
        names.subList(known, names.size()).clear();
        loops--;
        out.append("end\n");
    }

    private void numericFor(int depth) {
        String i = name();
        String range = switch (random.nextInt(6)) {
            case 0 -> count() + ", 1, -1";
            case 1 -> "0.5, " + count() + ", 0.5";
            case 2 -> "'1', " + count();
            case 3 -> "1, " + (names.isEmpty() ? count() : "tonumber(" + pick(names) + ") or " + count());
            default -> "1, " + count();
        };
        out.append("for ").append(i).append(" = ").append(range).append(" do\n");
        out.append("steps = steps + 1 if steps > 3000 then break end\n");
        loop(depth, i);
    }

    private void genericFor(int depth) {
        String k = name();
        String v = name();
        String over = pick("pairs({1, 2, x = 3, y = " + expression(1) + "})", "ipairs({" + expression(1) + ", 2, 3})",
                "coroutine.wrap(function() yielder(3) end)", "string.gmatch('a b c', '%a')");
        out.append("for ").append(k).append(", ").append(v).append(" in ").append(over).append(" do\n");
        names.add(v);
        loop(depth, k);
        names.remove(v);
    }

    private void whileLoop(int depth) {
        String i = name();
        out.append("local ").append(i).append(" = 0\n");
        boolean repeat = random.nextBoolean();
        out.append(repeat ? "repeat\n" : "while " + i + " < " + count() + " do\n");
        out.append(i).append(" = ").append(i).append(" + 1 steps = steps + 1\n");
        if (repeat) {
            loops++;
            int known = names.size();
            int callable = functions.size();
            block(depth + 1);
            forget(known, callable);
            loops--;
            out.append("until ").append(i).append(" > ").append(count()).append(" or steps > 3000\n");
        } else {
            out.append("if steps > 3000 then break end\n");
            loop(depth, i);
        }
    }

    private void function(int depth) {
        String f = "f" + ++made;
        String a = name();
        String b = name();
        boolean variadic = random.nextInt(3) == 0;
        out.append("local function ").append(f).append("(").append(a).append(", ").append(b)
                .append(variadic ? ", ..." : "").append(")\n");
        out.append("steps = steps + 1 if steps > 3000 then return ").append(a).append(" end\n");
        int known = names.size();
        int callable = functions.size();
        int loopsAround = loops;
        names.add(a);
        names.add(b);
        loops++;
        block(depth + 1);
        if (variadic) {
            out.append("show(select('#', ...), ...)\n");
        }
        out.append("return ").append(pick(expression(2), a + ", " + b, pick(functions) + "(" + a + ")",
                variadic ? "..." : b, "")).append("\nend\n");
        loops = loopsAround;
        forget(known, callable);
        functions.add(f);
    }

    private void coroutine(int depth) {
        String co = name();
        out.append("local ").append(co).append(" = coroutine.create(function(x)\n");
        int known = names.size();
        int callable = functions.size();
        out.append("local c = x\n");
        names.add("c");
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            block(depth + 1);
            out.append(pick("c = coroutine.yield(c)\n", "yielder(" + count() + ")\n",
                    "for i = 1, " + count() + " do c = (coroutine.yield(i) or 0) end\n"));
        }
        forget(known, callable);
        out.append("end)\n");
        out.append("for i = 1, ").append(count()).append(" do local ok, y = coroutine.resume(").append(co)
                .append(", i) show(ok, y) if not ok then break end end\n");
        names.add(co);
    }

    private String leaf() {
        return switch (random.nextInt(names.isEmpty() ? 7 : 16)) {
            case 0 -> Integer.toString(random.nextInt(20));
            case 1 -> pick("0.5", "-3", "1e300", "-0", "2^53");
            case 2 -> pick("'x'", "'10'", "''", "'0x10'");
            case 3 -> pick("nil", "true", "false");
            case 4 -> pick("object", "other", "{}", "{1, 2, 3}", "{x = 1}");
            case 5 -> pick("steps", "g1", "g2", "object.x", "other.y", "other.z");
            case 6 -> pick("#'abc'", "(fib(6))", "deep(120)", "down(30)", "0/0", "1/0");
            default -> pick(names);
        };
    }

    private String expression(int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return leaf();
        }
        String left = expression(depth - 1);
        return switch (random.nextInt(16)) {
            case 0 -> "(" + left + ")";
            case 1 -> "not " + left;
            case 2 -> "-" + left.replaceFirst("^-+", "");
            case 3 -> pick(functions) + "(" + left + ")";
            case 4 -> "(" + left + " " + pick("and", "or") + " " + expression(depth - 1) + ")";
            case 5 -> "(" + left + " " + pick("==", "~=", "<", "<=", ">", ">=") + " " + expression(depth - 1) + ")";
            case 6 -> "(" + left + " .. " + expression(depth - 1) + ")";
            case 7 -> "(function(a, ...) local b = a " + (names.isEmpty() ? "" : pick(names) + " = a ")
                    + "return a, b, ... end)(" + left + ", 1)";
            case 8 -> "({" + left + ", 5, k = " + left + "})" + pick("[1]", "[2]", ".k", "[3]");
            default -> "(" + left + " " + pick("+", "-", "*", "/", "%", "+", "*", "-", "^") + " " + expression(depth - 1)
                    + ")";
        };
    }
}
