package dev.balsa.node.command;

import dev.balsa.node.lua.Budget;
import dev.balsa.node.lua.Chunk;
import dev.balsa.node.lua.LimitExceeded;
import dev.balsa.node.lua.Limits;
import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A script ready to run, or the error line of one that cannot. A function of its text alone, so that it does not matter
 * who has compiled it before. Immutable.
 */
record CompiledScript(@Nullable Chunk chunk, ScriptFlags flags, String error) {
    /** What compiling may use: not configured, for what was compiled is kept. */
    private static final Limits LIMITS = new Limits(Long.MAX_VALUE, 512L << 20, 200, Integer.MAX_VALUE);

    static CompiledScript of(byte[] body) {
        if (body.length < 2 || body[0] != '#' || body[1] != '!') {
            return compile(body, 0, ScriptFlags.PLAIN);
        }
        int end = 0;
        while (end < body.length && body[end] != '\n') {
            end++;
        }
        if (end == body.length) {
            return failed("ERR Invalid script shebang");
        }
        String[] words = new String(body, 0, end, StandardCharsets.ISO_8859_1).split("[ \t\r]+", -1);
        if (!words[0].equals("#!lua")) {
            return failed("ERR Unexpected engine in script shebang: " + words[0]);
        }
        ScriptFlags flags = ScriptFlags.of(List.of());
        for (int i = 1; i < words.length; i++) {
            if (words[i].isEmpty()) {
                continue;
            }
            if (!words[i].startsWith("flags=")) {
                return failed("ERR Unknown lua shebang option: " + words[i]);
            }
            String list = words[i].substring("flags=".length());
            List<String> names = list.isEmpty() ? List.of() : List.of(list.split(",", -1));
            for (String name : names) {
                if (ScriptFlags.of(List.of(name)) == null) {
                    return failed("ERR Unexpected flag in script shebang: " + name);
                }
            }
            flags = ScriptFlags.of(names);
        }
        return flags == null ? failed("ERR Invalid script shebang") : compile(body, end, flags);
    }

    private static CompiledScript compile(byte[] body, int from, ScriptFlags flags) {
        try {
            return new CompiledScript(chunk(body, from, "@user_script"), flags, "");
        } catch (LuaError e) {
            return failed("ERR Error compiling script (new function): " + e.getMessage());
        } catch (LimitExceeded e) {
            return failed("ERR the script is too long");
        }
    }

    /**
     * Compiles the text from {@code from} on.
     *
     * @throws LuaError if it is not correct
     * @throws LimitExceeded if it is too long
     */
    static Chunk chunk(byte[] text, int from, String name) {
        return Chunk.compile(LuaString.copyOf(text, from, text.length - from), name, new Budget(LIMITS));
    }

    private static CompiledScript failed(String line) {
        return new CompiledScript(null, ScriptFlags.PLAIN, line);
    }
}
