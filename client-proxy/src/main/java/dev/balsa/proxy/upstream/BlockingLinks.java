package dev.balsa.proxy.upstream;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.upstream.LinkKey.Lane;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Links of requests that may wait for other clients: each has one of its own while it waits, because replies come in the
 * order of the requests. So the node sees a client behind a front as it sees any other: when the link is closed, the client
 * is gone. Owned by the loop.
 */
final class BlockingLinks {
    private static final long LOOK_AGAIN_MILLIS = 5;

    private final EventLoop loop;
    private final UpstreamSettings settings;
    private final LeaderSource leaders;
    private final LoopLinks links;
    private final Map<LinkKey, ArrayDeque<NodeLink>> free = new HashMap<>();
    private final Set<NodeLink> all = new LinkedHashSet<>();
    private final IdentityHashMap<Request, NodeLink> waiting = new IdentityHashMap<>();

    BlockingLinks(EventLoop loop, UpstreamSettings settings, LeaderSource leaders, LoopLinks links) {
        this.loop = loop;
        this.settings = settings;
        this.leaders = leaders;
        this.links = links;
    }

    /** Every link, in use or not. */
    List<NodeLink> all() {
        return new ArrayList<>(all);
    }

    void submit(String address, Request request, Args args, int group) {
        LinkKey key = new LinkKey(address, request.database(), request.protocol(), Lane.BLOCKING);
        ArrayDeque<NodeLink> idle = free.get(key);
        NodeLink link = idle == null ? null : idle.pollLast();
        if (link == null) {
            link = new NodeLink(key, settings, leaders, loop);
            link.onEmpty(this::released);
            all.add(link);
        }
        request.waits();
        waiting.put(request, link);
        link.submit(request, args, group, false);
        if (!link.hasInFlight()) {
            // Refused at once.
            released(link, request);
        }
    }

    /** The request has been answered: the link may serve the next one. */
    private void released(NodeLink link, Request request) {
        if (waiting.remove(request, link) && all.contains(link)) {
            free.computeIfAbsent(link.key(), _ -> new ArrayDeque<>()).addLast(link);
        }
    }

    /** The link is not used any more. */
    void remove(NodeLink link) {
        if (all.remove(link)) {
            ArrayDeque<NodeLink> idle = free.get(link.key());
            if (idle != null && idle.remove(link) && idle.isEmpty()) {
                free.remove(link.key());
            }
        }
    }

    /** The request is to wait no longer. */
    void unblock(Request request) {
        NodeLink link = waiting.get(request);
        Request.Unblock how = request.unblocked();
        if (link == null || how == null) {
            return;
        }
        if (how == Request.Unblock.GONE) {
            link.abandon();
        } else if (link.clientId() > 0) {
            Args unblock = Args.of("CLIENT", "UNBLOCK", Long.toString(link.clientId()), how.name());
            var _ = links.ask(link.key().address(), unblock, 2, Lane.CONTROL);
        } else {
            // It is not connected yet.
            var _ = loop.schedule(() -> unblock(request), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
