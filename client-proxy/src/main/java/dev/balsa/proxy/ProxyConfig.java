package dev.balsa.proxy;

import dev.balsa.proto.resp.RespLimits;
import dev.balsa.proxy.ConfigFile.ConfigException;
import dev.balsa.proxy.ConfigFile.Directive;
import dev.balsa.proxy.config.Directive.Effect;
import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.front.FrontSettings;
import dev.balsa.proxy.front.FrontSettings.DebugAccess;
import dev.balsa.proxy.tls.TlsDirectives;
import dev.balsa.proxy.transport.IoTransport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a proxy is configured to. Immutable but for the front's settings.
 *
 * @param seeds cluster addresses {@code host:port} of nodes to ask first; at least one
 * @param bind addresses to listen on
 * @param port 0 = any free one, -1 = none
 * @param loopThreads event loops ({@code io-threads})
 * @param transport how they ask the system about sockets ({@code io-transport})
 * @param masterauth password of the nodes; empty: none is needed
 * @param startTimeoutSeconds how long the first contact with the cluster may take
 * @param tls the value of every directive of {@link TlsDirectives}
 * @param file that was read, absolute; null: none. CONFIG REWRITE writes it
 * @param front what clients meet
 */
public record ProxyConfig(
        List<String> seeds,
        List<String> bind,
        int port,
        int loopThreads,
        IoTransport transport,
        String masterauth,
        int startTimeoutSeconds,
        Map<String, String> tls,
        @Nullable Path file,
        FrontSettings front) {
    private static final Logger log = LoggerFactory.getLogger(ProxyConfig.class);
    private static final int PORT_MAX = 65_535;
    private static final int START_SECONDS = 60;

    /** Every directive of {@link TlsDirectives} as the lines have it; those of other directives are passed over. */
    static Map<String, String> tls(List<Directive> directives) {
        Map<String, String> values = new TreeMap<>();
        TlsDirectives.ALL.forEach(row -> values.put(row.name(), row.initial()));
        for (Directive line : directives) {
            var row = TlsDirectives.TABLE.find(line.name());
            if (row != null) {
                values.put(row.name(), row.read(line));
            }
        }
        return Map.copyOf(values);
    }

    /** A proxy with default settings. */
    public static ProxyConfig of(List<String> seeds, String bind, int port) {
        return new ProxyConfig(List.copyOf(seeds), List.of(bind), port, 1, IoTransport.named("auto"), "", START_SECONDS,
                tls(List.of()), null, new FrontSettings());
    }

    /**
     * Reads a file, and arguments such as {@code --port 6380} that win over it.
     *
     * @throws ConfigException with the place of what is wrong
     */
    public static ProxyConfig read(List<String> arguments) {
        List<Directive> directives = new ArrayList<>();
        boolean file = !arguments.isEmpty() && !arguments.getFirst().startsWith("--");
        if (file) {
            directives.addAll(ConfigFile.read(Path.of(arguments.getFirst())));
        }
        directives.addAll(ConfigFile.arguments(arguments.subList(file ? 1 : 0, arguments.size())));
        return parse(directives, file ? Path.of(arguments.getFirst()).toAbsolutePath().normalize() : null);
    }

    /** Takes directives in their order; the last one of a name counts. */
    public static ProxyConfig parse(List<Directive> directives) {
        return parse(directives, null);
    }

    private static ProxyConfig parse(List<Directive> directives, @Nullable Path file) {
        List<String> seeds = List.of();
        List<String> bind = List.of("127.0.0.1");
        int port = 6379;
        int threads = 1;
        IoTransport transport = IoTransport.named("auto");
        String masterauth = "";
        int startSeconds = START_SECONDS;
        FrontSettings front = new FrontSettings();
        for (Directive d : directives) {
            switch (d.name()) {
                case "seeds" -> seeds = addresses(d);
                case "bind" -> bind = d.values();
                case "port" -> port = (int) d.number(0, PORT_MAX);
                case "io-threads" -> threads = (int) d.number(1, 128);
                case "io-transport" -> transport = transport(d);
                case "masterauth" -> masterauth = d.value();
                case "start-timeout-seconds" -> startSeconds = (int) d.number(1, 86_400);
                default -> {
                    if (!isTls(d)) {
                        front(d, front);
                    }
                }
            }
        }
        if (seeds.isEmpty()) {
            throw new ConfigException("seeds is missing: which nodes is the proxy to ask, e.g. seeds 10.0.0.1:7379?");
        }
        Map<String, String> tls = tls(directives);
        boolean onlyTls = port == 0 && !tls.getOrDefault("tls-port", "0").equals("0");
        return new ProxyConfig(seeds, bind, onlyTls ? -1 : port, threads, transport, masterauth, startSeconds, tls,
                file, front);
    }

    private static boolean isTls(Directive line) {
        var row = TlsDirectives.TABLE.find(line.name());
        if (row != null && row.effect() == Effect.NONE) {
            log.warn("{}", row.warning());
        }
        return row != null;
    }

    /** The values in force from now on of what CONFIG SET changes here and not in the nodes. */
    Settings settings() {
        return new Settings(TlsDirectives.TABLE, name -> tls.getOrDefault(name, ""), tls.keySet());
    }

    /** Whether nodes are spoken to by TLS, if only where they can. */
    boolean tlsLinks() {
        return !tls.getOrDefault("tls-cluster", "no").equals("no");
    }

    private static IoTransport transport(Directive d) {
        if (!IoTransport.NAMES.contains(d.value())) {
            throw d.error("'" + d.name() + "' must be one of " + String.join(", ", IoTransport.NAMES) + ", not " + d.value());
        }
        return IoTransport.named(d.value());
    }

    private static void front(Directive d, FrontSettings front) {
        switch (d.name()) {
            case "requirepass" -> front.requirepass(d.value());
            case "maxclients" -> front.maxclients((int) d.number(1, Integer.MAX_VALUE));
            case "timeout" -> front.timeoutSeconds((int) d.number(0, Integer.MAX_VALUE));
            case "tcp-backlog" -> front.tcpBacklog((int) d.number(0, Integer.MAX_VALUE));
            case "databases" -> front.databases((int) d.number(1, 16));
            case "client-subscriptions-max" -> front.subscriptionsMax((int) d.number(0, Integer.MAX_VALUE));
            case "tracking-table-max-keys" -> front.trackedKeysMax(d.number(0, Long.MAX_VALUE));
            case "client-unanswered-max" -> front.unansweredMax((int) d.number(1, 1 << 20));
            case "route-timeout-millis" -> front.routeTimeoutMillis(d.number(0, 3_600_000));
            case "busy-wait-millis" -> front.busyWaitMillis(d.number(0, 3_600_000));
            case "proto-max-bulk-len" -> front.requestLimits(front.requestLimits().withBulkMaxBytes(size(d)));
            case "client-query-buffer-limit" -> front.requestLimits(withRequestMax(front.requestLimits(), size(d)));
            case "client-output-buffer-limit" -> outputLimit(d, front);
            case "enable-debug-command" -> front.debugAccess(debugAccess(d));
            default -> throw d.unknown();
        }
    }

    private static DebugAccess debugAccess(Directive d) {
        return switch (d.value()) {
            case "no" -> DebugAccess.NO;
            case "local" -> DebugAccess.LOCAL;
            case "yes" -> DebugAccess.YES;
            default -> throw d.error("'" + d.name() + "' must be no, yes or local, not " + d.value());
        };
    }

    private static int size(Directive d) {
        long bytes = d.bytes();
        if (bytes < 1 << 20 || bytes > Integer.MAX_VALUE - 64) {
            throw d.error("'" + d.name() + "' must be between 1mb and 2047mb, not " + d.value());
        }
        return (int) bytes;
    }

    private static RespLimits withRequestMax(RespLimits limits, int bytes) {
        return new RespLimits(limits.bulkMaxBytes(), limits.argumentsMax(), limits.inlineMaxBytes(), bytes,
                limits.unauthenticatedArgumentsMax(), limits.unauthenticatedBulkMaxBytes());
    }

    private static void outputLimit(Directive d, FrontSettings front) {
        List<String> v = d.values();
        boolean messages = v.getFirst().equals("pubsub");
        if (v.size() != 4 || (!messages && !v.getFirst().equals("normal"))) {
            throw d.error("'" + d.name() + "' takes: normal or pubsub, <hard limit> <soft limit> <soft seconds>");
        }
        try {
            long hard = ConfigFile.parseBytes(v.get(1));
            long soft = ConfigFile.parseBytes(v.get(2));
            int seconds = Integer.parseUnsignedInt(v.get(3));
            if (messages) {
                front.messagesLimit(new FrontSettings.OutputLimit(hard, soft, seconds));
            } else {
                front.outputLimit(hard, soft, seconds);
            }
        } catch (NumberFormatException _) {
            throw d.error("'" + d.name() + "' has a value that is no number: " + String.join(" ", v));
        }
    }

    private static List<String> addresses(Directive d) {
        for (String address : d.values()) {
            if (!address.matches(".+:[1-9][0-9]{0,4}")) {
                throw d.error("'" + address + "' is no address such as 10.0.0.1:7379");
            }
        }
        return d.values();
    }
}
