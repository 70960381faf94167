package dev.balsa.node.command;

import static dev.balsa.node.command.Row.elsewhere;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.proto.command.CommandFlag.ALLOW_BUSY;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_MULTI;
import static dev.balsa.proto.command.CommandFlag.SKIP_SLOWLOG;
import static dev.balsa.proto.command.CommandFlag.STALE;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;

/**
 * Transactions. What clients say is served by the front, which queues; what the groups get to see of it are the
 * subcommands of BALSA. The table is the contents page; methods follow in its order.
 */
final class TransactionCommands {
    static final List<Command> TABLE = table(
            elsewhere("multi", 1, NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY).group("transactions").acl("transaction")
                    .doc("1.2.0", "O(1)", "Begins a transaction: commands are queued until EXEC."),
            elsewhere("exec", 1, NOSCRIPT, LOADING, STALE, SKIP_SLOWLOG).group("transactions").acl("transaction")
                    .doc("1.2.0", "that of the commands", "Runs the commands queued since MULTI as one."),
            elsewhere("discard", 1, NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY).group("transactions")
                    .acl("transaction")
                    .doc("2.0.0", "O(N), N = commands queued", "Forgets the commands queued since MULTI."),
            elsewhere("watch", -2, NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY).group("transactions")
                    .acl("transaction").keys("RO", 1, -1, 1).syntax("key...")
                    .doc("2.2.0", "O(N), N = keys", "Makes the next EXEC depend on keys staying as they are."),
            elsewhere("unwatch", 1, NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY).group("transactions")
                    .acl("transaction")
                    .doc("2.2.0", "O(1)", "Forgets the keys that were watched."));

    // Subcommands of BALSA, between fronts and groups.
    static final Row EXEC = write("exec", -3, call -> exec(call, false), NOSCRIPT, NO_MULTI, DENYOOM)
            .of("server").internal()
            .doc("7.2.0", "that of the commands", "Runs the commands of a transaction.");
    static final Row EXECFREE = write("execfree", -3, call -> exec(call, false), NOSCRIPT, NO_MULTI)
            .of("server").internal()
            .doc("7.2.0", "that of the commands", "Runs the commands of a transaction that needs no memory.");
    static final Row EXECREAD = read("execread", -3, call -> exec(call, true), NOSCRIPT, NO_MULTI)
            .of("server").internal()
            .doc("7.2.0", "that of the commands", "Runs the commands of a transaction that only reads.");
    static final Row WATCH = write("watch", -3, TransactionCommands::watch, NOSCRIPT, NO_MULTI)
            .of("server").internal()
            .doc("7.2.0", "O(N), N = keys", "Marks keys as watched and replies with the ids of the marks.");
    static final Row UNWATCH = write("unwatch", -5, TransactionCommands::unwatch, NOSCRIPT, NO_MULTI)
            .of("server").internal()
            .doc("7.2.0", "O(N), N = keys", "Takes a watcher from marks.");

    private static final String MALFORMED = "ERR malformed transaction";

    private TransactionCommands() {}

    // BALSA EXEC watched [database key id ...] [database words word ...]
    private static void exec(Call call, boolean reads) {
        Transaction transaction = new Transaction();
        RespWriter reply = call.reply();
        boolean good = transaction.open(call.args(), call.keyspace().databases());
        if (!good || reads && call.args().text(2).charAt(0) != '0') {
            reply.error(MALFORMED);
            return;
        }
        if (!transaction.admits(call.keyspace())) {
            reply.nilArray();
            return;
        }
        Args args = new Args();
        Call inner = new Call(call.keyspace(), args, reply, call.scripting());
        reply.array(transaction.commands());
        for (long k = 1; transaction.next(args); k++) {
            run(inner.next(transaction.database(), Transaction.seedOf(call.seed(), k)), reads);
            // Who waits is served at the end, but in the order in which the keys become ready.
            call.keyspace().settleReady();
        }
    }

    /** One of them: whatever becomes of it, the others run. */
    private static void run(Call inner, boolean reads) {
        Command command = Transaction.find(inner.args(), reads);
        if (command == null) {
            inner.reply().error("ERR '" + inner.args().text(0) + "' cannot run in a transaction");
            return;
        }
        int from = inner.reply().length();
        try {
            command.run(inner);
        } catch (IllegalStateException broken) {
            throw broken;
        } catch (RuntimeException bug) {
            inner.reply().truncate(from);
            inner.reply().error("ERR internal error in '" + command.spec().name() + "': " + bug);
        }
    }

    // BALSA WATCH key [key ...]
    private static void watch(Call call) {
        Args args = call.args();
        call.reply().array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            call.reply().integer(call.keyspace().watch(
                    call.databaseIndex(), args.array(), args.offset(i), args.length(i)));
        }
    }

    // BALSA UNWATCH database key id [database key id ...]
    private static void unwatch(Call call) {
        Args args = call.args();
        if ((args.count() - 2) % 3 != 0) {
            call.reply().error(CommandError.SYNTAX);
            return;
        }
        for (int i = 2; i < args.count(); i += 3) {
            if (!call.readsInt(i)) {
                return;
            }
            int database = (int) call.number();
            if (!call.readsInteger(i + 2)) {
                return;
            }
            call.keyspace().marks().leave(database, args.array(), args.offset(i + 1), args.length(i + 1),
                    call.number());
        }
        call.reply().ok();
    }
}
