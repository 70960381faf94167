package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.ScriptLimits;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts that mean harm end within their limits, everywhere with the same text, and the next command runs. */
class HostileScriptsTest {
    private static final ScriptLimits SMALL = new ScriptLimits(20_000_000, 64L << 20, 10);
    /** Half of what a node's loop has. */
    private static final long STACK_BYTES = 8L << 20;

    @ParameterizedTest
    @ValueSource(strings = {
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do redis.pcall('get', 'x') end",
        "while true do redis.pcall('nosuch') end",
        "local i = 0 while true do i = i + 1 redis.call('set', 'k' .. i % 10, i) end",
        "local t = {} while true do t[#t + 1] = redis.call('get', 'big') end",
        "local t = {} while true do t[#t + 1] = redis.call('lrange', 'list', 0, -1) end",
        "local t = {} for i = 1, 2^26 do t[i] = i end",
        "local t = {} while true do t[{}] = true end",
        "local s = 'x' while true do s = s .. s redis.call('echo', s) end",
        "local t = {} t[1] = t while true do pcall(cjson.encode, t) end",
        "local t = {} for i = 1, 100000 do t[i] = true end for i = 1, 100000 do t[i] = nil end while true do next(t) end",
        "local t = {} for i = 1, 30 do t = {t, t} end return t",
        "local f = {} for i = 1, 1e6 do f[i] = coroutine.create(function(...) local a, b, c, d, e, f, g, h coroutine.yield() end)"
                + " coroutine.resume(f[i]) end",
        "local function f(n) if n == 0 then coroutine.yield() else f(n - 1) end end local t = {} for i = 1, 1e6 do"
                + " t[i] = coroutine.wrap(function() f(15000) end) t[i]() end",
        "while true do redis.log(redis.LOG_DEBUG, string.rep('x', 1000000)) end",
        "while true do redis.sha1hex(string.rep('x', 1000000)) end",
        "while true do string.format('%99d', 1) end"})
    void a_script_without_end_ends_by_its_limit_and_the_next_command_runs(String script) throws IOException {
        String first = ended(script);
        assertThat(first).startsWith("(error) ERR script exceeded its ");
        assertThat(ended(script)).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "local function f() return 1 + f() end f()",
        "local function f() pcall(f) error('x') end f()",
        "local function f() return coroutine.wrap(f)() end f()",
        "local function f() table.sort({3, 2, 1}, f) end f()",
        "local function f() string.gsub('x', 'x', f) end f()",
        "local t = setmetatable({}, {__index = function(t, k) return t[k .. 'x'] end}) return t.x",
        "local t = setmetatable({}, {}) getmetatable(t).__index = function(a, k) return a[k] end return t.x",
        "local t = {} for i = 1, 5000 do t = {t} end return cjson.encode(t)",
        "local t = {} for i = 1, 5000 do t = {t} end return cmsgpack.pack(t)",
        "return cjson.decode(('['):rep(100000))",
        "return cmsgpack.unpack(('\\145'):rep(100000))",
        "return loadstring(('('):rep(10000))()",
        "return loadstring('return ' .. ('{'):rep(10000))()",
        "return loadstring('return ' .. ('-'):rep(100000) .. '1')()",
        "return string.find(('a'):rep(300000), ('a?'):rep(300000) .. 'b')",
        "return string.find(('a'):rep(300000), ('(a)'):rep(1000))",
        "error(setmetatable({}, {__tostring = error}))",
        "xpcall(error, error)",
        "return redis.call('x', setmetatable({}, {__index = error}))",
        "return java.lang.System",
        "return redis.call('debug', 'sleep', 100)",
        "return redis.call('balsa', 'exec', '0')",
        "return redis.call('shutdown')"})
    void what_no_script_may_do_is_an_error_on_half_a_loops_stack(String script) throws IOException {
        String first = ended(script);
        assertThat(ended(script)).isEqualTo(first);
    }

    @Test
    void a_reply_nests_no_deeper_than_a_link_takes() throws IOException {
        assertThat(ended("local t = {} t[1] = t return t")).endsWith("(error) ERR reached lua stack limit");
    }

    @Test
    void an_error_without_text_is_unknown() throws IOException {
        assertThat(ended("error({code = 1})")).startsWith("(error) ERR unknown error script: ").endsWith(", on @user_script:1.");
    }

    @Test
    void the_depths_of_all_libraries_together_fit_on_half_a_loops_stack() throws IOException {
        String script = "local deep = {} for i = 1, 999 do deep = {deep} end "
                + "local function f(n) if n == 0 then cjson.encode(deep) cjson.decode(('['):rep(999) .. (']'):rep(999)) "
                + "loadstring('return ' .. ('('):rep(190) .. '1' .. (')'):rep(190))() return 1 end "
                + "local t = setmetatable({}, {__index = function() local r string.gsub('x', 'x', function() "
                + "table.sort({2, 1}, function() r = select(2, pcall(f, n - 1)) return false end) end) return r end}) "
                + "return t.x end return tostring(f(45))";
        assertThat(ended(script)).isEqualTo("\"1\"");
    }

    @Test
    @Timeout(60)
    void keys_that_fall_on_one_place_in_java_do_not_here() throws IOException {
        String strings = "local k, t = {''}, {} for i = 1, 16 do local n = {} for _, s in ipairs(k) do "
                + "n[#n + 1] = s .. 'Aa' n[#n + 1] = s .. 'BB' end k = n end "
                + "for _, s in ipairs(k) do t[s] = true end return #k";
        assertThat(ended(strings)).isEqualTo("(integer) 65536");
        String numbers = "local t = {} for i = 1, 50000 do t[struct.unpack('d', struct.pack('I4I4', i, i))] = i end return 1";
        assertThat(ended(numbers)).isEqualTo("(integer) 1");
    }

    /** The reply in an engine of its own, on a stack that is smaller than a node has. */
    private static String ended(String script) throws IOException {
        FutureTask<String> task = new FutureTask<>(() -> {
            try (EngineServer engine = new EngineServer(1)) {
                engine.keyspace().scripts().limits(SMALL);
                engine.call("SET", "big", "x".repeat(100_000));
                for (int i = 0; i < 100; i++) {
                    engine.call("RPUSH", "list", "element " + i);
                }
                String reply = engine.call(List.of("EVAL", script, "0")).shown();
                assertThat(engine.call("EVAL", "return redis.call('set', 'after', 1)", "0").shown()).isEqualTo("OK");
                assertThat(engine.call("GET", "after").shown()).isEqualTo("\"1\"");
                return reply;
            }
        });
        new Thread(null, task, "engine", STACK_BYTES).start();
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException(e);
        }
    }
}
