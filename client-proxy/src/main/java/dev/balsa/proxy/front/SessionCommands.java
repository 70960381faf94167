package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Pending;

/** Commands about the connection itself, answered by the front. Stateless; runs on the connection's loop. */
final class SessionCommands {
    static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
    static final String SYNTAX_ERROR = "ERR syntax error";

    private static final String NO_CLUSTER = "ERR This instance has cluster support disabled";

    private SessionCommands() {}

    /** Executes the command and answers {@code pending}. */
    static void run(Connection client, CommandEntry entry, Args args, Pending pending) {
        if (answersLater(client, entry, args, pending)) {
            return;
        }
        Session session = client.session();
        Tracking tracking = client.trackingOrNull();
        RespWriter reply = client.loop().writer(session.protocol());
        switch (entry.name()) {
            case "ping" -> {
                if (session.protocol() == 2 && client.subscriptions().any()) {
                    pingOfListener(args, reply);
                } else {
                    ping(args, reply);
                }
            }
            case "echo" -> reply.bulk(args, 1);
            case "hello" -> Login.hello(client, args, reply);
            case "auth" -> Login.auth(client, args, reply);
            case "select" -> select(client, args, reply);
            case "readonly" -> readOnly(session, true, reply);
            case "readwrite" -> readOnly(session, false, reply);
            case "asking" -> asking(session, reply);
            case "monitor" -> monitor(client, pending, reply);
            case "balsa|track" -> TrackingCommands.front(client, args, reply);
            case "reset" -> {
                client.transactions().end();
                session.monitors(false);
                client.front().monitors().remove(client);
                client.subscriptions().end();
                if (tracking != null) {
                    tracking.stop();
                }
                session.reset();
                client.sessionChanged();
                pending.silent(false);
                reply.protocol(session.protocol()).simple("RESET");
            }
            case "quit" -> {
                reply.ok();
                client.closeWhenAnswered();
            }
            default -> {
                Answer answer = new Answer(pending, reply);
                if (entry.name().startsWith("acl|")) {
                    AclCommands.run(client, entry, args, reply);
                } else {
                    ClientCommands.run(client, entry, args, answer);
                }
            }
        }
        session.commandDone();
        pending.reply(reply.array(), 0, reply.length());
    }

    /** Takes the commands that answer when others have done something. */
    private static boolean answersLater(Connection client, CommandEntry entry, Args args, Pending pending) {
        Tracking tracking = client.trackingOrNull();
        switch (entry.name()) {
            case "client|unblock" -> ClientUnblock.run(client, args, pending);
            case "client|tracking" -> TrackingCommands.run(client, args, pending);
            case "auth", "hello" -> {
                if (!Login.mayBeNews(client, args)) {
                    return false;
                }
                Login.later(client, args, pending);
            }
            case "ping" -> {
                if (tracking == null || !tracking.servesFront()) {
                    return false;
                }
                TrackingCommands.pong(client, pending);
            }
            default -> {
                return false;
            }
        }
        client.session().commandDone();
        return true;
    }

    /** A command's request, whose silence it may change, and the writer of its reply. */
    record Answer(Pending pending, RespWriter reply) {}

    static void ping(Args args, RespWriter reply) {
        if (args.count() > 2) {
            reply.error("ERR wrong number of arguments for 'ping' command");
        } else if (args.count() == 2) {
            reply.bulk(args, 1);
        } else {
            reply.simple("PONG");
        }
    }

    /** In RESP2 a client that listens to channels gets everything in the form of a message. */
    private static void pingOfListener(Args args, RespWriter reply) {
        if (args.count() > 2) {
            ping(args, reply);
            return;
        }
        reply.array(2);
        reply.bulk("pong");
        if (args.count() == 2) {
            reply.bulk(args, 1);
        } else {
            reply.bulk("");
        }
    }

    static void select(Connection client, Args args, RespWriter reply) {
        long index = number(args, 1);
        if (index == Long.MIN_VALUE) {
            reply.error(NOT_AN_INTEGER);
        } else if (index < 0 || index >= client.front().settings().databases()) {
            reply.error("ERR DB index is out of range");
        } else {
            client.session().database((int) index);
            reply.ok();
        }
    }

    private static void monitor(Connection client, Pending pending, RespWriter reply) {
        if (client.session().monitors()) {
            // Redis does not answer a second time.
            pending.silent(true);
        } else {
            client.session().monitors(true);
            client.front().monitors().add(client);
        }
        reply.ok();
    }

    private static void readOnly(Session session, boolean value, RespWriter reply) {
        if (session.mode() == Mode.PLAIN) {
            reply.error(NO_CLUSTER);
        } else {
            session.readOnly(value);
            reply.ok();
        }
    }

    /** Slots move as a whole, so there is nothing to ask for: accepted and without effect. */
    private static void asking(Session session, RespWriter reply) {
        if (session.mode() == Mode.PLAIN) {
            reply.error(NO_CLUSTER);
        } else {
            reply.ok();
        }
    }

    /** The number that argument {@code i} is, as Redis reads it, or {@link Long#MIN_VALUE}. */
    static long number(Args args, int i) {
        String text = args.text(i);
        boolean plain = !text.isEmpty() && text.length() <= 20 && text.charAt(0) != '+'
                && (text.charAt(0) != '0' || text.length() == 1) && !text.startsWith("-0");
        if (!plain) {
            return Long.MIN_VALUE;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            return Long.MIN_VALUE;
        }
    }
}
