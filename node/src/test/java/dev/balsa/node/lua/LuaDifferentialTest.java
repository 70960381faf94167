package dev.balsa.node.lua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same programs here and in Debian's lua5.1: what they print must be the same bytes, errors included. */
class LuaDifferentialTest {
    /** A collection would take the keys of strings without values away, whenever it comes. */
    private static final String HOST = """
            collectgarbage("stop")
            local f, e = loadstring(io.open(arg[1], "rb"):read("*a"), "=main")
            if not f then print("error: " .. e) return end
            local ok, e = pcall(f)
            if not ok then print("error: " .. tostring(e)) end
            """;
    private static final String LUA = "lua5.1";
    private static final int TABLES = Integer.getInteger("balsa.tables", 4000);
    private static final long SEED = Long.getLong("balsa.seed", new Random().nextLong());

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);

    @BeforeAll
    static void say_the_seed() {
        System.out.println("LuaDifferentialTest -Dbalsa.seed=" + SEED);
    }

    @BeforeEach
    void lua_is_installed() {
        assumeTrue(isInstalled(), "lua5.1 is not installed: nothing to compare with");
    }

    private static boolean isInstalled() {
        String[] directories = System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1);
        return Arrays.stream(directories).anyMatch(in -> Files.isExecutable(Path.of(in, LUA)));
    }

    private String real(String source) throws IOException, InterruptedException {
        Path host = Files.writeString(directory.resolve("host.lua"), HOST);
        Path script = Files.write(directory.resolve("script.lua"), source.getBytes(StandardCharsets.ISO_8859_1));
        Process process =
                new ProcessBuilder(LUA, host.toString(), script.toString()).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        process.waitFor();
        return out;
    }

    private void same(String source) throws IOException, InterruptedException {
        // What sign the machine gives to what is no number, C prints; here it is always the same.
        String expected = real(source).replaceAll("(?<![\\w-])nan\\b", "-nan");
        String[] lines = source.split("\n", -1);
        String[] wanted = expected.split("\n", -1);
        String[] found = LuaHost.run(source).split("\n", -1);
        for (int i = 0; i < wanted.length && i < found.length; i++) {
            String line = i < lines.length ? lines[i] : "";
            assertThat(found[i]).as("line %s of the output; seed %s; %s", i + 1, SEED, line).isEqualTo(wanted[i]);
        }
        assertThat(found).hasSameSizeAs(wanted);
    }

    @Test
    void numbers_print_as_in_c() throws IOException, InterruptedException {
        StringBuilder source = new StringBuilder("local f = string.format\n");
        String[] formats = {"%.14g", "%.17g", "%g", "%5.2f", "%e", "%.3f", "%10.4g", "%-12.1e|", "%+.0f"};
        for (int i = 0; i < 20_000; i++) {
            double d = switch (i % 4) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextInt(2_000_000) / 1000.0;
                case 2 -> random.nextLong() / 1e5;
                default -> (random.nextInt(200_000) * 10 + 5) / Math.pow(10, random.nextInt(16));
            };
            if (Double.isNaN(d) || Double.isInfinite(d)) {
                continue;
            }
            source.append("print(").append(d).append(", f('").append(formats[i % formats.length]).append("',").append(d)
                    .append("))\n");
        }
        same(source.toString());
    }

    @Test
    void expressions_give_the_same_values_and_errors() throws IOException, InterruptedException {
        StringBuilder source = new StringBuilder();
        source.append("local a, b, s, t, n = 3, -2.5, '7', {1, 2, x = 4}, nil; g = 12\n");
        for (int i = 0; i < 4000; i++) {
            source.append("print(pcall(function() return ").append(expression(4)).append(" end))\n");
        }
        same(source.toString().replace("print(pcall", "P(pcall").replaceFirst("\n",
                " local function P(ok, v) if type(v) == 'table' or type(v) == 'function' then v = type(v) end"
                + " print(ok, v) end\n"));
    }

    private String expression(int depth) {
        String[] leaves = {"a", "b", "s", "t", "n", "g", "t.x", "t.y", "t[1]", "1", "0.5", "'x'", "'10'", "nil", "true",
            "false", "t.x.y", "u", "#t", "#s"};
        if (depth == 0 || random.nextInt(5) == 0) {
            return leaves[random.nextInt(leaves.length)];
        }
        String[] operators = {"+", "-", "*", "/", "%", "^", "..", "==", "~=", "<", "<=", ">", ">="};
        return switch (random.nextInt(8)) {
            case 0 -> "(" + expression(depth - 1) + ")";
            case 1 -> "not " + expression(depth - 1);
            case 2 -> "- " + expression(depth - 1);
            default -> expression(depth - 1) + " " + operators[random.nextInt(operators.length)] + " "
                    + expression(depth - 1);
        };
    }

    @Test
    void patterns_match_the_same() throws IOException, InterruptedException {
        StringBuilder source = new StringBuilder();
        String[] parts = {"a", "b", ".", "%a", "%d", "[ab]", "[^a]", "%s", "(a)", "(.-)", "()", "a*", "b-", ".+", "[%w_]*",
            "%b()", "%f[%w]", "%1", "b?", "$", "^", "%", "[", "(", ")", "[a-c]+", "%S"};
        for (int i = 0; i < 3000; i++) {
            StringBuilder pattern = new StringBuilder();
            for (int k = random.nextInt(5); k >= 0; k--) {
                pattern.append(parts[random.nextInt(parts.length)]);
            }
            StringBuilder subject = new StringBuilder();
            for (int k = random.nextInt(12); k > 0; k--) {
                subject.append("aab(c) 1)".charAt(random.nextInt(9)));
            }
            String call = random.nextBoolean() ? "find('" + subject + "', '" + pattern + "')"
                    : "gsub('" + subject + "', '" + pattern + "', '<%0>')";
            source.append("print(pcall(string.").append(call.replaceFirst("\\(", ",")).append(")\n");
        }
        same(source.toString().replaceAll("(?m)\\)\\)$", "))"));
    }

    @Test
    void tables_grow_shrink_and_sort_the_same() throws IOException, InterruptedException {
        StringBuilder source = new StringBuilder("local t = {}\n");
        for (int i = 0; i < 3000; i++) {
            int k = 1 + random.nextInt(40);
            source.append(switch (random.nextInt(6)) {
                case 0 -> "t[" + k + "] = nil print(t[" + k + "])";
                case 1, 2 -> "t[" + k + "] = " + i + " print(t[" + k + "])";
                case 3 -> "t = {} for i = 1, " + k + " do t[#t + 1] = i end print(#t)";
                case 4 -> "t = {1, 2, 3} t[#t] = nil t['k" + k + "'] = 1 print(#t)";
                default -> "t = {} for i = 1, " + k + " do t[i] = (i * 7919) % 31 end "
                        + "table.sort(t, function(a, b) return a % 7 < b % 7 end) print(table.concat(t, ','))";
            }).append('\n');
        }
        same(source.toString());
    }

    @Test
    void the_length_of_a_table_with_holes_is_the_one_of_c() throws IOException, InterruptedException {
        for (int made = 0; made < TABLES; made += 2000) {
            StringBuilder source = new StringBuilder(LuaTables.HEAD);
            for (int i = 0; i < 2000; i++) {
                source.append(LuaTables.next(random));
            }
            same(source.toString());
        }
    }

    @Test
    void errors_of_the_parser_read_the_same() throws IOException, InterruptedException {
        String[] words = {"local", "x", "=", "1", "function", "(", ")", "end", "if", "then", "return", "'s'", "{", "}",
            ",", "for", "in", "do", "..", "...", "while", "[", "]", ".", ":", "\\n", "break", "repeat", "until", "~", "1x",
            "[[l]]", "--c\\n", "else", "not", "#", "y", ";"};
        StringBuilder source = new StringBuilder();
        for (int i = 0; i < 6000; i++) {
            StringBuilder program = new StringBuilder();
            for (int k = 1 + random.nextInt(12); k > 0; k--) {
                program.append(words[random.nextInt(words.length)]).append(' ');
            }
            source.append("print(select(2, loadstring(\"").append(program).append("\", '=c')))\n");
        }
        same(source.toString());
    }
}
