package dev.balsa.node.lua;

import java.util.Random;

/** Makes programs of one line that build and change a table with holes, and print its lengths in between. */
final class LuaTables {
    /** Comes before the programs, and prints a line of its own. */
    static final String HEAD = "local function pass(...) return ... end "
            + "local function show(t, s) local n, sum = 0, 0 for k, v in pairs(t) do n = n + 1 "
            + "if type(k) == 'number' then sum = sum + k end end "
            + "print(s, #t, table.getn(t), select('#', unpack(t)), table.maxn(t), n, sum) end print('tables')\n";

    private final Random random;
    private final StringBuilder out = new StringBuilder();

    private LuaTables(Random random) {
        this.random = random;
    }

    static String next(Random random) {
        return new LuaTables(random).program();
    }

    private String program() {
        out.append("pass((function(...) local s, t = '', {");
        int items = random.nextInt(4) == 0 ? random.nextInt(120) : random.nextInt(9);
        for (int i = 0; i < items; i++) {
            out.append(item()).append(", ");
        }
        if (random.nextInt(6) == 0) {
            out.append(pick("...", "pass(1, nil, 3)", "pass()", "pass(...)", "(pass(1, 2))"));
        }
        out.append("} ");
        for (int i = random.nextInt(12); i > 0; i--) {
            out.append(change()).append(random.nextBoolean() ? " s = s .. #t .. ' ' " : " ");
        }
        return out.append("show(t, s) end)(1, nil, 'x', nil))\n").toString();
    }

    private String pick(String... of) {
        return of[random.nextInt(of.length)];
    }

    private String item() {
        return switch (random.nextInt(10)) {
            case 0 -> "[" + key() + "] = " + value();
            case 1 -> pick("a", "b", "n", "name") + " = " + value();
            default -> value();
        };
    }

    private String value() {
        return random.nextInt(4) == 0 ? "nil" : pick("1", "'x'", "true", "2.5", "false");
    }

    private int index() {
        return switch (random.nextInt(10)) {
            case 0 -> 1 << random.nextInt(12);
            case 1 -> 1 + random.nextInt(200);
            default -> 1 + random.nextInt(18);
        };
    }

    private String key() {
        return switch (random.nextInt(12)) {
            case 0 -> pick("true", "false", "0", "-0", "1e15", "2^31", "-2^31", "0/1", "1e300");
            case 1 -> random.nextInt(100) / 8.0 + "";
            case 2 -> -1 - random.nextInt(20) + "";
            case 3, 4 -> "'" + "key:of:some:length:".repeat(random.nextInt(4)) + (char) ('a' + random.nextInt(12)) + "'";
            default -> index() + "";
        };
    }

    private String change() {
        int from = index();
        int to = from + random.nextInt(random.nextInt(4) == 0 ? 60 : 9);
        return switch (random.nextInt(20)) {
            case 0, 1, 2 -> "t[" + key() + "] = nil";
            case 3, 4, 5 -> "t[" + key() + "] = " + value();
            case 6 -> "t[#t + 1] = " + value();
            case 7 -> "t[#t] = nil";
            case 8 -> "table.insert(t, " + (random.nextBoolean() ? "" : from + ", ") + "7)";
            case 9 -> "table.remove(t" + (random.nextBoolean() ? "" : ", " + from) + ")";
            case 10 -> "for i = " + from + ", " + to + " do t[i] = i end";
            case 11 -> "for i = " + to + ", " + from + ", -1 do t[i] = -i end";
            case 12 -> "for i = " + from + ", " + to + " do t[i] = nil end";
            case 13 -> "for i = " + from + ", " + to + ", " + (1 + random.nextInt(3)) + " do t[i] = nil end";
            case 14 -> "for i = 1, " + (to - from) + " do t['k' .. i * " + from + "] = i end";
            case 15 -> "for i = 1, " + (to - from) + " do t['k' .. i * " + from + "] = nil end";
            case 16 -> inRandomOrder(to - from);
            case 17 -> "rawset(t, " + key() + ", " + value() + ")";
            case 18 -> "setmetatable(t, {__newindex = function(t, k, v) if k ~= 7 then rawset(t, k, v) end end})";
            default -> "pcall(table.sort, t, function(a, b) return tostring(a) < tostring(b) end)";
        };
    }

    private String inRandomOrder(int count) {
        StringBuilder keys = new StringBuilder();
        for (int i = 0; i <= count; i++) {
            keys.append(key()).append(", ");
        }
        return "for _, k in ipairs({" + keys + "}) do t[k] = " + pick("k", "k", "nil", "1") + " end";
    }
}
