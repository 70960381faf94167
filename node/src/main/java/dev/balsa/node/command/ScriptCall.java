package dev.balsa.node.command;

import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.Numbers;
import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.SpecTable;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.Slots;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a script's call of a command needs: its words, whether it may be, and commands that need no keyspace. Stateless. */
final class ScriptCall {
    /** What any command costs, in instructions: about a microsecond. */
    private static final int COST = 100;
    private static final double EXACT = 1e15;
    private static final int PRECISION = 17;
    private static final String WORDS = "Lua redis lib command arguments must be strings or integers";

    private ScriptCall() {}

    /** Makes the values the words of a request; the error if they cannot be. */
    static @Nullable String arguments(LuaState x, Object[] values, Args into) {
        if (values.length == 0) {
            return "Please specify at least one argument for this redis lib call";
        }
        long length = 0;
        byte[][] words = new byte[values.length][];
        for (int i = 0; i < words.length; i++) {
            byte[] word = word(values[i]);
            if (word == null) {
                return WORDS;
            }
            words[i] = word;
            length += word.length;
        }
        x.budget().checkString(length);
        x.budget().step(length >> 6);
        byte[] all = into.array().length >= length && into.array().length <= Math.max(1024, 4 * length)
                ? into.array() : new byte[(int) Math.max(256, length + length / 2)];
        into.reset(all);
        int at = 0;
        for (byte[] word : words) {
            System.arraycopy(word, 0, all, at, word.length);
            into.add(at, word.length);
            at += word.length;
        }
        return null;
    }

    private static byte @Nullable [] word(Object value) {
        if (value instanceof LuaString s) {
            return s.bytes();
        }
        if (!(value instanceof Double d)) {
            return null;
        }
        boolean whole = d == (long) (double) d && Math.abs(d) < EXACT && (d != 0 || 1 / d > 0);
        String text = whole ? Long.toString((long) (double) d) : Numbers.general(d, PRECISION, false);
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The error of a command that this script may not call; null if it may. */
    static @Nullable String refusal(ScriptRun run, @Nullable Command command, Args args) {
        if (command == null) {
            return "Unknown Redis command called from script";
        }
        if (!command.spec().accepts(args.count())) {
            return "Wrong number of args calling Redis command from script";
        }
        if (command.spec().has(CommandFlag.NOSCRIPT) || command.spec().name().startsWith("balsa|") || command.isElsewhere() && !isServed(command)) {
            return "This Redis command is not allowed from script";
        }
        Scripting.Rights rights = run.scripting().rights();
        String denied = rights == null ? null : denied(rights, args);
        if (denied != null) {
            return denied;
        }
        if (run.readOnly() && (command.spec().isWrite() || isPublish(command))) {
            return "Write commands are not allowed from read-only scripts.";
        }
        if (command.spec().has(CommandFlag.DENYOOM) && run.scripting().memoryFull() && !run.mayTakeMemory()) {
            return "-OOM command not allowed when used memory > 'maxmemory'.";
        }
        return keysElsewhere(run.scripting().surroundings(), command, args)
                ? "Script attempted to access a non local key in a cluster node" : null;
    }

    private static @Nullable String denied(Scripting.Rights rights, Args args) {
        String why = rights.denied(args);
        if (why != null) {
            return "ACL failure in script: " + why;
        }
        String problem = rights.problem(args);
        return problem == null ? null : "-" + problem;
    }

    private static boolean keysElsewhere(Scripting.Surroundings surroundings, Command command, Args args) {
        if (surroundings.ownsAll()) {
            return false;
        }
        boolean[] elsewhere = new boolean[1];
        int keys = SpecTable.keys(command.spec(), args,
                at -> elsewhere[0] |= !surroundings.owns(Slots.slot(args, at)));
        return keys > 0 && elsewhere[0];
    }

    /** What a command costs, in instructions, beside its reply: more, if it goes through whole keys. */
    static long cost(Call call, Command command) {
        if (command.spec().has(CommandFlag.FAST)) {
            return COST;
        }
        return switch (command.spec().name()) {
            case "keys", "scan", "flushall", "flushdb", "dbsize" -> COST + call.db().size();
            default -> COST;
        };
    }

    // -- commands without keyspace --------------------------------------------------------------------------------

    private static boolean isPublish(Command command) {
        return command.word().equals("PUBLISH") || command.word().equals("SPUBLISH");
    }

    private static boolean isServed(Command command) {
        return switch (command.spec().name()) {
            case "echo", "ping", "publish", "select", "spublish", "time" -> true;
            default -> false;
        };
    }

    /** Runs a command that needs no keyspace. */
    static void elsewhere(ScriptRun run, Command command, Call call) {
        Args args = call.args();
        RespWriter reply = call.reply();
        switch (command.spec().name()) {
            case "echo" -> reply.bulk(args, 1);
            case "ping" -> {
                if (args.count() == 1) {
                    reply.simple("PONG");
                } else if (args.count() == 2) {
                    reply.bulk(args, 1);
                } else {
                    reply.error(CommandError.arity("ping"));
                }
            }
            case "time" -> {
                reply.array(2);
                reply.bulk(call.nowMillis() / 1000);
                reply.bulk(call.nowMillis() % 1000 * 1000);
            }
            case "select" -> select(run, call);
            default -> {
                // Who listens differs from node to node, so nothing that a script could do may depend on it.
                run.scripting().surroundings().publish(command.word().equals("SPUBLISH"), args.copy(1), args.copy(2));
                reply.integer(0);
            }
        }
    }

    private static void select(ScriptRun run, Call call) {
        if (!call.readsInteger(1)) {
            return;
        }
        if (call.number() < 0 || call.number() >= call.keyspace().databases()) {
            call.reply().error(CommandError.DB_INDEX);
            return;
        }
        run.database((int) call.number());
        call.reply().ok();
    }

    /** The words of a request as bytes of their own. */
    static byte[][] copies(Args args) {
        byte[][] words = new byte[args.count()][];
        Arrays.setAll(words, args::copy);
        return words;
    }
}
