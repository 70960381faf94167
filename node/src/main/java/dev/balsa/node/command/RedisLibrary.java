package dev.balsa.node.command;

import dev.balsa.node.engine.Scripts;
import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Numbers;
import dev.balsa.node.lua.library.Library;

/** The library {@code redis}, with the messages of Redis. Owned by the engine thread. */
final class RedisLibrary {
    private static final String VERSION = "7.2.0";
    private static final double VERSION_NUMBER = 0x00070200;
    private static final int REPLICATION_ALL = 3;
    private static final int LEVEL_MAX = 3;

    private final ScriptGlobals globals;

    RedisLibrary(ScriptGlobals globals) {
        this.globals = globals;
    }

    /** What scripts (with what is for debugging) and functions find. */
    void open(Library redis, boolean script) {
        redis.function("call", (x, args) -> globals.run().call(x, args, true));
        redis.function("pcall", (x, args) -> globals.run().call(x, args, false));
        common(redis);
        redis.function("setresp", this::setResp);
        redis.function("sha1hex", RedisLibrary::sha1hex);
        redis.function("error_reply", RedisLibrary::errorReply);
        redis.function("status_reply", RedisLibrary::statusReply);
        redis.function("set_repl", RedisLibrary::setReplication);
        redis.set("REPL_NONE", 0.0);
        redis.set("REPL_AOF", 1.0);
        redis.set("REPL_SLAVE", 2.0);
        redis.set("REPL_REPLICA", 2.0);
        redis.set("REPL_ALL", (double) REPLICATION_ALL);
        redis.function("acl_check_cmd", this::checkCommand);
        if (script) {
            redis.function("breakpoint", (_, _) -> false);
            redis.function("debug", (_, _) -> LuaFunction.NONE);
            redis.function("replicate_commands", (_, _) -> true);
        }
    }

    /** What a library finds that is being opened. */
    void openForLibraries(Library redis) {
        redis.function("register_function", this::register);
        common(redis);
    }

    private void common(Library redis) {
        redis.function("log", this::log);
        redis.set("LOG_DEBUG", 0.0);
        redis.set("LOG_VERBOSE", 1.0);
        redis.set("LOG_NOTICE", 2.0);
        redis.set("LOG_WARNING", 3.0);
        redis.set("REDIS_VERSION_NUM", VERSION_NUMBER);
        redis.set("REDIS_VERSION", LuaString.of(VERSION));
    }

    private static LuaError raised(LuaState x, String text) {
        return new LuaError(ReplyValues.failure(x, text));
    }

    private Object setResp(LuaState x, Object[] args) {
        if (args.length != 1) {
            throw raised(x, "redis.setresp() requires one argument.");
        }
        Double version = Numbers.toNumber(args[0]);
        if (version == null || version.intValue() != 2 && version.intValue() != 3) {
            throw raised(x, "RESP version must be 2 or 3.");
        }
        globals.run().protocol(version.intValue());
        return LuaFunction.NONE;
    }

    private static Object sha1hex(LuaState x, Object[] args) {
        if (args.length != 1) {
            throw raised(x, "wrong number of arguments");
        }
        LuaString text = args[0] instanceof LuaString s ? s
                : args[0] instanceof Double d ? Numbers.format(d) : LuaString.EMPTY;
        x.budget().step(text.length() >> 2);
        x.budget().string(Scripts.shaOf(new byte[0], 0, 0).length());
        return LuaString.of(Scripts.shaOf(text.bytes(), 0, text.length()));
    }

    private static Object errorReply(LuaState x, Object[] args) {
        if (args.length != 1 || !(args[0] instanceof LuaString text)) {
            return ReplyValues.failure(x, "wrong number or type of arguments");
        }
        return ReplyValues.failure(x, text.length() > 0 && text.at(0) == '-' ? text.toString() : "-" + text);
    }

    private static Object statusReply(LuaState x, Object[] args) {
        if (args.length != 1 || !(args[0] instanceof LuaString text)) {
            return ReplyValues.failure(x, "wrong number or type of arguments");
        }
        LuaTable table = new LuaTable(x.budget());
        table.set(x.budget(), ReplyValues.OK, text);
        return table;
    }

    /** Changes nothing: what goes to the replicas is the script itself. */
    private static Object setReplication(LuaState x, Object[] args) {
        if (args.length != 1) {
            throw raised(x, "redis.set_repl() requires two arguments.");
        }
        Double flags = Numbers.toNumber(args[0]);
        if (flags != null && (flags.intValue() & ~REPLICATION_ALL) != 0) {
            throw raised(x, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
        }
        return LuaFunction.NONE;
    }

    private Object checkCommand(LuaState x, Object[] args) {
        Boolean allowed = globals.run().allows(x, args);
        if (allowed == null) {
            throw raised(x, "Invalid command passed to redis.acl_check_cmd()");
        }
        return allowed;
    }

    private Object log(LuaState x, Object[] args) {
        if (args.length < 2) {
            throw raised(x, "redis.log() requires two arguments or more.");
        }
        Double level = Numbers.toNumber(args[0]);
        if (level == null) {
            throw raised(x, "First argument must be a number (log level).");
        }
        if (level.intValue() < 0 || level.intValue() > LEVEL_MAX) {
            throw raised(x, "Invalid debug level.");
        }
        StringBuilder line = new StringBuilder();
        for (int i = 1; i < args.length; i++) {
            if (LuaReply.isText(args[i])) {
                line.append(line.isEmpty() ? "" : " ").append(LuaReply.text(args[i]));
            }
        }
        x.budget().string(line.length());
        FunctionIndex.Opening opening = globals.opening();
        if (opening == null) {
            globals.run().scripting().surroundings().log(level.intValue(), line.toString());
        }
        return LuaFunction.NONE;
    }

    private Object register(LuaState x, Object[] args) {
        FunctionIndex.Opening opening = globals.opening();
        if (opening == null) {
            throw raised(x, "redis.register_function can only be called on FUNCTION LOAD command");
        }
        if (args.length < 1 || args.length > 2) {
            throw raised(x, "wrong number of arguments to redis.register_function");
        }
        String problem = args.length == 1 ? opening.named(Arguments.value(args, 1))
                : opening.positional(args[0], args[1]);
        if (!problem.isEmpty()) {
            throw raised(x, problem);
        }
        return LuaFunction.NONE;
    }
}
