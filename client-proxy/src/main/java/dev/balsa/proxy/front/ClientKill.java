package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;
import java.util.function.Predicate;

/** CLIENT KILL: {@code ip:port}, or filters that must all match. Stateless; runs on the connection's loop. */
final class ClientKill {
    private ClientKill() {}

    static void run(Connection client, Args args, RespWriter reply) {
        if (args.count() == 3) {
            String address = args.text(2);
            List<Connection> found = client.front().clients().select(c -> c.peer().address().equals(address));
            if (found.isEmpty()) {
                reply.error("ERR No such client");
            } else {
                found.forEach(victim -> kill(client, victim));
                reply.ok();
            }
            return;
        }
        Predicate<Connection> matches = _ -> true;
        boolean skipSelf = true;
        for (int i = 2; i < args.count(); i += 2) {
            if (i + 1 == args.count()) {
                reply.error(SessionCommands.SYNTAX_ERROR);
                return;
            }
            if (args.is(i, "SKIPME") && (args.is(i + 1, "YES") || args.is(i + 1, "NO"))) {
                skipSelf = args.is(i + 1, "YES");
                continue;
            }
            String wrong = wrong(client, args, i);
            if (!wrong.isEmpty()) {
                reply.error(wrong);
                return;
            }
            matches = matches.and(filter(args, i));
        }
        boolean spared = skipSelf;
        List<Connection> found = client.front().clients().select(matches.and(c -> c != client || !spared));
        found.forEach(victim -> kill(client, victim));
        reply.integer(found.size());
    }

    /** What is wrong with the filter at {@code i}; empty if nothing is. */
    private static String wrong(Connection client, Args args, int i) {
        if (args.is(i, "ID")) {
            return SessionCommands.number(args, i + 1) <= 0 ? "ERR client-id should be greater than 0" : "";
        }
        if (args.is(i, "TYPE")) {
            return ClientCommands.isType(args.text(i + 1)) ? "" : "ERR Unknown client type '" + args.text(i + 1) + "'";
        }
        if (args.is(i, "USER")) {
            return client.front().users().find(args.text(i + 1)) != null ? "" : "ERR No such user '" + args.text(i + 1) + "'";
        }
        return args.is(i, "ADDR") || args.is(i, "LADDR") ? "" : SessionCommands.SYNTAX_ERROR;
    }

    private static Predicate<Connection> filter(Args args, int i) {
        String value = args.text(i + 1);
        if (args.is(i, "ID")) {
            long id = SessionCommands.number(args, i + 1);
            return c -> c.id() == id;
        }
        if (args.is(i, "TYPE")) {
            return c -> ClientCommands.isOfType(c, value);
        }
        if (args.is(i, "ADDR")) {
            return c -> c.peer().address().equals(value);
        }
        if (args.is(i, "LADDR")) {
            return c -> c.peer().localAddress().equals(value);
        }
        return c -> c.session().account().name().equals(value);
    }

    /** The one who asks still gets the answer. */
    private static void kill(Connection asking, Connection victim) {
        if (victim == asking) {
            asking.closeWhenAnswered();
        } else {
            victim.kill();
        }
    }
}
