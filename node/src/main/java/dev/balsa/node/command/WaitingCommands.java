package dev.balsa.node.command;

import static dev.balsa.node.command.Row.write;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_MULTI;

import dev.balsa.node.engine.Waiters.End;

/** What groups say to themselves of clients that wait. */
final class WaitingCommands {
    /** A subcommand of BALSA. */
    static final Row UNBLOCK = write("unblock", 4, WaitingCommands::unblock, NOSCRIPT, NO_MULTI)
            .of("server").internal()
            .doc("7.2.0", "O(log(N)), N = clients that wait", "Ends the waiting of a client.");

    private WaitingCommands() {}


    // BALSA UNBLOCK id TIMEOUT | ERROR | GONE
    private static void unblock(Call call) {
        if (!call.readsInteger(2)) {
            return;
        }
        for (End how : End.values()) {
            if (how != End.TERM && call.args().is(3, how.name())) {
                call.reply().integer(call.keyspace().waiters().end(call.number(), how) ? 1 : 0);
                return;
            }
        }
        call.reply().error(CommandError.SYNTAX);
    }
}
