package dev.balsa.node.lua;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts that mean harm end within their budget, with the same text each time. */
class HostileScriptTest {
    private static final Limits SMALL = new Limits(20_000_000, 64L << 20, 20_000, 16 << 20);

    @ParameterizedTest
    @ValueSource(strings = {
        "while true do end",
        "repeat until false",
        "for i = 1, math.huge do end",
        "local co = coroutine.wrap(function() while true do end end) co()",
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
        "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
        "while true do pcall(function() while true do end end) end",
        "local function f() return f() end f()",
        "string.find(('a'):rep(30000), ('a-'):rep(100) .. 'b')",
        "string.find(('a'):rep(30000), '.-.-.-.-b')",
        "local t = {} for i = 1, 100 do t[i] = i end table.sort(t, function() while true do end end)",
        "local s = 'x' while true do s = s .. s end",
        "local t = {} while true do t[#t + 1] = {} end",
        "local t = {} local i = 0 while true do i = i + 1 t['k' .. i] = i end",
        "string.rep('x', 2^31 - 1)",
        "string.gsub(('x'):rep(1000), '.', function() while true do end end)",
        "while true do loadstring(('x = 1 '):rep(1000)) end",
        "while true do coroutine.create(function() end) end",
        "local t = {} t.t = t while true do pcall(cjson.encode, t) end",
        "xpcall(function() while true do end end, function() while true do end end)"})
    void a_script_without_end_ends_by_its_limit(String script) {
        String first = LuaHost.run(script, SMALL);
        assertThat(first).startsWith("limit: script exceeded its ");
        assertThat(LuaHost.run(script, SMALL)).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "local function f() return 1 + f() end f()",
        "local t = setmetatable({}, {}) getmetatable(t).__index = function(a, k) return a[k] end return t.x",
        "local function f() pcall(f) error('x') end f()",
        "return loadstring(('('):rep(10000))()",
        "return loadstring('return ' .. ('{'):rep(10000))()",
        "local t = {} for i = 1, 2000 do t = {t} end return cjson.encode(t)",
        "return cjson.decode(('['):rep(100000))",
        "return cmsgpack.unpack(('\\145'):rep(100000))",
        "string.find(('a'):rep(300000), ('a?'):rep(300000) .. 'b')",
        "local function f() return coroutine.wrap(f)() end f()",
        "string.dump(function() end)",
        "loadstring('\\27Lua')()",
        "error({})",
        "unpack({}, 1, 1e8)",
        "return io.open('/etc/passwd')",
        "return os.execute('true')",
        "return java.lang.System",
        "dofile('/etc/passwd')",
        "require('x')"})
    void what_no_script_may_do_is_an_error(String script) {
        String first = LuaHost.run(script, SMALL);
        assertThat(first).startsWith("error: ");
        assertThat(LuaHost.run(script, SMALL)).isEqualTo(first);
    }

    @Test
    void an_expression_of_a_hundred_thousand_parts_compiles() {
        String sum = "return " + "1+x".repeat(1).concat("+x".repeat(100_000));
        assertThat(LuaHost.run("x = 1 print((loadstring('" + sum + "'))())")).isEqualTo("100002\n");
        assertThat(LuaHost.run("x = {} x.x = x print((loadstring('return x" + ".x".repeat(100_000) + "'))() == x)"))
                .isEqualTo("true\n");
    }

    @Test
    void a_yield_across_a_callback_is_refused_and_the_coroutine_goes_on() {
        assertThat(LuaHost.run("""
                print(coroutine.wrap(function()
                  local ok, why = pcall(function() coroutine.yield(1) end)
                  return why
                end)())
                """)).isEqualTo("attempt to yield across metamethod/C-call boundary\n");
    }
}
