package dev.balsa.node.lua;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Programs that were generated, and such as were then damaged: each ends in its budget, by nothing but an error of Lua or
 * a limit, and the same way in the interpreter and compiled. {@code -Dbalsa.fuzz.seconds=600} looks longer.
 */
class LuaFuzzTest {
    private static final long SEED = Long.getLong("balsa.seed", new Random().nextLong());
    private static final long SECONDS = Long.getLong("balsa.fuzz.seconds", 10);
    private static final int PROGRAMS_A_THREAD = 50;
    private static final Limits LIMITS = new Limits(300_000, 16 << 20, 1_000, 1 << 18);
    private static final String[] PIECES = {
        "end", " end ", "(", ")", "{", "}", "[[", "]]", "'", "\"", "\\", "--", "--[[", "\n", "...", "..", "=", "==", ",",
        ";", ":", "local ", "function ", "return ", "break ", "for ", " in ", " do ", "while ", "repeat ", "until ", "if ",
        " then ", "else ", "elseif ", "nil", "true", "0x", "1e", "1e999", "0", "-", "#", "not ", " and ", " or ", "%", "^",
        "\0", "\u00ff", "goto ", "string.rep('x', 1e9)", "coroutine.yield()", "error()", "error({})", "setmetatable",
        "getfenv()", "setfenv(1, {})", "string.format('%99.99f', 1)", "('x'):rep(100)", "loadstring('return ...')()",
        "table.sort", "string.gsub('abc', '.', print)", "_G", "cjson.encode(_G)", "struct.pack('d', 1)", "unpack({})"};

    @Test
    void whatever_is_given_to_it_it_ends_as_it_should_and_the_same_way_compiled() {
        System.out.println("LuaFuzzTest -Dbalsa.seed=" + SEED);
        long until = System.nanoTime() + SECONDS * 1_000_000_000L;
        long done = 0;
        while (System.nanoTime() < until) {
            long first = SEED + done;
            LuaHost.onDeepStack(() -> {
                for (int i = 0; i < PROGRAMS_A_THREAD; i++) {
                    one(first + i);
                }
                return "";
            });
            done += PROGRAMS_A_THREAD;
        }
        System.out.println("LuaFuzzTest " + done + " programs");
    }

    private static void one(long seed) {
        Random random = new Random(seed);
        String program = LuaPrograms.next(random);
        for (int i = random.nextInt(4); i > 0; i--) {
            program = damaged(program, random);
        }
        String interpreted = ran(program, Integer.MAX_VALUE, seed);
        assertThat(ran(program, random.nextBoolean() ? 0 : random.nextInt(200), seed))
                .as("-Dbalsa.seed=%s\n%s", seed, program).isEqualTo(interpreted);
    }

    private static String ran(String program, int compileAfter, long seed) {
        try {
            return LuaHost.ran(program, LIMITS, compileAfter, true);
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("-Dbalsa.seed=" + seed + "\n" + program, e);
        }
    }

    private static String damaged(String program, Random random) {
        int at = random.nextInt(program.length());
        int to = Math.min(program.length(), at + 1 + random.nextInt(30));
        String piece = program.substring(at, to);
        String before = program.substring(0, at);
        return switch (random.nextInt(5)) {
            case 0 -> before + program.substring(to);
            case 1 -> before + piece + piece + program.substring(to);
            case 2 -> before + PIECES[random.nextInt(PIECES.length)] + program.substring(to);
            case 3 -> before + (char) random.nextInt(256) + program.substring(at + 1);
            default -> before + PIECES[random.nextInt(PIECES.length)] + program.substring(at);
        };
    }
}
