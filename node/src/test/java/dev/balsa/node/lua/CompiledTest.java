package dev.balsa.node.lua;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiled code does what the interpreter does: the same output, the same errors, the same costs to the last byte. */
class CompiledTest {
    private static final long SEED = Long.getLong("balsa.seed", new Random().nextLong());
    private static final int PROGRAMS = Integer.getInteger("balsa.programs", 300);
    private static final int NEVER = Integer.MAX_VALUE;

    @BeforeAll
    static void say_the_seed() {
        System.out.println("CompiledTest -Dbalsa.seed=" + SEED);
    }

    private static void same(String program, Limits limits, int compileAfter, String what) {
        assertThat(LuaHost.measured(program, limits, compileAfter)).as("%s\n%s", what, program)
                .isEqualTo(LuaHost.measured(program, limits, NEVER));
    }

    @Test
    void generated_programs_give_and_cost_the_same_whichever_way_they_run() {
        for (int i = 0; i < PROGRAMS; i++) {
            Random random = new Random(SEED + i);
            String program = LuaPrograms.next(random);
            String what = "-Dbalsa.seed=" + (SEED + i);
            Limits limits = new Limits(3_000_000, 64 << 20, 5_000, 1 << 20);
            same(program, limits, 0, what);
            same(program, limits, 1 + random.nextInt(300), what);
        }
    }

    @Test
    void a_limit_stops_a_program_at_the_same_place_whichever_way_it_runs() {
        for (int i = 0; i < PROGRAMS; i++) {
            Random random = new Random(SEED + i);
            String program = LuaPrograms.next(random);
            String what = "limits, -Dbalsa.seed=" + (SEED + i);
            same(program, new Limits(2_000 + random.nextInt(4000), 64 << 20, 5_000, 1 << 20), 0, what);
            same(program, new Limits(3_000_000, 20_000 + random.nextInt(20_000), 5_000, 1 << 20), 0, what);
            same(program, new Limits(3_000_000, 64 << 20, 10 + random.nextInt(100), 40), random.nextInt(200), what);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "local x = 0 for i = 1, 100 do x = x + i % 7 end return x",
        "local s = '' for i = 1, 10 do s = s .. i .. ',' end return s",
        "local t = {} for i = 1, 100 do t[i] = i * i end local s = 0 for i, v in ipairs(t) do s = s + v end return s",
        "local t = {a = 1, b = 2, c = 3} local s = 0 for k, v in pairs(t) do s = s + v end return s",
        "local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end return fib(15)",
        "local f = {} for i = 1, 3 do f[i] = function() i = i + 1 return i end end f[1]() return f[1]() + f[2]()",
        "local x = 5 x = x + {} return x",
        "local x for i = 1, 3 do x = x + i end",
        "local x = -0 return 1 / x, 1 / (0 * -1)",
        "return 1 / -0.0, -0 == 0",
        "for i = 'a', 2 do end",
        "for i = 1, {} do end",
        "for i = '1', '3' do print(i) end",
        "local n = 0 while true do n = n + 1 if n > 50 then break end end return n",
        "local n = 0 repeat local m = n n = n + 1 until m >= 50 return n",
        "return (function(...) return select('#', ...), ... end)(1, nil, nil)",
        "return (function(...) local a, b, c = ... return c, b, a, arg end)(1, 2)",
        "local t = {(function() return 1, 2, 3 end)()} return #t",
        "return pcall(function() local t t.x = 1 end)",
        "return pcall(function() return #5 end)",
        "return pcall(function() return 1 < 'x' end)",
        "return 0 / 0 == 0 / 0, 0 / 0 < 1, not (0 / 0 < 1), 1 <= 0 / 0",
        "local a = '5' for i = 1, 4 do a = a + 1 end return a",
        "local a = 1 for i = 1, 10 do if i == 5 then a = 'x' end end return a",
        "local co = coroutine.wrap(function() for i = 1, 200 do coroutine.yield(i) end end)"
                + " local s = 0 for i = 1, 200 do s = s + co() end return s",
        "local function gen(n) if n > 0 then coroutine.yield(n) return gen(n - 1) end return 'end' end"
                + " local co = coroutine.wrap(function() local x = 3 local y = gen(150) return x, y end)"
                + " local last for i = 1, 151 do last = co() end return last",
        "local function walk(n) if n > 0 then walk(n - 1) coroutine.yield(n) walk(n - 1) end return n end"
                + " local t = {} for n in coroutine.wrap(function() walk(7) end) do t[#t + 1] = n end return #t",
        "local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end return deep(3000)",
        "local function deep(n) return 1 + deep(n + 1) end return pcall(deep, 1)",
        "local function even(n) if n == 0 then return true end return (function(m) return even(m) end)(n - 1) end"
                + " return even(500)"})
    void these_programs_do_so_too(String program) {
        String source = "print((function(...) print(select('#', ...), ...) end)((function() " + program + " end)()))";
        for (int after : new int[] {0, 1, 40}) {
            same(source, Limits.DEFAULT, after, "");
            same(source, new Limits(400, 1 << 20, 100, 1 << 20), after, "");
        }
    }

    @Test
    void every_function_of_usual_length_is_compiled() {
        for (int i = 0; i < PROGRAMS; i++) {
            Random random = new Random(SEED + i);
            String program = LuaPrograms.next(random);
            Chunk chunk = Chunk.compile(LuaString.of(program), "=main", new Budget(Limits.DEFAULT));
            compile(chunk.main(), "-Dbalsa.seed=" + (SEED + i));
        }
    }

    private static void compile(Proto p, String what) {
        Code code = Compiler.compile(p, p.heat());
        if (p.code().length < 100 * Op.SIZE) {
            assertThat(p.heat().failure()).as("%s line %s", what, p.line()).isNull();
            assertThat(code).as("%s line %s", what, p.line()).isNotNull();
        }
        for (Proto child : p.children()) {
            compile(child, what);
        }
    }

    @Test
    void a_function_that_meets_no_numbers_is_compiled_again_without_the_belief_in_them() {
        String source = "local function add(a, b) return a + b end local s = 0 for i = 1, 50 do s = add(s, i) end"
                + " for i = 1, 50 do s = add('1', i) end local t = setmetatable({}, {__add = function() return 'sum' end})"
                + " for i = 1, 50 do s = add(t, i) end print(s, add(1, 2))";
        for (int after : new int[] {0, 20, 300}) {
            same(source, Limits.DEFAULT, after, "");
        }
        Chunk chunk = Chunk.compile(LuaString.of(source), "=main", new Budget(Limits.DEFAULT));
        LuaState x = LuaHost.state(Limits.DEFAULT, new StringBuilder());
        x.compileAfter(0);
        x.run(chunk);
        Heat add = chunk.main().children()[0].heat();
        assertThat(add.code()).isNotNull();
        assertThat(add.isGeneric(0)).isTrue();
    }

    @Test
    void the_class_of_a_function_goes_with_the_function() {
        WeakReference<Class<?>> type = new WeakReference<>(typeOfSomeFunction());
        for (int i = 0; i < 20 && type.get() != null; i++) {
            System.gc();
        }
        assertThat(type.get()).isNull();
    }

    private static Class<?> typeOfSomeFunction() {
        Proto p = Chunk.compile(LuaString.of("return 1"), "=main", new Budget(Limits.DEFAULT)).main();
        return Objects.requireNonNull(Compiler.compile(p, p.heat())).getClass();
    }
}
