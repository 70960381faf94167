package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.plain;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.proto.command.CommandFlag.ALLOW_BUSY;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.STALE;

import dev.balsa.node.engine.Scripts;
import dev.balsa.node.engine.rdb.FunctionPayload;
import dev.balsa.proto.command.Glob;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Functions and their libraries. The table is the contents page; methods follow in its order. */
final class FunctionCommands {
    static final List<Command> TABLE = table(
            ScriptCommands.writing("fcall", call -> call(call, false), "7.0.0", "Calls a function.")
                    .syntax("function numkeys:integer [key...] [arg...]"),
            ScriptCommands.reading("fcall_ro", call -> call(call, true), "Calls a function that only reads.")
                    .syntax("function numkeys:integer [key...] [arg...]"),
            container("function", -2).group("scripting")
                    .doc("7.0.0", "depends on the subcommand", "Keeps libraries of functions.").subs(
                    write("delete", 3, FunctionCommands::delete, NOSCRIPT).group("scripting").acl("scripting")
                            .tips("request_policy:all_shards", "response_policy:all_succeeded")
                            .syntax("library-name")
                            .doc("7.0.0", "O(1)", "Deletes a library."),
                    plain("dump", 2, FunctionCommands::dump, NOSCRIPT).group("scripting").acl("scripting")
                            .doc("7.0.0", "O(N), N = libraries", "Replies with all libraries as one payload."),
                    write("flush", -2, FunctionCommands::flush, NOSCRIPT).group("scripting").acl("scripting")
                            .tips("request_policy:all_shards", "response_policy:all_succeeded")
                            .syntax("[flush-type=(ASYNC | SYNC)]")
                            .doc("7.0.0", "O(N), N = libraries", "Deletes all libraries."),
                    plain("help", 2, call -> CommandTable.help("function", call.reply()), LOADING, STALE).group("scripting").acl("scripting")
                            .doc("7.0.0", "O(1)", "Lists the subcommands."),
                    plain("kill", 2, call -> call.reply().error(ScriptCommands.NOT_BUSY), NOSCRIPT, ALLOW_BUSY)
                            .group("scripting").acl("scripting")
                            .tips("request_policy:all_shards", "response_policy:one_succeeded")
                            .doc("7.0.0", "O(1)", "Says that no function is running: each ends by its own limits."),
                    plain("list", -2, FunctionCommands::list, NOSCRIPT).group("scripting").acl("scripting")
                            .tips("nondeterministic_output_order")
                            .syntax("[LIBRARYNAME library-name-pattern] [WITHCODE]")
                            .doc("7.0.0", "O(N), N = functions", "Lists libraries with their functions."),
                    write("load", -3, FunctionCommands::load, DENYOOM, NOSCRIPT).group("scripting").acl("scripting")
                            .tips("request_policy:all_shards", "response_policy:all_succeeded")
                            .syntax("[REPLACE] function-code")
                            .doc("7.0.0", "that of the library's code", "Adds a library and replies with its name."),
                    write("restore", -3, FunctionCommands::restore, DENYOOM, NOSCRIPT)
                            .group("scripting").acl("scripting")
                            .tips("request_policy:all_shards", "response_policy:all_succeeded")
                            .syntax("serialized-value [policy=(FLUSH | APPEND | REPLACE)]")
                            .doc("7.0.0", "O(N), N = libraries", "Adds the libraries of a payload."),
                    plain("stats", 2, FunctionCommands::stats, NOSCRIPT, ALLOW_BUSY)
                            .group("scripting").acl("scripting")
                            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
                            .doc("7.0.0", "O(1)", "Counts libraries and functions.")));

    private FunctionCommands() {}

    // FCALL function numkeys [key ...] [arg ...]
    private static void call(Call call, boolean reads) {
        FunctionIndex.Function function = index(call).find(call.args().text(1));
        if (function == null) {
            call.reply().error("ERR Function not found");
            return;
        }
        if (!ScriptCommands.readsKeyCount(call, "ERR Bad number of keys provided")) {
            return;
        }
        String refusal = ScriptRun.refusal(call, function.flags(), reads);
        if (refusal != null) {
            call.reply().error(refusal);
            return;
        }
        int keys = (int) call.number();
        call.scripting().run(call, function.name(), function.flags(), reads).function(function, keys);
    }

    private static FunctionIndex index(Call call) {
        return call.scripting().functions(call.keyspace().scripts());
    }

    // FUNCTION DELETE library-name
    private static void delete(Call call) {
        Scripts scripts = call.keyspace().scripts();
        TreeMap<String, byte[]> all = new TreeMap<>(scripts.libraries());
        if (all.remove(call.args().text(2)) == null) {
            call.reply().error("ERR Library not found");
            return;
        }
        scripts.libraries(all);
        call.reply().ok();
    }

    // FUNCTION DUMP
    private static void dump(Call call) {
        call.reply().bulk(FunctionPayload.dump(call.keyspace().scripts().libraries().values()));
    }

    // FUNCTION FLUSH [ASYNC | SYNC]
    private static void flush(Call call) {
        if (call.args().count() > 3) {
            call.reply().error(wrongCount(call.args()));
            return;
        }
        if (ScriptCommands.refusesFlushMode(call, "ERR FUNCTION FLUSH only supports SYNC|ASYNC option")) {
            return;
        }
        call.keyspace().scripts().libraries(new TreeMap<>());
        call.reply().ok();
    }

    // FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE]
    private static void list(Call call) {
        Args args = call.args();
        boolean withCode = false;
        @Nullable String pattern = null;
        for (int i = 2; i < args.count(); i++) {
            if (!withCode && args.is(i, "WITHCODE")) {
                withCode = true;
            } else if (pattern == null && args.is(i, "LIBRARYNAME")) {
                if (i + 1 == args.count()) {
                    call.reply().error("ERR library name argument was not given");
                    return;
                }
                pattern = args.text(++i);
            } else {
                call.reply().error("ERR Unknown argument " + args.text(i));
                return;
            }
        }
        List<FunctionIndex.Library> shown = new ArrayList<>();
        for (FunctionIndex.Library library : index(call).libraries().values()) {
            if (pattern == null || Glob.matchesInAnyCase(pattern, library.name())) {
                shown.add(library);
            }
        }
        call.reply().array(shown.size());
        for (FunctionIndex.Library library : shown) {
            show(library, withCode, call.reply());
        }
    }

    private static void show(FunctionIndex.Library library, boolean withCode, RespWriter reply) {
        reply.map(withCode ? 4 : 3);
        reply.bulk("library_name");
        reply.bulk(library.name());
        reply.bulk("engine");
        reply.bulk("LUA");
        reply.bulk("functions");
        reply.array(library.functions().size());
        for (FunctionIndex.Function function : library.functions().values()) {
            reply.map(3);
            reply.bulk("name");
            reply.bulk(function.name());
            reply.bulk("description");
            if (function.description() == null) {
                reply.nil();
            } else {
                reply.bulk(function.description().getBytes(StandardCharsets.ISO_8859_1));
            }
            reply.bulk("flags");
            reply.set(function.flags().shown().size());
            function.flags().shown().forEach(reply::simple);
        }
        if (withCode) {
            reply.bulk("library_code");
            reply.bulk(library.code());
        }
    }

    // FUNCTION LOAD [REPLACE] code
    private static void load(Call call) {
        Args args = call.args();
        boolean replaces = false;
        for (int i = 2; i < args.count() - 1; i++) {
            if (!args.is(i, "REPLACE")) {
                call.reply().error("ERR Unknown option given: " + call.cText(i));
                return;
            }
            replaces = true;
        }
        Scripts scripts = call.keyspace().scripts();
        TreeMap<String, byte[]> all = new TreeMap<>(scripts.libraries());
        try {
            String name = add(call, all, args.copy(args.count() - 1), replaces);
            scripts.libraries(all);
            call.reply().bulk(name);
        } catch (FunctionIndex.Refused e) {
            call.reply().error(String.valueOf(e.getMessage()));
        }
    }

    /** Adds a library to the others, if it may be added; its name. */
    private static String add(Call call, SortedMap<String, byte[]> all, byte[] code, boolean replaces) {
        String named = FunctionIndex.name(code);
        if (all.containsKey(named) && !replaces) {
            throw new FunctionIndex.Refused("ERR Library '" + named + "' already exists");
        }
        FunctionIndex.Library library = FunctionIndex.open(code, call.scripting().functionGlobals());
        for (Map.Entry<String, byte[]> other : all.entrySet()) {
            if (other.getKey().equals(library.name())) {
                continue;
            }
            FunctionIndex.Library known = index(call).library(other.getKey(), other.getValue(),
                    call.scripting().functionGlobals());
            library.functions().forEach((name, function) -> {
                if (known.functions().containsKey(name)) {
                    throw new FunctionIndex.Refused("ERR Function " + function.name() + " already exists");
                }
            });
        }
        all.put(library.name(), code);
        return library.name();
    }

    // FUNCTION RESTORE payload [FLUSH | APPEND | REPLACE]
    private static void restore(Call call) {
        Args args = call.args();
        if (args.count() > 4) {
            call.reply().error(wrongCount(args));
            return;
        }
        boolean flushes = args.count() == 4 && args.is(3, "FLUSH");
        boolean replaces = args.count() == 4 && args.is(3, "REPLACE");
        if (args.count() == 4 && !flushes && !replaces && !args.is(3, "APPEND")) {
            call.reply().error("ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.");
            return;
        }
        if (!FunctionPayload.verify(args.copy(2))) {
            call.reply().error(CommandError.DUMP_CHECKSUM);
            return;
        }
        Scripts scripts = call.keyspace().scripts();
        TreeMap<String, byte[]> all = new TreeMap<>(flushes ? new TreeMap<>() : scripts.libraries());
        try {
            for (byte[] code : FunctionPayload.read(args.copy(2))) {
                add(call, all, code, replaces);
            }
            scripts.libraries(all);
            call.reply().ok();
        } catch (FunctionIndex.Refused | IllegalArgumentException e) {
            call.reply().error(String.valueOf(e.getMessage()));
        }
    }

    private static String wrongCount(Args args) {
        return "ERR unknown subcommand or wrong number of arguments for '" + args.text(1) + "'. Try FUNCTION HELP.";
    }

    // FUNCTION STATS
    private static void stats(Call call) {
        FunctionIndex functions = index(call);
        RespWriter reply = call.reply();
        reply.map(2);
        reply.bulk("running_script");
        reply.nil();
        reply.bulk("engines");
        reply.map(1);
        reply.bulk("LUA");
        reply.map(2);
        reply.bulk("libraries_count");
        reply.integer(functions.libraries().size());
        reply.bulk("functions_count");
        reply.integer(functions.size());
    }
}
