package dev.balsa.node.command;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.Budget;
import dev.balsa.node.lua.Builtin;
import dev.balsa.node.lua.Limits;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.library.Library;
import dev.balsa.node.lua.library.StandardLibrary;
import org.jspecify.annotations.Nullable;

/**
 * What scripts find: the globals, which they cannot change. Of scripts KEYS and ARGV are globals, set for each run; what
 * functions find depends on whether their library is being opened. Owned by the engine thread.
 */
final class ScriptGlobals {
    private static final LuaString KEYS = LuaString.of("KEYS");
    private static final LuaString ARGV = LuaString.of("ARGV");
    private static final LuaString INDEX = LuaString.of("__index");
    private static final Object NOBODY = Nil.NIL;

    private final Budget budget = new Budget(Limits.DEFAULT);
    private final Library library = StandardLibrary.openWithRedis();
    private LuaState.Environment environment;
    private @Nullable ScriptRun run;
    /** For functions: the table whose {@code __index} says what they find, and the two answers. */
    private @Nullable LuaTable switching;
    private Object whileRunning = NOBODY;
    private Object whileOpening = NOBODY;
    private FunctionIndex.@Nullable Opening opening;

    private ScriptGlobals() {
        LuaTable globals = library.table();
        globals.set(budget, "getfenv", Nil.NIL);
        globals.set(budget, "setfenv", Nil.NIL);
        library.set("pcall", caught((LuaFunction) library.get("pcall")));
        library.function("__redis__err__handler", (x, args) -> {
            Object error = Arguments.value(args, 1);
            return error instanceof LuaTable ? error : ReplyValues.failure(x, "-" + ScriptRun.message(error));
        });
        environment = library.environment();
    }

    /** The globals of EVAL. */
    static ScriptGlobals forScripts() {
        ScriptGlobals made = new ScriptGlobals();
        new RedisLibrary(made).open(made.library.library("redis"), true);
        made.library.set("KEYS", new LuaTable(made.budget));
        made.library.set("ARGV", new LuaTable(made.budget));
        made.environment = made.library.environment();
        made.protectAll(made.library.table());
        return made;
    }

    /** The globals of FCALL. */
    static ScriptGlobals forFunctions() {
        ScriptGlobals made = new ScriptGlobals();
        new RedisLibrary(made).open(made.library.library("redis"), false);
        Library outer = made.library.library("functions");
        Library opened = outer.library("opened");
        new RedisLibrary(made).openForLibraries(opened.library("redis"));
        made.protectAll((LuaTable) opened.get("redis"));
        made.protectAll(opened.table());
        LuaTable globals = outer.library("globals").table();
        LuaTable switching = outer.library("switching").table();
        made.environment = made.library.environment();
        made.library.table().set(made.budget, "functions", Nil.NIL);
        made.protectAll(made.library.table());
        globals.metatable(switching);
        globals.protect();
        switching.protect();
        made.switching = switching;
        made.whileOpening = opened.table();
        made.whileRunning = made.library.table();
        made.environment = new LuaState.Environment(globals, made.environment.stringMetatable(),
                made.environment.lastId());
        made.opening(null);
        return made;
    }

    LuaState.Environment environment() {
        return environment;
    }

    /** The run that goes on. */
    ScriptRun run() {
        ScriptRun now = run;
        if (now == null) {
            throw new IllegalStateException("no script runs");
        }
        return now;
    }

    void begin(ScriptRun of) {
        run = of;
    }

    void end() {
        run = null;
        opening(null);
    }

    /** Sets KEYS and ARGV. */
    void arguments(LuaTable keys, LuaTable argv, LuaState x) {
        environment.globals().set(x.budget(), KEYS, keys);
        environment.globals().set(x.budget(), ARGV, argv);
    }

    /** A library is being opened, or (null) no longer. */
    void opening(FunctionIndex.@Nullable Opening of) {
        opening = of;
        if (switching != null) {
            switching.set(budget, INDEX, of == null ? whileRunning : whileOpening);
        }
    }

    /** The library that is being opened. */
    FunctionIndex.@Nullable Opening opening() {
        return opening;
    }

    Budget budget() {
        return budget;
    }

    private void protectAll(LuaTable globals) {
        LuaTable missing = new LuaTable(budget);
        missing.set(budget, INDEX, new Builtin("__index", ScriptGlobals::missing));
        missing.protect();
        globals.metatable(missing);
        LuaTable strings = environment.stringMetatable();
        if (strings != null) {
            strings.protect();
        }
        protect(globals);
    }

    private static void protect(LuaTable table) {
        if (table.isReadOnly()) {
            return;
        }
        table.protect();
        for (int at = table.next(0); at != 0; at = table.next(at)) {
            if (table.valueAt(at) instanceof LuaTable inner) {
                protect(inner);
            }
        }
    }

    private static Object missing(LuaState x, Object[] args) {
        if (args.length != 2) {
            throw x.error("Wrong number of arguments to luaProtectedTableError");
        }
        if (!LuaReply.isText(args[1])) {
            throw x.error("Second argument to luaProtectedTableError must be a string or number");
        }
        throw x.error("Script attempted to access nonexistent global variable '" + LuaReply.text(args[1]) + "'");
    }

    /** pcall gives what commands raise as text, as it was before there were tables of errors. */
    private static Builtin caught(LuaFunction pcall) {
        return new Builtin("pcall", (x, args) -> {
            Object[] results = LuaState.several(pcall.call(x, args));
            if (results.length == 2 && Boolean.FALSE.equals(results[0]) && results[1] instanceof LuaTable table
                    && LuaReply.isText(table.get(ReplyValues.ERR))) {
                results[1] = table.get(ReplyValues.ERR);
            }
            return results;
        });
    }
}
