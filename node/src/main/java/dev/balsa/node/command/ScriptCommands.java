package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.plain;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.refused;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.proto.command.CommandFlag.ALLOW_BUSY;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.MAY_REPLICATE;
import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_MANDATORY_KEYS;
import static dev.balsa.proto.command.CommandFlag.NO_MULTI;
import static dev.balsa.proto.command.CommandFlag.SKIP_MONITOR;
import static dev.balsa.proto.command.CommandFlag.STALE;

import dev.balsa.node.engine.Scripts;
import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.resp.Args;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Scripts. The table is the contents page; methods follow in its order. */
final class ScriptCommands {
    static final String KEYS_UNKNOWN =
            "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE";
    static final String NOT_BUSY = "NOTBUSY No scripts in execution right now.";

    static final List<Command> TABLE = table(
            writing("eval", call -> eval(call, false), "2.6.0", "Runs a script.")
                    .syntax("script numkeys:integer [key...] [arg...]"),
            writing("evalsha", call -> evalSha(call, false), "2.6.0", "Runs a script that is known by its SHA-1.")
                    .syntax("sha1 numkeys:integer [key...] [arg...]"),
            reading("eval_ro", call -> eval(call, true), "Runs a script that only reads.")
                    .syntax("script numkeys:integer [key...] [arg...]"),
            reading("evalsha_ro", call -> evalSha(call, true), "Runs a script that only reads, known by its SHA-1.")
                    .syntax("sha1 numkeys:integer [key...] [arg...]"),
            container("script", -2).group("scripting")
                    .doc("2.6.0", "depends on the subcommand", "Keeps scripts and tells about them.").subs(
                    refused("debug", 3, "a debugger would hold every replica up", "redis.log, or EVAL with less",
                            NOSCRIPT).group("scripting").acl("scripting").since("3.2.0"),
                    plain("exists", -3, ScriptCommands::exists, NOSCRIPT).group("scripting").acl("scripting")
                            .tips("request_policy:all_shards", "response_policy:agg_logical_and")
                            .syntax("sha1...")
                            .doc("2.6.0", "O(N), N = scripts asked for", "Tells which scripts are known."),
                    logged("flush", -2, ScriptCommands::flush, NOSCRIPT)
                            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                            .syntax("[flush-type=(ASYNC | SYNC)^6.2.0]")
                            .doc("2.6.0", "O(N), N = scripts", "Forgets all scripts."),
                    plain("help", 2, call -> CommandTable.help("script", call.reply()), LOADING, STALE).group("scripting").acl("scripting")
                            .doc("5.0.0", "O(1)", "Lists the subcommands."),
                    plain("kill", 2, call -> call.reply().error(NOT_BUSY), NOSCRIPT, ALLOW_BUSY)
                            .group("scripting").acl("scripting")
                            .tips("request_policy:all_shards", "response_policy:one_succeeded")
                            .doc("2.6.0", "O(1)", "Says that no script is running: each ends by its own limits."),
                    logged("load", 3, ScriptCommands::load, NOSCRIPT, STALE)
                            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                            .syntax("script")
                            .doc("2.6.0", "O(N), N = bytes", "Keeps a script and replies with its SHA-1."),
                    plain("show", 3, ScriptCommands::show, NOSCRIPT).group("scripting").acl("scripting")
                            .syntax("sha1")
                            .doc("7.2.0", "O(1)", "Replies with the text of a script.")));

    // Subcommands of BALSA, between fronts and groups.
    static final Row AS = logged("as", -7, call -> as(call, false), NOSCRIPT, NO_MULTI, MOVABLEKEYS)
            .internal().countedKeys("RW ACCESS UPDATE", 6)
            .doc("7.2.0", "that of the script", "Runs a script with the rights of its user.");
    static final Row ASREAD = read("asread", -7, call -> as(call, true), NOSCRIPT, NO_MULTI, MOVABLEKEYS)
            .group("scripting").acl("scripting").internal().countedKeys("RO ACCESS", 6)
            .doc("7.2.0", "that of the script", "Runs a script that only reads with the rights of its user.");
    static final Row FULL = logged("full", -5, ScriptCommands::full, NOSCRIPT, NO_MULTI)
            .internal()
            .doc("7.2.0", "that of the script", "Runs a script while there is no memory left.");

    static final Row KEEP = logged("keep", 3, ScriptCommands::keep, NOSCRIPT, NO_MULTI)
            .internal()
            .doc("7.2.0", "O(N), N = bytes", "Keeps a script of another group as if it had been evaluated.");
    static final Row SCRIPT = read("script", 3, ScriptCommands::about, NOSCRIPT, NO_MULTI)
            .group("scripting").acl("scripting").internal()
            .doc("7.2.0", "O(1)", "Tells what the group knows of a script: 1 its text, 2 for good, 4 that it only reads.");

    private static final String NO_SCRIPT = "NOSCRIPT No matching script. Please use EVAL.";
    private static final String NEGATIVE_KEYS = "ERR Number of keys can't be negative";
    private static final int SHA_LENGTH = 40;

    private ScriptCommands() {}

    /** A row of a command that runs what may write. */
    static Row writing(String name, Command.Body body, String since, String summary) {
        return logged(name, -3, body, NOSCRIPT, SKIP_MONITOR, NO_MANDATORY_KEYS, STALE, MOVABLEKEYS)
                .countedKeys("RW ACCESS UPDATE", 2).notes(KEYS_UNKNOWN)
                .doc(since, "that of the script", summary);
    }

    /** A row of a command that runs what only reads. */
    static Row reading(String name, Command.Body body, String summary) {
        return read(name, -3, body, NOSCRIPT, SKIP_MONITOR, NO_MANDATORY_KEYS, STALE, MOVABLEKEYS)
                .group("scripting").acl("scripting").countedKeys("RO ACCESS", 2)
                .notes("We cannot tell how the keys will be used so we assume the worst, RO and ACCESS")
                .doc("7.0.0", "that of the script", summary);
    }

    /** A row of a command that goes through the log although it is no write by its flags. */
    private static Row logged(String name, int arity, Command.Body body, CommandFlag... flags) {
        CommandFlag[] all = java.util.Arrays.copyOf(flags, flags.length + 1);
        all[flags.length] = MAY_REPLICATE;
        return plain(name, arity, body, all).group("scripting").acl("scripting");
    }

    // BALSA AS user rights command [arg ...]
    private static void as(Call call, boolean reads) {
        Args args = call.args();
        Args words = tail(args, 4);
        Command command = CommandTable.find(words);
        if (command == null || !runsScript(command) || command.spec().isReadOnly() != reads
                || !command.spec().accepts(words.count())) {
            call.reply().error(CommandError.SYNTAX);
            return;
        }
        Scripting scripting = call.scripting();
        scripting.rights(scripting.surroundings().rights(args.text(2), args.text(3)));
        try {
            command.body().run(call.with(words));
        } finally {
            scripting.rights(null);
        }
    }

    // BALSA FULL command [arg ...]
    private static void full(Call call) {
        Args words = tail(call.args(), 2);
        Command command = CommandTable.find(words);
        boolean runs = command != null && (runsScript(command) || command.spec().name().equals("balsa|as"));
        if (command == null || !runs || !command.spec().accepts(words.count())) {
            call.reply().error(CommandError.SYNTAX);
            return;
        }
        call.scripting().memoryFull(true);
        try {
            command.body().run(call.with(words));
        } finally {
            call.scripting().memoryFull(false);
        }
    }

    // BALSA KEEP script
    private static void keep(Call call) {
        byte[] body = call.args().copy(2);
        Scripts scripts = call.keyspace().scripts();
        String sha = Scripts.shaOf(body, 0, body.length);
        Scripts.Script known = scripts.find(sha);
        Scripts.Script script = known == null ? new Scripts.Script(sha, body) : known;
        if (call.scripting().compiled(script).error().isEmpty()) {
            scripts.evaluated(script);
        }
        call.reply().integer(about(call, sha));
    }

    // BALSA SCRIPT sha1
    private static void about(Call call) {
        call.reply().integer(about(call, sha(call.args(), 2)));
    }

    private static int about(Call call, String sha) {
        Scripts.Script text = text(call, sha);
        if (text == null) {
            return 0;
        }
        int known = call.keyspace().scripts().find(sha) == null ? 0 : 2;
        return 1 + known + (call.scripting().compiled(text).flags().noWrites() ? 4 : 0);
    }

    private static Args tail(Args args, int from) {
        Args words = new Args();
        words.reset(args.array());
        for (int i = from; i < args.count(); i++) {
            words.add(args.offset(i), args.length(i));
        }
        return words;
    }

    /** Whether a command is one that runs a script or a function. */
    static boolean runsScript(Command command) {
        return switch (command.spec().name()) {
            case "eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro" -> true;
            default -> false;
        };
    }

    // EVAL script numkeys [key ...] [arg ...]
    private static void eval(Call call, boolean reads) {
        if (!readsKeyCount(call, CommandError.NOT_AN_INTEGER)) {
            return;
        }
        int keys = (int) call.number();
        Args args = call.args();
        String sha = Scripts.shaOf(args.array(), args.offset(1), args.length(1));
        Scripts scripts = call.keyspace().scripts();
        Scripts.Script known = scripts.find(sha);
        Scripts.Script script = known == null ? new Scripts.Script(sha, args.copy(1)) : known;
        CompiledScript compiled = call.scripting().compiled(script);
        if (!compiled.error().isEmpty()) {
            call.reply().error(compiled.error());
            return;
        }
        if (!reads) {
            scripts.evaluated(script);
        } else if (known == null) {
            call.scripting().read(script);
        }
        run(call, script, keys, reads);
    }

    // EVALSHA sha1 numkeys [key ...] [arg ...]
    private static void evalSha(Call call, boolean reads) {
        if (call.args().length(1) != SHA_LENGTH) {
            call.reply().error(NO_SCRIPT);
            return;
        }
        if (!readsKeyCount(call, CommandError.NOT_AN_INTEGER)) {
            return;
        }
        int keys = (int) call.number();
        Scripts scripts = call.keyspace().scripts();
        String sha = sha(call.args(), 1);
        Scripts.Script script = scripts.find(sha);
        if (script == null && reads) {
            script = call.scripting().read(sha);
        }
        if (script == null) {
            call.reply().error(NO_SCRIPT);
            return;
        }
        if (!reads) {
            scripts.evaluated(script);
        }
        run(call, script, keys, reads);
    }

    private static void run(Call call, Scripts.Script script, int keys, boolean reads) {
        CompiledScript compiled = call.scripting().compiled(script);
        String refusal = compiled.error().isEmpty() ? ScriptRun.refusal(call, compiled.flags(), reads)
                : compiled.error();
        if (refusal != null) {
            call.reply().error(refusal);
            return;
        }
        call.scripting().run(call, script.sha(), compiled.flags(), reads).script(compiled, keys);
    }

    /** Reads the number of keys in argument 2 into {@link Call#number()}, or replies the error and answers false. */
    static boolean readsKeyCount(Call call, String notANumber) {
        if (!call.readsInteger(2, notANumber)) {
            return false;
        }
        if (call.number() > call.args().count() - 3) {
            call.reply().error(CommandError.NUMKEYS_TOO_MANY);
            return false;
        }
        if (call.number() < 0) {
            call.reply().error(NEGATIVE_KEYS);
            return false;
        }
        return true;
    }

    private static String sha(Args args, int i) {
        return args.text(i).toLowerCase(Locale.ROOT);
    }

    // SCRIPT EXISTS sha1 [sha1 ...]
    private static void exists(Call call) {
        Args args = call.args();
        call.reply().array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            call.reply().integer(text(call, sha(args, i)) == null ? 0 : 1);
        }
    }

    /** A script of the state, or one that was only read here. */
    private static Scripts.@Nullable Script text(Call call, String sha) {
        Scripts.Script script = call.keyspace().scripts().find(sha);
        return script == null ? call.scripting().read(sha) : script;
    }

    // SCRIPT FLUSH [ASYNC | SYNC]
    private static void flush(Call call) {
        if (refusesFlushMode(call, "ERR SCRIPT FLUSH only support SYNC|ASYNC option")) {
            return;
        }
        call.keyspace().scripts().flush();
        call.scripting().forgetRead();
        call.reply().ok();
    }

    static boolean refusesFlushMode(Call call, String error) {
        Args args = call.args();
        if (args.count() > 3 || args.count() == 3 && !args.is(2, "SYNC") && !args.is(2, "ASYNC")) {
            call.reply().error(error);
            return true;
        }
        return false;
    }

    // SCRIPT LOAD script
    private static void load(Call call) {
        byte[] body = call.args().copy(2);
        Scripts.Script script = new Scripts.Script(Scripts.shaOf(body, 0, body.length), body);
        CompiledScript compiled = call.scripting().compiled(script);
        if (!compiled.error().isEmpty()) {
            call.reply().error(compiled.error());
            return;
        }
        call.keyspace().scripts().load(script);
        call.reply().bulk(script.sha());
    }

    // SCRIPT SHOW sha1
    private static void show(Call call) {
        Scripts.Script script = text(call, sha(call.args(), 2));
        if (script == null) {
            call.reply().error("NOSCRIPT No matching script.");
        } else {
            call.reply().bulk(script.body());
        }
    }
}
