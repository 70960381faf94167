package dev.balsa.node;

import dev.balsa.node.cluster.LeaderTable;
import dev.balsa.node.config.NodeConfig;
import dev.balsa.node.observe.FrontFigures;
import dev.balsa.node.observe.GroupState;
import dev.balsa.node.observe.NodeState;
import dev.balsa.node.replication.GroupFigures;
import dev.balsa.node.replication.HostedGroup;
import dev.balsa.node.replication.SavedState;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proxy.acl.Definition;
import dev.balsa.proxy.front.Front;
import dev.balsa.proxy.front.FrontStats;
import dev.balsa.proxy.pubsub.ChannelKind;
import dev.balsa.proxy.pubsub.Channels;
import dev.balsa.proxy.tracking.Invalidations;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node as its administration sees it. Thread-safe. */
final class NodeView implements NodeState {
    private final NodeConfig config;
    private final String nodeId;
    private final ClusterMap map;
    private final LeaderTable leaders;
    private final List<HostedGroup> groups;
    private final Supplier<Front> front;
    private final Consumer<Boolean> shutdown;
    private final long startMillis = System.currentTimeMillis();

    /** @param shutdown ends the process; true: without handing over leadership first */
    NodeView(Identity identity, NodeConfig config, List<HostedGroup> groups, Supplier<Front> front, Consumer<Boolean> shutdown) {
        this.config = config;
        this.nodeId = identity.nodeId();
        this.map = identity.map();
        this.leaders = identity.leaders();
        this.groups = groups;
        this.front = front;
        this.shutdown = shutdown;
    }

    /** Who this node is, and among whom. */
    record Identity(String nodeId, ClusterMap map, LeaderTable leaders) {}

    @Override
    public NodeConfig config() {
        return config;
    }

    @Override
    public String nodeId() {
        return nodeId;
    }

    @Override
    public ClusterMap map() {
        return map;
    }

    @Override
    public LeaderTable leaders() {
        return leaders;
    }

    @Override
    public long startMillis() {
        return startMillis;
    }

    @Override
    public FrontFigures front() {
        FrontStats stats = front.get().stats();
        Channels channels = front.get().channels();
        return new FrontFigures(
                front.get().clients().count(),
                stats.evictedClients(),
                front.get().clients().blocked(),
                channels.names(ChannelKind.CHANNEL),
                channels.names(ChannelKind.PATTERN),
                channels.names(ChannelKind.SHARD),
                tracking(front.get().invalidations()),
                totals(stats),
                stats.commandStats().stream()
                        .map(command -> new FrontFigures.CommandFigures(
                                command.name(), command.calls(), command.nanos() / 1000, command.rejected(), command.failed()))
                        .toList(),
                stats.errorStats());
    }

    @Override
    public FrontFigures.Totals totals() {
        return totals(front.get().stats());
    }

    private static FrontFigures.Tracking tracking(Invalidations all) {
        return new FrontFigures.Tracking(all.clients(), all.keys(), all.items(), all.prefixes(), all.sentToFronts());
    }

    private static FrontFigures.Totals totals(FrontStats stats) {
        return new FrontFigures.Totals(
                stats.connectionsReceived(),
                stats.connectionsRejected(),
                stats.commandsProcessed(),
                stats.netInputBytes(),
                stats.netOutputBytes());
    }

    @Override
    public void activeExpire(boolean on) {
        groups.forEach(group -> group.activeExpire(on));
    }

    @Override
    public long usedBytes() {
        long used = 0;
        for (HostedGroup group : groups) {
            used += group.usedBytes();
        }
        return used;
    }

    @Override
    public List<GroupState> groups() {
        List<GroupState> states = new ArrayList<>();
        for (HostedGroup group : groups) {
            states.add(state(group));
        }
        return states;
    }

    private static GroupState state(HostedGroup group) {
        GroupFigures figures = group.figures();
        List<GroupState.Keys> keys = new ArrayList<>();
        for (GroupFigures.Keys database : figures.keys()) {
            keys.add(new GroupState.Keys(database.count(), database.withDeadline(), database.withFieldDeadlines()));
        }
        SavedState.View saved = group.saved().view();
        return new GroupState(
                group.spec().id(),
                group.spec().slots(),
                group.spec().members(),
                group.raft().status(),
                keys,
                new GroupState.Counts(
                        figures.hits(),
                        figures.misses(),
                        figures.expiredKeys(),
                        figures.evictedKeys(),
                        figures.appliedEntries(),
                        figures.appliedWrites()),
                figures.usedBytes(),
                figures.logMillis(),
                new GroupState.Saved(
                        saved.lastMillis(),
                        saved.lastOk(),
                        saved.lastTookMillis(),
                        saved.runningSinceMillis(),
                        figures.appliedWrites() - saved.writesAtLast(),
                        saved.count()),
                new GroupState.Scripts(figures.scripts().cached(), figures.scripts().libraries(),
                        figures.scripts().functions(), figures.scripts().bytes()));
    }

    @Override
    public CompletableFuture<Void> save() {
        return CompletableFuture.allOf(groups.stream().map(HostedGroup::save).toArray(CompletableFuture[]::new));
    }

    @Override
    public CompletableFuture<Boolean> transferAll(@Nullable String toNodeId) {
        List<CompletableFuture<Boolean>> transfers = new ArrayList<>();
        for (HostedGroup group : groups) {
            if (group.raft().leadership().isLeader()) {
                String peer = successor(group, toNodeId);
                transfers.add(peer == null
                        ? CompletableFuture.completedFuture(false)
                        : group.handOver(peer));
            }
        }
        return CompletableFuture.allOf(transfers.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> failure == null && transfers.stream().allMatch(CompletableFuture::join));
    }

    /** Raft address of the member to hand over to: the one named, or the one that has most of the log. */
    private @Nullable String successor(HostedGroup group, @Nullable String toNodeId) {
        String best = null;
        long bestIndex = -1;
        for (var follower : group.raft().status().followers()) {
            ClusterMap.Node node = leaders.nodeAt(follower.peer());
            if (toNodeId != null) {
                if (node != null && node.id().equals(toNodeId)) {
                    return follower.peer();
                }
            } else if (follower.alive() && follower.matchIndex() > bestIndex) {
                best = follower.peer();
                bestIndex = follower.matchIndex();
            }
        }
        return best;
    }

    @Override
    public void shutdown(boolean now) {
        shutdown.accept(now);
    }

    @Override
    public CompletableFuture<Digest> digest(int group) {
        return hosted(group).digest().thenApply(digest -> new Digest(digest.index(), digest.hex()));
    }

    @Override
    public CompletableFuture<Long> countKeysInSlot(int slot) {
        return ledWith(slot).thenCompose(group -> group.countKeysInSlot(slot));
    }

    @Override
    public CompletableFuture<List<byte[]>> keysInSlot(int slot, int count) {
        return ledWith(slot).thenCompose(group -> group.keysInSlot(slot, count));
    }

    private CompletableFuture<HostedGroup> ledWith(int slot) {
        ClusterMap.Group group = leaders.groupOf(slot);
        if (group == null || !hosted(group.id()).raft().leadership().isLeader()) {
            return CompletableFuture.failedFuture(new IllegalStateException("slot " + slot + " is not led by this node"));
        }
        return CompletableFuture.completedFuture(hosted(group.id()));
    }

    private HostedGroup hosted(int id) {
        for (HostedGroup group : groups) {
            if (group.spec().id() == id) {
                return group;
            }
        }
        throw new IllegalArgumentException("this node has no group " + id);
    }

    @Override
    public Definition users() {
        return front.get().users().definition();
    }

    @Override
    public void resetCounts() {
        groups.forEach(HostedGroup::resetCounts);
        front.get().stats().reset();
    }

    @Override
    public @Nullable Client client(long clientId) {
        return front.get().clients().describe(clientId, Client::new);
    }
}
