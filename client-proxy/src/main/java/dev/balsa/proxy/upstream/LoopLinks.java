package dev.balsa.proxy.upstream;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Blocking;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.upstream.LinkKey.Lane;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The links of one event loop, and the watch over the nodes behind them. Owned by the loop. */
final class LoopLinks {
    private static final int PATIENCE = 5;

    private final EventLoop loop;
    private final UpstreamSettings settings;
    private final LeaderSource leaders;
    private final Future<?> watching;
    private final Map<LinkKey, NodeLink> links = new HashMap<>();
    private final Map<String, Long> pinged = new HashMap<>();
    private final Map<String, Long> failing = new HashMap<>();
    private final BlockingLinks blocking;
    private @Nullable NodeLink last;

    LoopLinks(EventLoop loop, UpstreamSettings settings, LeaderSource leaders) {
        this.loop = loop;
        this.settings = settings;
        this.leaders = leaders;
        blocking = new BlockingLinks(loop, settings, leaders, this);
        watching = loop.scheduleWithFixedDelay(this::watch, settings.pingMillis(), settings.pingMillis(),
                TimeUnit.MILLISECONDS);
    }

    void submit(String address, Request request, Args args, int group) {
        boolean ordered = !request.spec().isReadOnly() || request.followsWrite();
        if (Blocking.mayWait(request.spec(), args)) {
            blocking.submit(address, request, args, group);
            return;
        }
        boolean keyless = request.spec().firstKey() == 0 && request.spec().keySpecs().isEmpty();
        link(address, request.database(), request.protocol(), ordered ? Lane.WRITES : Lane.READS)
                .submit(request, args, group, keyless);
    }

    /** The links of requests that wait. */
    BlockingLinks blocking() {
        return blocking;
    }

    private List<NodeLink> all() {
        List<NodeLink> all = new ArrayList<>(links.values());
        all.addAll(blocking.all());
        return all;
    }

    CompletableFuture<byte[]> ask(String address, Args args, int protocol, Lane lane) {
        ControlCall call = new ControlCall(loop, protocol);
        link(address, 0, protocol, lane).submit(call, args, -1, false);
        return call.answer();
    }

    private NodeLink link(String address, int database, int protocol, Lane lane) {
        NodeLink recent = last;
        if (recent != null) {
            LinkKey key = recent.key();
            if (key.lane() == lane && key.database() == database && key.protocol() == protocol
                    && key.address().equals(address)) {
                return recent;
            }
        }
        LinkKey key = new LinkKey(address, database, protocol, lane);
        NodeLink link = links.get(key);
        if (link == null) {
            link = new NodeLink(key, settings, leaders, loop);
            links.put(key, link);
        }
        last = link;
        return link;
    }

    /** Asks nodes that owe replies whether they live; gives up those that do not answer, and links that nobody uses. */
    private void watch() {
        long now = System.nanoTime();
        List<String> owing = new ArrayList<>();
        for (NodeLink link : all()) {
            if (link.isIdle(now)) {
                links.remove(link.key(), link);
                blocking.remove(link);
                last = Objects.equals(last, link) ? null : last;
                link.close("idle");
            } else if (link.hasInFlight() && !owing.contains(link.key().address())) {
                owing.add(link.key().address());
            }
        }
        for (String address : owing) {
            if (!pinged.containsKey(address)) {
                ping(address, now);
            }
        }
    }

    private void ping(String address, long now) {
        pinged.put(address, now);
        CompletableFuture<byte[]> pong = ask(address, Args.of("PING"), 2, Lane.CONTROL);
        var _ = pong.whenComplete((_, failure) -> {
            pinged.remove(address, now);
            if (failure == null) {
                failing.remove(address);
            } else if (now - failing.computeIfAbsent(address, _ -> now) > timeoutNanos()) {
                // One failure may be that of the connection it was asked on; those of the requests tell for themselves.
                failing.remove(address);
                closeAll(address, "PING keeps failing: " + failure.getMessage());
            }
        });
        var _ = loop.schedule(() -> overdue(address, pong, now), settings.pingTimeoutMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * The node does not answer. Giving it up makes the outcome of every write that waits there unknown, so that waits until
     * another node leads, or for {@link #PATIENCE} timeouts: it, or this process, may only have stood still for a moment.
     */
    private void overdue(String address, CompletableFuture<byte[]> pong, long since) {
        if (pong.isDone()) {
            return;
        }
        boolean elsewhere = false;
        for (NodeLink link : all()) {
            elsewhere |= link.key().address().equals(address) && link.isLedElsewhere();
        }
        if (elsewhere || System.nanoTime() - since > PATIENCE * timeoutNanos()) {
            closeAll(address, "no answer to PING within " + (System.nanoTime() - since) / 1_000_000 + " ms");
            return;
        }
        for (NodeLink link : all()) {
            if (link.key().address().equals(address)) {
                link.suspectLeaders();
            }
        }
        var _ = loop.schedule(() -> overdue(address, pong, since), settings.pingMillis(), TimeUnit.MILLISECONDS);
    }

    private long timeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(settings.pingTimeoutMillis());
    }

    private void closeAll(String address, String reason) {
        for (NodeLink link : all()) {
            if (link.key().address().equals(address)) {
                link.close(reason);
            }
        }
    }

    void closeAll() {
        watching.cancel(false);
        for (NodeLink link : all()) {
            link.close("closing");
        }
        links.clear();
        last = null;
    }
}
