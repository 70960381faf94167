package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.Request.Unblock;

/**
 * CLIENT UNBLOCK: the client that waits is on a loop of its own, and what it waits for may come first; so the reply comes
 * when it is known what ended the waiting. Stateless.
 */
final class ClientUnblock {
    private ClientUnblock() {}

    /** Answers {@code pending}; until then the connection executes nothing else. */
    static void run(Connection client, Args args, Pending pending) {
        boolean error = args.count() == 4 && args.is(3, "ERROR");
        long id = SessionCommands.number(args, 2);
        RespWriter reply = client.loop().writer(client.session().protocol());
        if (args.count() == 4 && !error && !args.is(3, "TIMEOUT")) {
            reply.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        } else if (id == Long.MIN_VALUE) {
            reply.error(SessionCommands.NOT_AN_INTEGER);
        } else {
            Connection waiting = client.front().clients().find(id);
            if (waiting != null && waiting != client) {
                client.answers().alone(pending);
                waiting.loop().loop().execute(() -> waiting.answers()
                        .unblock(error ? Unblock.ERROR : Unblock.TIMEOUT, ended -> reply(pending, ended)));
                return;
            }
            reply.integer(0);
        }
        pending.reply(reply.array(), 0, reply.length());
    }

    private static void reply(Pending pending, boolean ended) {
        byte[] bytes = {':', (byte) (ended ? '1' : '0'), '\r', '\n'};
        pending.reply(bytes, 0, bytes.length);
    }
}
