package dev.balsa.node.lua;

import dev.balsa.node.lua.library.Library;
import dev.balsa.node.lua.library.StandardLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs scripts as Debian's lua5.1 runs them: what they print, and the message of the error that ended them. */
final class LuaHost {
    private LuaHost() {}

    /** What a script prints; its error after it, in a line of its own. */
    static String run(String source) {
        return run(source, Limits.DEFAULT);
    }

    static String run(String source, Limits limits) {
        FutureTask<String> task = new FutureTask<>(() -> ran(source, limits));
        new Thread(null, task, "lua", 16L << 20).start();
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String ran(String source, Limits limits) {
        StringBuilder out = new StringBuilder();
        LuaState x = state(limits, out);
        try {
            x.run(Chunk.compile(LuaString.of(source), "=main", x.budget()));
        } catch (LuaError e) {
            out.append("error: ").append(e.getMessage()).append('\n');
        } catch (LimitExceeded e) {
            out.append("limit: ").append(e.getMessage()).append('\n');
        }
        return out.toString();
    }

    static LuaState state(Limits limits, StringBuilder out) {
        Library g = StandardLibrary.openWithRedis();
        g.function("print", (x, args) -> {
            for (int i = 0; i < args.length; i++) {
                out.append(i > 0 ? "\t" : "");
                Object[] text = x.call(x.globals().get(LuaString.of("tostring")), args[i]);
                out.append(text[0]);
            }
            out.append('\n');
            return LuaFunction.NONE;
        });
        return new LuaState(g.environment(), limits, 0, () -> 0);
    }

    /** Runs the files that are named, for comparisons by hand. */
    public static void main(String[] files) throws IOException {
        for (String file : files) {
            byte[] source = Files.readAllBytes(Path.of(file));
            System.out.write(run(new String(source, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1));
        }
        System.out.flush();
    }
}
