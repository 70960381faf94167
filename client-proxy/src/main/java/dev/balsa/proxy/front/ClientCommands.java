package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.CommandEntry;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** CLIENT and its subcommands. Stateless; runs on the connection's loop. */
final class ClientCommands {
    static final String BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";

    private static final List<String> HELP = List.of(
            "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CACHING (YES|NO)",
            "    Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.",
            "GETREDIR",
            "    Return the client ID we are redirecting to when tracking is enabled.",
            "GETNAME",
            "    Return the name of the current connection.",
            "ID",
            "    Return the ID of the current connection.",
            "INFO",
            "    Return information about the current client connection.",
            "KILL <ip:port>",
            "    Kill connection made from <ip:port>.",
            "KILL <option> <value> [<option> <value> [...]]",
            "    Kill connections. Options are:",
            "    * ADDR (<ip:port>|<unixsocket>:0)",
            "      Kill connections made from the specified address",
            "    * LADDR (<ip:port>|<unixsocket>:0)",
            "      Kill connections made to specified local address",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "      Kill connections by type.",
            "    * USER <username>",
            "      Kill connections authenticated by <username>.",
            "    * SKIPME (YES|NO)",
            "      Skip killing current connection (default: yes).",
            "LIST [options ...]",
            "    Return information about client connections. Options:",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "      Return clients of specified type.",
            "UNPAUSE",
            "    Stop the current client pause, resuming traffic.",
            "PAUSE <timeout> [WRITE|ALL]",
            "    Suspend all, or just write, clients for <timeout> milliseconds.",
            "REPLY (ON|OFF|SKIP)",
            "    Control the replies sent to the current connection.",
            "SETNAME <name>",
            "    Assign the name <name> to the current connection.",
            "SETINFO <option> <value>",
            "    Set client meta attr. Options are:",
            "    * LIB-NAME: the client lib name.",
            "    * LIB-VER: the client lib version.",
            "UNBLOCK <clientid> [TIMEOUT|ERROR]",
            "    Unblock the specified blocked client.",
            "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]",
            "         [OPTIN] [OPTOUT] [NOLOOP]",
            "    Control server assisted client side caching.",
            "TRACKINGINFO",
            "    Report tracking status for the current connection.",
            "NO-EVICT (ON|OFF)",
            "    Protect current client connection from eviction.",
            "NO-TOUCH (ON|OFF)",
            "    Will not touch LRU/LFU stats when this mode is on.",
            "HELP",
            "    Prints this help.");

    private ClientCommands() {}

    static void run(Connection client, CommandEntry entry, Args args, SessionCommands.Answer answer) {
        RespWriter reply = answer.reply();
        Session session = client.session();
        switch (entry.name()) {
            case "client|id" -> reply.integer(client.id());
            case "client|getname" -> {
                if (session.name().isEmpty()) {
                    reply.nil();
                } else {
                    latin(session.name(), reply);
                }
            }
            case "client|setname" -> setName(session, args, reply);
            case "client|setinfo" -> setInfo(session, args, reply);
            case "client|info" -> {
                StringBuilder line = new StringBuilder();
                ClientInfo.append(client, line);
                reply.verbatim("txt", line.toString());
            }
            case "client|list" -> list(client, args, reply);
            case "client|kill" -> ClientKill.run(client, args, reply);
            case "client|reply" -> replies(session, args, answer);
            case "client|no-evict" -> onOff(args, reply, session::noEvict);
            case "client|no-touch" -> onOff(args, reply, session::noTouch);
            case "client|pause" -> pause(client, args, reply);
            case "client|unpause" -> {
                client.front().pause().stop();
                reply.ok();
            }
            case "client|getredir" -> TrackingCommands.redirection(client, reply);
            case "client|trackinginfo" -> TrackingCommands.info(client, reply);
            case "client|caching" -> TrackingCommands.caching(client, args, reply);
            case "client|help" -> {
                reply.array(HELP.size());
                HELP.forEach(reply::simple);
            }
            default -> reply.error("ERR unknown subcommand '" + args.text(1) + "'. Try CLIENT HELP.");
        }
    }

    private static void latin(String text, RespWriter reply) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        reply.bulk(bytes, 0, bytes.length);
    }

    /** Whether every byte of the argument can be printed and none is a space. */
    static boolean isPrintable(Args args, int i) {
        for (int k = 0; k < args.length(i); k++) {
            byte b = args.array()[args.offset(i) + k];
            if (b < '!' || b > '~') {
                return false;
            }
        }
        return true;
    }

    private static void setName(Session session, Args args, RespWriter reply) {
        if (isPrintable(args, 2)) {
            session.name(args.text(2));
            reply.ok();
        } else {
            reply.error(BAD_NAME);
        }
    }

    private static void setInfo(Session session, Args args, RespWriter reply) {
        boolean name = args.is(2, "LIB-NAME");
        if (!name && !args.is(2, "LIB-VER")) {
            reply.error("ERR Unrecognized option '" + args.text(2) + "'");
        } else if (!isPrintable(args, 3)) {
            reply.error("ERR " + args.text(2) + " cannot contain spaces, newlines or special characters.");
        } else {
            if (name) {
                session.libName(args.text(3));
            } else {
                session.libVersion(args.text(3));
            }
            reply.ok();
        }
    }

    private static void replies(Session session, Args args, SessionCommands.Answer answer) {
        if (args.is(2, "ON")) {
            session.replies(Session.Replies.ON);
            answer.pending().silent(false);
            answer.reply().ok();
        } else if (args.is(2, "OFF")) {
            session.replies(Session.Replies.OFF);
            answer.pending().silent(true);
        } else if (args.is(2, "SKIP")) {
            if (session.replies() != Session.Replies.OFF) {
                session.replies(Session.Replies.SKIP_NEXT);
            }
            answer.pending().silent(true);
        } else {
            answer.reply().error(SessionCommands.SYNTAX_ERROR);
        }
    }

    /** Takes ON or OFF. */
    private interface Switch {
        void set(boolean on);
    }

    private static void onOff(Args args, RespWriter reply, Switch target) {
        boolean on = args.is(2, "ON");
        if (!on && !args.is(2, "OFF")) {
            reply.error(SessionCommands.SYNTAX_ERROR);
        } else {
            target.set(on);
            reply.ok();
        }
    }

    private static void list(Connection client, Args args, RespWriter reply) {
        ClientRegistry clients = client.front().clients();
        StringBuilder text = new StringBuilder();
        if (args.count() == 2) {
            text.append(clients.list());
        } else if (args.is(2, "TYPE") && args.count() == 4) {
            String type = args.text(3);
            if (!isType(type)) {
                reply.error("ERR Unknown client type '" + type + "'");
                return;
            }
            clients.select(c -> isOfType(c, type)).forEach(c -> ClientInfo.append(c, text));
        } else if (args.is(2, "ID") && args.count() > 3) {
            Set<Long> ids = new HashSet<>();
            for (int i = 3; i < args.count(); i++) {
                long id = SessionCommands.number(args, i);
                if (id == Long.MIN_VALUE) {
                    reply.error("ERR Invalid client ID");
                    return;
                }
                ids.add(id);
            }
            clients.select(c -> ids.contains(c.id())).forEach(c -> ClientInfo.append(c, text));
        } else {
            reply.error(SessionCommands.SYNTAX_ERROR);
            return;
        }
        reply.verbatim("txt", text.toString());
    }

    /** Whether the client is of the type: one that listens to channels, or a normal one. */
    static boolean isOfType(Connection client, String type) {
        return client.subscriptions().any() ? type.equalsIgnoreCase("pubsub") : type.equalsIgnoreCase("normal");
    }

    /** Whether Redis knows such clients; there are none of servers here. */
    static boolean isType(String type) {
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "normal", "master", "replica", "slave", "pubsub" -> true;
            default -> false;
        };
    }

    private static void pause(Connection client, Args args, RespWriter reply) {
        boolean writesOnly = false;
        if (args.count() > 3) {
            writesOnly = args.is(3, "WRITE");
            if (args.count() > 4 || (!writesOnly && !args.is(3, "ALL"))) {
                reply.error("ERR CLIENT PAUSE mode must be WRITE or ALL");
                return;
            }
        }
        long millis = SessionCommands.number(args, 2);
        if (millis == Long.MIN_VALUE) {
            reply.error("ERR timeout is not an integer or out of range");
        } else if (millis < 0) {
            reply.error("ERR timeout is negative");
        } else {
            client.front().pause().start(millis, writesOnly);
            reply.ok();
        }
    }
}
