package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Pending;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CLIENT TRACKING, CACHING, TRACKINGINFO and GETREDIR. Stateless; runs on the connection's loop. */
final class TrackingCommands {
    private static final String SWITCHED_BCAST = "ERR You can't switch BCAST mode on/off before disabling tracking for"
            + " this client, and then re-enabling it with a different mode.";
    private static final String SWITCHED_OPT = "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for"
            + " this client, and then re-enabling it with a different mode.";

    private TrackingCommands() {}

    /** What stands behind ON or OFF. */
    private static final class Request {
        private final List<byte[]> prefixes = new ArrayList<>();
        private boolean bcast;
        private boolean optin;
        private boolean optout;
        private boolean noloop;
        private long redirect;

        Tracking.Options options() {
            return new Tracking.Options(bcast, optin, optout, noloop, redirect);
        }
    }

    /** CLIENT TRACKING: answered when every node that can be reached knows that this process wants to hear of changes. */
    static void run(Connection client, Args args, Pending pending) {
        RespWriter reply = client.loop().writer(client.session().protocol());
        Request request = new Request();
        String problem = read(client, args, request);
        boolean off = problem == null && args.is(2, "OFF");
        if (problem == null && !off) {
            problem = args.is(2, "ON") ? conflict(client.trackingOrNull(), request) : SessionCommands.SYNTAX_ERROR;
        }
        if (problem != null) {
            reply.error(problem);
        } else if (off) {
            client.tracking().stop();
            reply.ok();
        } else {
            client.tracking().start(request.options(), request.prefixes);
            client.answers().alone(pending);
            client.front().invalidations().source().whenEstablished(() -> answerLater(client, pending, "+OK\r\n"));
            return;
        }
        pending.reply(reply.array(), 0, reply.length());
    }

    private static @Nullable String read(Connection client, Args args, Request request) {
        for (int i = 3; i < args.count(); i++) {
            boolean more = i + 1 < args.count();
            if (args.is(i, "REDIRECT") && more) {
                if (request.redirect != 0) {
                    return "ERR A client can only redirect to a single other client";
                }
                request.redirect = SessionCommands.number(args, ++i);
                if (request.redirect == Long.MIN_VALUE) {
                    return SessionCommands.NOT_AN_INTEGER;
                }
                if (client.front().clients().find(request.redirect) == null) {
                    return "ERR The client ID you want redirect to does not exist";
                }
            } else if (args.is(i, "BCAST")) {
                request.bcast = true;
            } else if (args.is(i, "OPTIN")) {
                request.optin = true;
            } else if (args.is(i, "OPTOUT")) {
                request.optout = true;
            } else if (args.is(i, "NOLOOP")) {
                request.noloop = true;
            } else if (args.is(i, "PREFIX") && more) {
                request.prefixes.add(args.copy(++i));
            } else {
                return SessionCommands.SYNTAX_ERROR;
            }
        }
        return null;
    }

    private static @Nullable String conflict(@Nullable Tracking now, Request wanted) {
        boolean on = now != null && now.isOn();
        Tracking.Options old = now == null ? Tracking.Options.OFF : now.options();
        if (!wanted.bcast && !wanted.prefixes.isEmpty()) {
            return "ERR PREFIX option requires BCAST mode to be enabled";
        }
        if (on && old.bcast() != wanted.bcast) {
            return SWITCHED_BCAST;
        }
        if (wanted.bcast && (wanted.optin || wanted.optout)) {
            return "ERR OPTIN and OPTOUT are not compatible with BCAST";
        }
        if (wanted.optin && wanted.optout) {
            return "ERR You can't specify both OPTIN mode and OPTOUT mode";
        }
        if (wanted.optin && old.optout() || wanted.optout && old.optin()) {
            return SWITCHED_OPT;
        }
        return overlap(now == null ? List.of() : now.prefixes(), wanted.prefixes);
    }

    private static @Nullable String overlap(List<byte[]> existing, List<byte[]> added) {
        for (int i = 0; i < added.size(); i++) {
            byte[] prefix = added.get(i);
            for (byte[] other : existing) {
                if (overlap(prefix, other)) {
                    return overlapping(prefix, "an existing prefix", other);
                }
            }
            for (byte[] other : added.subList(i + 1, added.size())) {
                if (overlap(prefix, other)) {
                    return overlapping(prefix, "another provided prefix", other);
                }
            }
        }
        return null;
    }

    private static boolean overlap(byte[] a, byte[] b) {
        int length = Math.min(a.length, b.length);
        return Arrays.equals(a, 0, length, b, 0, length);
    }

    private static String overlapping(byte[] prefix, String what, byte[] other) {
        return "ERR Prefix '" + latin(prefix) + "' overlaps with " + what + " '" + latin(other)
                + "'. Prefixes for a single client must not overlap.";
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static void caching(Connection client, Args args, RespWriter reply) {
        Tracking tracking = client.trackingOrNull();
        Tracking.Options options = tracking == null ? Tracking.Options.OFF : tracking.options();
        boolean yes = args.is(2, "YES");
        if (tracking == null || !tracking.isOn()) {
            reply.error("ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT"
                    + " mode enabled");
        } else if (!yes && !args.is(2, "NO")) {
            reply.error(SessionCommands.SYNTAX_ERROR);
        } else if (yes && !options.optin()) {
            reply.error("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
        } else if (!yes && !options.optout()) {
            reply.error("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
        } else {
            tracking.cacheNext();
            reply.ok();
        }
    }

    static void redirection(Connection client, RespWriter reply) {
        Tracking tracking = client.trackingOrNull();
        reply.integer(tracking == null || !tracking.isOn() ? -1 : tracking.options().redirect());
    }

    static void info(Connection client, RespWriter reply) {
        Tracking tracking = client.trackingOrNull();
        List<String> flags = tracking == null ? List.of("off") : flags(tracking);
        reply.map(3);
        reply.bulk("flags");
        reply.set(flags.size());
        flags.forEach(reply::bulk);
        reply.bulk("redirect");
        redirection(client, reply);
        reply.bulk("prefixes");
        List<byte[]> prefixes = tracking == null ? List.of() : tracking.prefixes();
        reply.array(prefixes.size());
        prefixes.forEach(reply::bulk);
    }

    private static List<String> flags(Tracking tracking) {
        Tracking.Options options = tracking.options();
        List<String> flags = new ArrayList<>();
        flags.add(tracking.isOn() ? "on" : "off");
        if (options.bcast()) {
            flags.add("bcast");
        }
        if (options.optin()) {
            flags.add("optin");
            if (tracking.caching()) {
                flags.add("caching-yes");
            }
        }
        if (options.optout()) {
            flags.add("optout");
            if (tracking.caching()) {
                flags.add("caching-no");
            }
        }
        if (options.noloop()) {
            flags.add("noloop");
        }
        if (tracking.brokenRedirect()) {
            flags.add("broken_redirect");
        }
        return flags;
    }

    /** PING of a link that hears of changes: what others have handed to the loop for it before is ahead of the reply. */
    static void pong(Connection client, Pending pending) {
        answerLater(client, pending, "+PONG\r\n");
    }

    private static void answerLater(Connection client, Pending pending, String line) {
        client.loop().loop().execute(() -> {
            byte[] reply = line.getBytes(StandardCharsets.US_ASCII);
            pending.reply(reply, 0, reply.length);
        });
    }

    /** BALSA TRACK [prefix ...]: the process behind the link wants to hear of keys with these prefixes; none: of nothing. */
    static void front(Connection client, Args args, RespWriter reply) {
        if (!client.session().isFront()) {
            reply.error("ERR BALSA TRACK is for nodes and proxies");
            return;
        }
        List<byte[]> prefixes = new ArrayList<>();
        for (int i = 2; i < args.count(); i++) {
            prefixes.add(args.copy(i));
        }
        client.tracking().serveFront(prefixes);
        reply.ok();
    }
}
