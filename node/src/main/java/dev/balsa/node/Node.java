package dev.balsa.node;

import dev.balsa.node.cluster.LeaderSpread;
import dev.balsa.node.cluster.LeaderTable;
import dev.balsa.node.cluster.NodeIdentity;
import dev.balsa.node.cluster.PreferredLeaders;
import dev.balsa.node.cluster.StaticMap;
import dev.balsa.node.command.Command;
import dev.balsa.node.command.CommandTable;
import dev.balsa.node.config.NodeConfig;
import dev.balsa.node.engine.KeyEventSink;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.ScriptLimits;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.observe.Administration;
import dev.balsa.node.observe.CommandStats;
import dev.balsa.node.observe.NodeState;
import dev.balsa.node.observe.LatencyEvents;
import dev.balsa.node.observe.SlowLog;
import dev.balsa.node.observe.Versions;
import dev.balsa.node.replication.EvictionSettings;
import dev.balsa.node.replication.HostedGroup;
import dev.balsa.node.replication.MessageSink;
import dev.balsa.node.replication.SlotGroup;
import dev.balsa.node.replication.SlotGroupConfig;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.front.Front;
import dev.balsa.proxy.front.Listeners;
import dev.balsa.proxy.front.RespServer;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsLinks;
import dev.balsa.proxy.upstream.ChannelLinks;
import dev.balsa.proxy.upstream.UpstreamSettings;
import dev.balsa.raft.GroupStatus;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftHost;
import dev.balsa.raft.RaftLimits;
import dev.balsa.raft.jraft.JRaftHost;
import dev.balsa.raft.jraft.rpc.RpcConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: replicas of the slot groups, and the fronts that clients connect to. Built in the order of its dependencies and closed in the opposite one.
 * Owned by the main thread; {@link #stop} may be called from any.
 */
final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final int TRANSFER_MAX_SECONDS = 3;
    private static final int LOOK_SECONDS = 1;

    private final NodeConfig config;
    private final NodeView.Identity identity;
    private final EventLoopGroup loops;
    private final ExecutorService background;
    private final RaftHost raft;
    private final List<HostedGroup> groups = new ArrayList<>();
    private final Tls tls;
    private final Listeners listeners;
    private final CompletableFuture<Integer> stopped = new CompletableFuture<>();
    private final Settings settings;
    private final SlowLog slowLog;
    private final LatencyEvents latencyEvents;
    private final CommandStats stats;
    private final NodeView view;
    private final NodeClusterView routes;
    private final Administration administration;
    private final Front front;
    private final ChannelLinks channelLinks;
    private final KeyspaceNotifications notifications = new KeyspaceNotifications();
    private volatile long maxMemoryBytes;
    private volatile boolean syncEachBatch = true;
    private volatile EvictionSettings eviction = EvictionSettings.DEFAULT;
    private volatile EncodingLimits encodingLimits = EncodingLimits.DEFAULT;
    private volatile ScriptLimits scriptLimits = ScriptLimits.DEFAULT;
    private volatile long spreadAfterMillis;

    /** Starts everything; returns when the ports are open. */
    Node(NodeConfig config) throws IOException {
        this.config = config;
        config.warnings().forEach(LOG::warn);
        Files.createDirectories(config.dir());
        this.tls = Tls.start(config::value, config.tlsLinks());
        String nodeId = NodeIdentity.loadOrCreate(config.dir(), config.nodeId());
        ClusterMap map = StaticMap.of(config, nodeId);
        this.identity = new NodeView.Identity(nodeId, map, new LeaderTable(map));
        this.loops = RespServer.newLoops(config.ioThreads(), config.ioTransport());
        this.background = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("balsa-background").factory());
        this.settings = config.settings();
        followSettings();
        this.slowLog = new SlowLog(System::currentTimeMillis, this::client);
        this.latencyEvents = new LatencyEvents(System::currentTimeMillis);
        this.stats = new CommandStats(slowLog, latencyEvents);
        this.view = new NodeView(identity, config, groups, this::front, this::stop);
        ClusterMap.Node self = self(map, nodeId);
        this.raft = new JRaftHost(
                new JRaftHost.Listen(config.raftBind().isEmpty() ? self.host() : config.raftBind(), self.raftPort()),
                RpcConfig.defaults("balsa").withSecret(config.clusterSecret())
                        .withTls(RaftLinks.of(config.value("tls-replication"), tls)),
                loops);
        Path dump = config.dir().resolve(config.dbFileName());
        boolean importing = config.members().isEmpty() && !config.dbFileName().isEmpty()
                && FirstStart.begin(config.dir(), dump);
        for (ClusterMap.Group group : map.groups()) {
            groups.add(start(group, self));
        }
        if (importing) {
            importDump(dump);
        }
        this.administration = new Administration(view, settings, stats, slowLog, latencyEvents, loops.next());
        TlsLinks clusterTls = TlsLinks.of(config.value("tls-cluster"), tls);
        UpstreamSettings links = UpstreamSettings.DEFAULT.withSecret(config.clusterSecret()).withTls(clusterTls);
        this.routes = new NodeClusterView(identity, this::local, links);
        List<CommandSpec> commands = CommandTable.all().stream().map(Command::spec).toList();
        this.front = newFront(commands);
        NodeUsers.start(config, settings, front, groups);
        this.channelLinks = new ChannelLinks(front.channels(), front.invalidations(), links, loops.next(), routes::others);
        spreadLeaders(map);
        this.listeners = new Listeners(config.bind(), front, loops, tls);
        listeners.open(config.port() == 0 ? -1 : config.port(), Mode.PLAIN, null);
        listeners.follow(settings, config.tlsLinks());
        listeners.open(config.clusterPort() == 0 ? -1 : config.clusterPort(), Mode.CLUSTER,
                clusterTls == null ? null : clusterTls.accepting(Tls.Port.CLUSTER));
        LOG.info(
                "Balsa {} serves: node {}, port {}, tls-port {}, cluster-port {}, {} of {} members, data in {}",
                Versions.BALSA,
                nodeId,
                config.port(),
                config.tlsPort(),
                config.clusterPort(),
                map.groups().size() == 1 ? "one group" : map.groups().size() + " groups",
                map.nodes().size(),
                config.dir());
    }

    private Front newFront(List<CommandSpec> commands) {
        Front made = new Front(FrontDirectives.bind(settings, config), commands, routes, administration.backend());
        notifications.serve(made);
        settings.onChange("notify-keyspace-events", value -> {
            notifications.publish(value, made.channels());
            return null;
        });
        return made;
    }

    private HostedGroup start(ClusterMap.Group group, ClusterMap.Node self) {
        EventLoop loop = loops.next();
        String name = "g" + group.id();
        List<String> peers = identity.map().nodes().stream().map(Node::raftAddress).toList();
        Path directory = config.dir().resolve(name);
        RaftConfig raftConfig = new RaftConfig(
                name,
                directory,
                raftAddress(self),
                peers,
                new RaftConfig.Elections(config.electionTimeoutMillis(), config.electionSpreadMillis()),
                new RaftConfig.Log(
                        config.raftLog(), () -> syncEachBatch, config.logMemoryMaxBytes()),
                RaftLimits.of(Math.max(64, config.entriesInFlightMax() * 4), config.diskReserveBytes()));
        HostedGroup.Surroundings shared = new HostedGroup.Surroundings(
                new Environment(), stats::ran, background, this::leaderHeard, this::fail);
        return new HostedGroup(group, limits(), loop, shared, raft, raftConfig, new SecureRandom().nextLong());
    }

    /** A server alone takes over the dump that it finds at its first start. */
    private void importDump(Path dump) throws IOException {
        for (HostedGroup group : groups) {
            group.awaitLeading();
        }
        try (Keyspace staging = new Keyspace(config.databases(), config.arenaMaxBytes())) {
            new FirstStart(groups, stopped::isDone).importDump(dump, staging);
        }
        FirstStart.end(config.dir());
    }

    private SlotGroupConfig limits() {
        return new SlotGroupConfig(
                config.databases(),
                config.arenaMaxBytes(),
                config.batchMaxBytes(),
                config.batchMaxCommands(),
                config.commandMaxBytes(),
                config.entriesInFlightMax(),
                config.waitingMaxBytes(),
                config.blockedClientsMax(),
                config.applyQueueMaxBytes(),
                config.snapshotLogBytes(),
                config.snapshotBytesPerSecondMax(),
                config.rdbCompression());
    }

    /** With one group there is nothing to spread. */
    private void spreadLeaders(ClusterMap map) {
        if (map.groups().size() < 2 || map.nodes().size() < 2) {
            return;
        }
        spreadAfterMillis = config.spreadLeadersAfterMillis();
        settings.onChange("spread-leaders-after-millis", value -> {
            spreadAfterMillis = Long.parseLong(value);
            return null;
        });
        List<LedGroup> others = groups.stream()
                .filter(group -> !PreferredLeaders.of(map, group.spec()).equals(identity.nodeId()))
                .map(group -> new LedGroup(group, raftAddress(self(map, PreferredLeaders.of(map, group.spec())))))
                .toList();
        LeaderSpread spread = new LeaderSpread(others, () -> spreadAfterMillis);
        var _ = loops.next().scheduleWithFixedDelay(
                () -> spread.look(TimeUnit.NANOSECONDS.toMillis(System.nanoTime())), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    /** A group for {@link LeaderSpread}. Only its leader asks for more than who leads. */
    private record LedGroup(HostedGroup group, String preferred) implements LeaderSpread.Led {
        @Override
        public String name() {
            return group.slots().name();
        }

        @Override
        public boolean isLeader() {
            return group.raft().leadership().isLeader();
        }

        @Override
        public GroupStatus status() {
            return group.raft().status();
        }

        @Override
        public boolean savesSnapshot() {
            return group.saved().view().runningSinceMillis() != 0;
        }

        @Override
        public CompletableFuture<Boolean> handOver(String raftAddress) {
            return group.handOver(raftAddress);
        }
    }

    private NodeState.@Nullable Client client(long id) {
        // 0 is the import of the first start, which runs before there is a front.
        return id == 0 ? null : view.client(id);
    }

    private Front front() {
        return front;
    }

    private @Nullable Backend local(int group) {
        for (HostedGroup hosted : groups) {
            if (hosted.spec().id() == group) {
                return hosted.slots();
            }
        }
        return null;
    }

    private void leaderHeard(int group, long term, String raftAddress) {
        identity.leaders().heard(group, term, raftAddress.isEmpty() ? null : raftAddress);
    }

    private static String raftAddress(ClusterMap.Node node) {
        return node.host() + ":" + node.raftPort();
    }

    private static ClusterMap.Node self(ClusterMap map, String nodeId) {
        return map.nodes().stream().filter(node -> node.id().equals(nodeId)).findFirst().orElseThrow();
    }

    /** Waits until the node is told to stop; the process's exit status. */
    int awaitStop() {
        return stopped.join();
    }

    /** @param now without handing over leadership first */
    void stop(boolean now) {
        if (now) {
            stopped.complete(0);
            return;
        }
        var _ = view.transferAll(null)
                .completeOnTimeout(false, TRANSFER_MAX_SECONDS, TimeUnit.SECONDS)
                .whenComplete((moved, failure) -> stopped.complete(0));
    }

    /** What of the configuration the slot groups ask for changes at once. */
    private void followSettings() {
        settings.onChange("appendfsync", value -> {
            syncEachBatch = value.equals("always");
            return null;
        });
        settings.onChange("maxmemory", value -> {
            maxMemoryBytes = Long.parseLong(value);
            groups.forEach(HostedGroup::evictionChanged);
            return null;
        });
        for (String name : EvictionSettings.DIRECTIVES) {
            settings.onChange(name, value -> {
                eviction = eviction.with(name, value);
                groups.forEach(HostedGroup::evictionChanged);
                return null;
            });
        }
        for (String name : EncodingLimits.DIRECTIVES) {
            settings.onChange(name, value -> {
                encodingLimits = encodingLimits.with(name, Integer.parseInt(value));
                groups.forEach(HostedGroup::shareSettings);
                return null;
            });
        }
        for (String name : ScriptLimits.DIRECTIVES) {
            settings.onChange(name, value -> {
                scriptLimits = scriptLimits.with(name, Long.parseLong(value));
                groups.forEach(HostedGroup::shareSettings);
                return null;
            });
        }
    }

    /** A replica here cannot go on: the process ends at once, and its supervisor starts it anew. */
    private void fail(Throwable cause) {
        LOG.error("this node cannot go on and stops", cause);
        stopped.complete(1);
    }

    @Override
    public void close() {
        listeners.close();
        channelLinks.close();
        routes.close();
        administration.close();
        latencyEvents.close();
        groups.forEach(HostedGroup::close);
        raft.close();
        background.shutdown();
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    /** What the slot groups ask of this node. */
    private final class Environment implements SlotGroup.Environment {
        @Override
        public KeyEventSink keyEvents() {
            return notifications;
        }

        @Override
        public LongSupplier wallMillis() {
            return System::currentTimeMillis;
        }

        @Override
        public String clusterAddress(@Nullable String raftAddress) {
            ClusterMap.Node node = identity.leaders().nodeAt(raftAddress);
            return node == null ? "" : node.host() + ":" + node.clusterPort();
        }

        @Override
        public long overMemoryBytes() {
            long max = maxMemoryBytes;
            if (max == 0) {
                return 0;
            }
            long needed = 0;
            for (HostedGroup group : groups) {
                needed += group.neededBytes();
            }
            return needed - max;
        }

        @Override
        public EvictionSettings eviction() {
            return eviction;
        }

        @Override
        public EncodingLimits encodingLimits() {
            return encodingLimits;
        }

        @Override
        public ScriptLimits scriptLimits() {
            return scriptLimits;
        }

        @Override
        public MessageSink messages() {
            return notifications;
        }
    }
}
