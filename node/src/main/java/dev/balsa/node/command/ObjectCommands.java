package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.FREQ_NOT_TRACKED;
import static dev.balsa.node.command.CommandError.IDLETIME_NOT_TRACKED;
import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.plain;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.STALE;

import dev.balsa.node.engine.AccessPolicy;
import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.ValueType;
import java.util.List;

/** Subcommands of OBJECT: how a value is kept. The table is the contents page; methods follow in its order. */
final class ObjectCommands {
    static final List<Command> TABLE = table(
            container("object", -2).group("generic")
                    .doc("2.2.3", "depends on the subcommand", "Tells how a value is kept.").subs(
                    read("encoding", 3, ObjectCommands::encoding).of("generic").key("RO", 2)
                            .tips("nondeterministic_output")
                            .syntax("key")
                            .doc("2.2.3", "O(1)", "Replies with the encoding of the value of a key."),
                    read("freq", 3, ObjectCommands::freq).of("generic").key("RO", 2).tips("nondeterministic_output")
                            .syntax("key")
                            .doc("4.0.0", "O(1)", "Replies with the logarithmic access counter of a key."),
                    plain("help", 2, ObjectCommands::help, LOADING, STALE).of("generic")
                            .doc("6.2.0", "O(1)", "Lists the subcommands."),
                    read("idletime", 3, ObjectCommands::idletime).of("generic").key("RO", 2)
                            .tips("nondeterministic_output")
                            .syntax("key")
                            .doc("2.2.3", "O(1)", "Replies with the seconds since a key was last accessed."),
                    read("refcount", 3, ObjectCommands::refcount).of("generic").key("RO", 2)
                            .tips("nondeterministic_output")
                            .syntax("key")
                            .doc("2.2.3", "O(1)", "Replies with the number of references to the value of a key.")));

    private static final int SHARED_INTEGERS = 10_000;

    private ObjectCommands() {}

    // OBJECT ENCODING key
    private static void encoding(Call call) {
        int ref = call.peek(2);
        if (ref == MISSING) {
            call.reply().nil();
        } else {
            call.reply().bulk(call.db().encoding(ref));
        }
    }

    // OBJECT FREQ key
    private static void freq(Call call) {
        int ref = call.peek(2);
        if (ref == MISSING) {
            call.reply().nil();
        } else if (call.keyspace().accessPolicy() == AccessPolicy.FREQUENCY) {
            call.reply().integer(call.db().frequency(ref));
        } else {
            call.reply().error(FREQ_NOT_TRACKED);
        }
    }

    // OBJECT HELP
    private static void help(Call call) {
        CommandTable.help("object", call.reply());
    }

    // OBJECT IDLETIME key
    private static void idletime(Call call) {
        int ref = call.peek(2);
        if (ref == MISSING) {
            call.reply().nil();
        } else if (call.keyspace().accessPolicy() == AccessPolicy.RECENCY) {
            call.reply().integer(call.db().idleSeconds(ref));
        } else {
            call.reply().error(IDLETIME_NOT_TRACKED);
        }
    }

    // OBJECT REFCOUNT key
    private static void refcount(Call call) {
        int ref = call.peek(2);
        if (ref == MISSING) {
            call.reply().nil();
        } else {
            call.reply().integer(isShared(call.db(), ref) ? Integer.MAX_VALUE : 1);
        }
    }

    /** Redis keeps one object for each small number and never counts its references. */
    private static boolean isShared(Database db, int ref) {
        return db.type(ref) == ValueType.STRING
                && db.isInteger(ref)
                && db.integer(ref) >= 0
                && db.integer(ref) < SHARED_INTEGERS;
    }
}
