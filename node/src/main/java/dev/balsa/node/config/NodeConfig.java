package dev.balsa.node.config;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proxy.ConfigFile;
import dev.balsa.proxy.config.Directive;
import dev.balsa.proxy.config.Directive.Effect;
import dev.balsa.proxy.config.Kind;
import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.transport.IoTransport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node was started with: every directive's value, checked, with the defaults filled in. Immutable. Parsed from a
 * file in
 * redis.conf's syntax and from {@code --directive value} arguments, which come later and so win.
 */
public final class NodeConfig {
    private static final int RAFT_PORT_DISTANCE = 10_000;

    private final Map<String, String> values;
    private final List<String> given;
    private final List<String> warnings;
    private final List<ClusterMap.Node> members;
    private final List<ConfigFile.Directive> users;
    private final @Nullable Path file;

    private NodeConfig(Map<String, String> values, List<String> given, List<ClusterMap.Node> members,
            List<ConfigFile.Directive> users, @Nullable Path file) {
        this.values = Map.copyOf(values);
        this.given = List.copyOf(given);
        this.members = List.copyOf(members);
        this.users = List.copyOf(users);
        this.file = file;
        this.warnings = warningsOf(given);
    }

    /**
     * Reads a file and arguments.
     *
     * @param file null: arguments only
     * @param arguments as redis-server takes them: {@code --port 7000 --maxmemory 1gb}
     * @throws ConfigFile.ConfigException with the place of the first thing that is wrong and what is allowed there
     */
    public static NodeConfig load(@Nullable Path file, List<String> arguments) {
        List<ConfigFile.Directive> lines = new ArrayList<>();
        if (file != null) {
            lines.addAll(ConfigFile.read(file));
        }
        lines.addAll(ConfigFile.arguments(arguments));
        return of(lines, file == null ? null : file.toAbsolutePath().normalize());
    }

    /** As {@link #load}, from lines that were read already. */
    public static NodeConfig of(List<ConfigFile.Directive> lines, @Nullable Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        Directives.all().forEach(directive -> values.put(directive.name(), directive.initial()));
        List<String> given = new ArrayList<>();
        List<ClusterMap.Node> members = new ArrayList<>();
        List<ConfigFile.Directive> users = new ArrayList<>();
        for (ConfigFile.Directive line : lines) {
            Directive directive = Directives.find(line.name());
            if (directive == null) {
                throw line.error("unknown directive '" + line.name() + "'" + Spelling.suggestion(line.name()));
            }
            String text = directive.read(line);
            if (directive.kind() instanceof Kind.Member) {
                members.add(member(line.values()));
            } else if (directive.kind() instanceof Kind.UserRules) {
                users.add(line);
            } else if (directive.kind() instanceof Kind.OutputLimits) {
                values.merge(directive.name(), text, Kind.OutputLimits::merge);
            } else {
                values.put(directive.name(), text);
            }
            given.add(directive.name());
        }
        return new NodeConfig(values, given, members, users, file).complete(values);
    }

    private static ClusterMap.Node member(List<String> words) {
        return new ClusterMap.Node(
                words.get(0),
                words.get(1),
                Integer.parseInt(words.get(2)),
                Integer.parseInt(words.get(3)),
                Integer.parseInt(words.get(4)));
    }

    /** Checks what several directives say together, and fills in what follows from them. */
    private NodeConfig complete(Map<String, String> all) {
        String where = file == null ? "command line: " : file + ": ";
        if (port() == 0 && tlsPort() == 0 && clusterPort() == 0) {
            throw new ConfigFile.ConfigException(where
                    + "port, tls-port and cluster-port are all 0, so no client could connect");
        }
        if (members.isEmpty()) {
            if (raftPort() == 0) {
                int base = clientPort() != 0 ? clientPort() : clusterPort();
                all.put("raft-port", Integer.toString(base + RAFT_PORT_DISTANCE > 65_535 ? base - RAFT_PORT_DISTANCE
                        : base + RAFT_PORT_DISTANCE));
            }
            return new NodeConfig(all, given, members, users, file);
        }
        if (nodeId().isEmpty()) {
            throw new ConfigFile.ConfigException(where
                    + "cluster-node lines need node-id: which of them is this node?");
        }
        ClusterMap.Node self = members.stream().filter(node -> node.id().equals(nodeId())).findFirst().orElse(null);
        if (self == null) {
            throw new ConfigFile.ConfigException(where + "node-id " + nodeId() + " is in no cluster-node line");
        }
        if (members.stream().map(ClusterMap.Node::id).distinct().count() != members.size()) {
            throw new ConfigFile.ConfigException(where + "two cluster-node lines have the same id");
        }
        // The ports of a member stand in its own line; the same file can then be given to every node with node-id alone
        // changed.
        for (Map.Entry<String, Integer> port :
                Map.of("port", self.port(), "cluster-port", self.clusterPort(), "raft-port", self.raftPort())
                        .entrySet()) {
            if (!given.contains(port.getKey())) {
                all.put(port.getKey(), Integer.toString(port.getValue()));
            }
        }
        return new NodeConfig(all, given, members, users, file);
    }

    private static List<String> warningsOf(List<String> given) {
        List<String> warnings = new ArrayList<>();
        for (String name : given) {
            Directive directive = Directives.find(name);
            if (directive != null && directive.effect() == Effect.NONE) {
                warnings.add(directive.warning());
            }
        }
        return warnings;
    }

    /** The value of any directive, as CONFIG GET shows it. */
    public String value(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no directive " + name);
        }
        return value;
    }

    /** The values in force from now on: these, and what CONFIG SET makes of them. */
    public Settings settings() {
        Settings settings = new Settings(Directives.TABLE, this::value, given);
        settings.found("dir", dir().toString());
        return settings;
    }

    private long number(String name) {
        return Long.parseLong(value(name));
    }

    private int integer(String name) {
        return Integer.parseInt(value(name));
    }

    /** What was accepted without effect, one sentence each, for the log. */
    public List<String> warnings() {
        return warnings;
    }

    /** Names of the directives that were given, in their order; all others have their defaults. */
    public List<String> given() {
        return given;
    }

    /** The file that was read, absolute; null if there was none. CONFIG REWRITE writes it. */
    public @Nullable Path file() {
        return file;
    }

    // -- listening ----------------------------------------------------------------------------------------------

    /** For plain clients; 0 = none. */
    public int port() {
        return integer("port");
    }

    /** For plain clients by TLS; 0 = none. */
    public int tlsPort() {
        return integer("tls-port");
    }

    /** Where plain clients connect: {@link #port}, or {@link #tlsPort} if that is the only one; 0 = nowhere. */
    public int clientPort() {
        return port() != 0 ? port() : tlsPort();
    }

    /** Whether the cluster port, and links to those of other nodes, are TLS and nothing else. */
    public boolean tlsCluster() {
        return value("tls-cluster").equals("yes");
    }

    /** Whether other processes of the cluster are spoken to by TLS, on some port, if only where they can. */
    public boolean tlsLinks() {
        return !value("tls-cluster").equals("no") || !value("tls-replication").equals("no");
    }

    /** For cluster-aware clients, proxies and other nodes; 0 = none. */
    public int clusterPort() {
        return integer("cluster-port");
    }

    /**
     * Addresses that clients may connect to; {@code *} is every one; a leading minus: leave it out if it is not there.
     */
    public List<String> bind() {
        return List.of(value("bind").split(" +"));
    }

    public boolean protectedMode() {
        return value("protected-mode").equals("yes");
    }

    /** 0 = off. */
    public int tcpKeepaliveSeconds() {
        return integer("tcp-keepalive");
    }

    /** Event loops that own sockets and groups. */
    public int ioThreads() {
        return integer("io-threads");
    }

    /** @throws ConfigFile.ConfigException if this machine does not have the one that is wanted */
    public IoTransport ioTransport() {
        return IoTransport.named(value("io-transport"));
    }

    // -- cluster ------------------------------------------------------------------------------------------------

    /** 40 hex digits; empty: the node keeps an id of its own in {@link #dir()}. */
    public String nodeId() {
        return value("node-id");
    }

    /** Every member, this node included; empty: this node alone. */
    public List<ClusterMap.Node> members() {
        return members;
    }

    public int groups() {
        return integer("groups");
    }

    public int raftPort() {
        return integer("raft-port");
    }

    /** The address that replication listens on; empty: the host of this node's cluster-node line, or 127.0.0.1. */
    public String raftBind() {
        return value("raft-bind");
    }

    public int electionTimeoutMillis() {
        return integer("election-timeout-millis");
    }

    public int electionSpreadMillis() {
        return integer("election-spread-millis");
    }

    /**
     * How long a leader leads before it hands its group to the node that is preferred for it, so that groups are led by different nodes; 0 = never.
     */
    public long spreadLeadersAfterMillis() {
        return number("spread-leaders-after-millis");
    }

    // -- clients ------------------------------------------------------------------------------------------------

    /** Empty = none. */
    public String requirepass() {
        return value("requirepass");
    }

    /** The {@code user} lines: name and rules each. */
    public List<ConfigFile.Directive> users() {
        return users;
    }

    /** Users in a file of their own; empty = none. */
    public String aclFile() {
        return value("aclfile");
    }

    /** What nodes and proxies of the cluster know, and nobody else; empty = the cluster trusts its network. */
    public String clusterSecret() {
        return value("cluster-secret").isEmpty() ? requirepass() : value("cluster-secret");
    }

    public int maxClients() {
        return integer("maxclients");
    }

    /** Idle clients are closed after this; 0 = never. */
    public int timeoutSeconds() {
        return integer("timeout");
    }

    public int bulkMaxBytes() {
        return integer("proto-max-bulk-len");
    }

    public long queryBufferMaxBytes() {
        return number("client-query-buffer-limit");
    }

    /** Requests of one connection that may be unanswered; beyond it nothing more is read from it. */
    public int unansweredMax() {
        return integer("client-unanswered-max");
    }

    /** How long a request waits for a leader before it is refused. */
    public int routeTimeoutMillis() {
        return integer("route-timeout-millis");
    }

    /** How long a request waits for room when too much is in flight, before it is refused. */
    public int busyWaitMillis() {
        return integer("busy-wait-millis");
    }

    // -- data ---------------------------------------------------------------------------------------------------

    public int databases() {
        return integer("databases");
    }

    /** 0 = no limit but the arena's. */
    public long maxMemoryBytes() {
        return number("maxmemory");
    }

    /** Address space reserved for the keys and values of one group. */
    public long arenaMaxBytes() {
        return number("arena-max-bytes");
    }

    // -- files --------------------------------------------------------------------------------------------------

    /** Where everything of this node is kept, absolute. */
    public Path dir() {
        return Path.of(value("dir")).toAbsolutePath().normalize();
    }

    /** A dump that is imported when the node starts for the first time; relative to {@link #dir()}. */
    public String dbFileName() {
        return value("dbfilename");
    }

    /** {@code always}, {@code everysec} or {@code no}. */
    public String appendFsync() {
        return value("appendfsync");
    }

    /** Whether strings in snapshots are compressed. */
    public boolean rdbCompression() {
        return value("rdbcompression").equals("yes");
    }

    /** {@code segments} or {@code rocksdb}. */
    public String raftLog() {
        return value("raft-log");
    }

    /** A snapshot is taken when the log has grown by this much since the last one. */
    public long snapshotLogBytes() {
        return number("snapshot-log-bytes");
    }

    /** How fast a snapshot is written at most. */
    public long snapshotBytesPerSecondMax() {
        return number("snapshot-bytes-per-second-max");
    }

    /** Writes are refused while the disk has less than this left. */
    public long diskReserveBytes() {
        return number("disk-reserve-bytes");
    }

    // -- replication --------------------------------------------------------------------------------------------

    public int batchMaxBytes() {
        return integer("batch-max-bytes");
    }

    public int batchMaxCommands() {
        return integer("batch-max-commands");
    }

    /** A larger write is refused. */
    public int commandMaxBytes() {
        return integer("command-max-bytes");
    }

    /** Commands that wait for their log entry, a group; more are refused as busy. */
    public long waitingMaxBytes() {
        return number("waiting-max-bytes");
    }

    /** Clients that wait in blocking commands, a group; more are refused. */
    public int blockedClientsMax() {
        return integer("blocked-clients-max");
    }

    /** Committed entries that wait to be applied, a group; beyond it the replay waits. */
    public long applyQueueMaxBytes() {
        return number("apply-queue-max-bytes");
    }

    public int entriesInFlightMax() {
        return integer("entries-in-flight-max");
    }

    public long logMemoryMaxBytes() {
        return number("log-memory-max-bytes");
    }

    // -- observing ----------------------------------------------------------------------------------------------

    /** debug, verbose, notice, warning or nothing. */
    public String logLevel() {
        return value("loglevel");
    }

    /** Empty = standard output. */
    public String logFile() {
        return value("logfile");
    }

    /** no, yes or local. */
    public String debugCommand() {
        return value("enable-debug-command");
    }
}
