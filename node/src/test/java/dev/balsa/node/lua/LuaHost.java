package dev.balsa.node.lua;

import dev.balsa.node.lua.library.Library;
import dev.balsa.node.lua.library.StandardLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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
        return onDeepStack(() -> ran(source, limits, Heat.COMPILE_AFTER, false));
    }

    /** What a script prints, and what it has used of its budget. */
    static String measured(String source, Limits limits, int compileAfter) {
        return onDeepStack(() -> ran(source, limits, compileAfter, true));
    }

    static String onDeepStack(Callable<String> work) {
        FutureTask<String> task = new FutureTask<>(work);
        new Thread(null, task, "lua", 16L << 20).start();
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    static String ran(String source, Limits limits, int compileAfter, boolean measured) {
        StringBuilder out = new StringBuilder();
        LuaState x = state(limits, out);
        x.compileAfter(compileAfter);
        try {
            x.run(Chunk.compile(LuaString.of(source), "=main", x.budget()));
        } catch (LuaError e) {
            out.append("error: ").append(e.getMessage()).append('\n');
        } catch (LimitExceeded e) {
            out.append("limit: ").append(e.getMessage()).append('\n');
        }
        if (measured) {
            out.append("used ").append(x.budget().used()).append(' ').append(x.budget().usedBytes()).append('\n');
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
                x.budget().step(text[0].toString().length() >> 4);
                x.budget().allocate(text[0].toString().length());
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
