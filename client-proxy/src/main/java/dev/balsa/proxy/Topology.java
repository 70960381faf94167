package dev.balsa.proxy;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.cluster.ClusterMapCodec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.ClusterView;
import dev.balsa.proxy.route.SlotMap;
import dev.balsa.proxy.upstream.LeaderSource;
import dev.balsa.proxy.upstream.UpstreamSettings;
import dev.balsa.proxy.upstream.Upstreams;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a proxy knows of the cluster: the map, by asking nodes {@code BALSA MAP}, and the groups' leaders, by MOVED
 * and {@code CLUSTER SLOTS}.
 *
 * <p>Thread-safe: what is known is replaced as a whole; asking happens on one loop.
 */
final class Topology implements ClusterView, LeaderSource {
    private static final Logger log = LoggerFactory.getLogger(Topology.class);
    private static final int REFRESH_MILLIS = 1_000;
    /** While a leader is wanted, so often is asked. */
    private static final int HURRY_MILLIS = 25;
    private static final int ASK_TIMEOUT_MILLIS = 1_000;
    private static final int ASKED_MAX = 9;

    private final List<String> seeds;
    private final EventLoop loop;
    private final Upstreams upstreams;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile @Nullable Future<?> refreshing;
    private volatile boolean stopped;
    private volatile Known known = new Known(ClusterMap.EMPTY);

    /** A map and who leads its groups; the leaders change, the rest does not. */
    private final class Known {
        final ClusterMap map;
        final SlotMap slots;
        final AtomicReferenceArray<String> leaders;
        final @Nullable Backend[] backends;

        Known(ClusterMap map) {
            this.map = map;
            slots = new SlotMap(map);
            int ids = 0;
            for (ClusterMap.Group group : map.groups()) {
                ids = Math.max(ids, group.id() + 1);
            }
            leaders = new AtomicReferenceArray<>(ids);
            backends = new @Nullable Backend[ids];
            for (ClusterMap.Group group : map.groups()) {
                leaders.set(group.id(), "");
                backends[group.id()] = upstreams.group(group.id());
            }
        }

        boolean has(int group) {
            return group >= 0 && group < backends.length && backends[group] != null;
        }
    }

    Topology(List<String> seeds, UpstreamSettings settings, EventLoop loop) {
        this.seeds = seeds;
        this.loop = loop;
        this.upstreams = new Upstreams(settings, this);
    }

    @Override
    public boolean isNode() {
        return false;
    }

    Upstreams upstreams() {
        return upstreams;
    }

    EventLoop loop() {
        return loop;
    }

    /** Keeps itself fresh from now on. */
    void start() {
        refreshing = loop.scheduleWithFixedDelay(() -> {
            var _ = refresh();
        }, 0, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Asks no more and closes the links. */
    void stop() {
        Future<?> started = refreshing;
        if (started != null) {
            started.cancel(false);
        }
        stopped = true;
        upstreams.close();
    }

    /** Cluster addresses of the nodes, before the map is known those of the seeds. */
    List<String> addresses() {
        Set<String> all = new LinkedHashSet<>();
        for (ClusterMap.Node node : known.map.nodes()) {
            all.add(node.host() + ":" + node.clusterPort());
        }
        return all.isEmpty() ? seeds : List.copyOf(all);
    }

    /** Asks one node after another until one answers without an error. */
    CompletableFuture<byte[]> askAny(Args args) {
        List<String> nodes = new ArrayList<>(addresses());
        for (String seed : seeds) {
            if (!nodes.contains(seed)) {
                nodes.add(seed);
            }
        }
        return askFrom(nodes, 0, args);
    }

    private CompletableFuture<byte[]> askFrom(List<String> nodes, int i, Args args) {
        if (i == nodes.size()) {
            return CompletableFuture.failedFuture(new IOException("none of " + nodes + " answers " + args));
        }
        return ask(nodes.get(i), args)
                .thenCompose(bytes -> bytes[0] == '-'
                        ? CompletableFuture.<byte[]>failedFuture(new IOException(nodes.get(i) + " refuses " + args))
                        : CompletableFuture.completedFuture(bytes))
                .exceptionallyCompose(_ -> askFrom(nodes, i + 1, args));
    }

    private CompletableFuture<byte[]> ask(String address, Args args) {
        return upstreams.ask(loop, address, args).orTimeout(ASK_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    // -- staying fresh ------------------------------------------------------------------------------------------

    /** Fetches the map, then the leaders. Completes in any case; the map may still be unknown then. */
    CompletableFuture<Void> refresh() {
        return askAny(Args.of("BALSA", "MAP")).handle((bytes, failure) -> {
            if (failure != null) {
                log.debug("no map: {}", failure.getMessage());
            } else {
                take(bytes);
            }
            return bytes;
        }).thenCompose(_ -> refreshLeaders());
    }

    private void take(byte[] reply) {
        try {
            if (RespReply.parse(reply) instanceof RespReply.Bulk bulk) {
                ClusterMap map = ClusterMapCodec.decode(bulk.bytes());
                synchronized (this) {
                    if (map.epoch() > known.map.epoch() || (known.map.groups().isEmpty() && !map.groups().isEmpty())) {
                        log.info("cluster map {}: {} nodes, {} groups", map.epoch(), map.nodes().size(),
                                map.groups().size());
                        known = new Known(map);
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            log.warn("a node's cluster map cannot be read: {}", e.getMessage());
        }
    }

    /**
     * Completes when a majority of the nodes has answered, or none is left to: a node that hangs must not hold up the
     * others' news.
     */
    private CompletableFuture<Void> refreshLeaders() {
        List<String> all = addresses();
        List<String> nodes = all.subList(0, Math.min(all.size(), ASKED_MAX));
        LeaderVotes votes = new LeaderVotes();
        CompletableFuture<Void> enough = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(nodes.size());
        for (String node : nodes) {
            var _ = ask(node, Args.of("CLUSTER", "SLOTS")).whenComplete((bytes, failure) -> {
                if (failure == null) {
                    votes.add(node, bytes);
                }
                boolean last = left.decrementAndGet() == 0;
                if (last || votes.voters() > nodes.size() / 2) {
                    elect(votes);
                    enough.complete(null);
                }
            });
        }
        return enough;
    }

    private void elect(LeaderVotes votes) {
        Known now = known;
        for (ClusterMap.Group group : now.map.groups()) {
            if (!group.slots().isEmpty()) {
                String leader = votes.leaderOf(group.slots().getFirst().first());
                if (!leader.isEmpty()) {
                    lead(now, group.id(), leader);
                }
            }
        }
    }

    private static void lead(Known now, int group, String address) {
        if (!address.equals(now.leaders.getAndSet(group, address))) {
            log.info("group {} is led at {}", group, address);
        }
    }

    @Override
    public void moved(int group, String address) {
        Known now = known;
        if (now.has(group)) {
            lead(now, group, address);
        }
    }

    @Override
    public void suspect(int group, String address) {
        Known now = known;
        if (now.has(group)) {
            if (!address.isEmpty()) {
                String leader = now.leaders.get(group);
                if (leader.equals(address)) {
                    // What somebody else has found out in the meantime stays.
                    now.leaders.compareAndSet(group, leader, "");
                }
            }
            hurry();
        }
    }

    private void hurry() {
        if (!stopped && !loop.isShuttingDown() && asking.compareAndSet(false, true)) {
            var _ = loop.schedule(this::hurried, HURRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void hurried() {
        var _ = refreshLeaders().whenComplete((_, _) -> asking.set(false));
    }

    // -- ClusterView --------------------------------------------------------------------------------------------

    @Override
    public ClusterMap map() {
        return known.map;
    }

    @Override
    public SlotMap slots() {
        return known.slots;
    }

    @Override
    public @Nullable Backend backend(int group) {
        Known now = known;
        return now.has(group) ? now.backends[group] : null;
    }

    @Override
    public @Nullable Backend local(int group) {
        return null;
    }

    @Override
    public boolean leadsHere(int group) {
        return false;
    }

    @Override
    public String leaderAddress(int group) {
        Known now = known;
        return now.has(group) ? now.leaders.get(group) : "";
    }

    static String text(RespReply reply) {
        return switch (reply) {
            case RespReply.Bulk bulk -> new String(bulk.bytes(), StandardCharsets.UTF_8);
            case RespReply.Simple simple -> simple.text();
            default -> "";
        };
    }
}
