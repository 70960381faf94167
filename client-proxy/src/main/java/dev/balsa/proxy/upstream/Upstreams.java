package dev.balsa.proxy.upstream;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.upstream.LinkKey.Lane;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** All links of a process to nodes. Thread-safe: links belong to the loop that uses them. */
public final class Upstreams implements AutoCloseable {
    private final UpstreamSettings settings;
    private final LeaderSource leaders;
    private final ConcurrentHashMap<EventLoop, LoopLinks> loops = new ConcurrentHashMap<>();

    public Upstreams(UpstreamSettings settings, LeaderSource leaders) {
        this.settings = settings;
        this.leaders = leaders;
    }

    /** Reaches a group's leader, whoever that is at the time. */
    public Backend group(int group) {
        return new RemoteBackend(group, this, leaders);
    }

    /**
     * Asks a node a question of this process's own, from any thread. A node that lives answers it soon.
     *
     * @param address cluster address {@code host:port}
     * @return the reply's bytes in RESP2, an error reply too; fails if there is none
     */
    public CompletableFuture<byte[]> ask(EventLoop loop, String address, Args args) {
        return ask(loop, address, args, 2, Lane.CONTROL);
    }

    /** As {@link #ask(EventLoop, String, Args)}, for what may take long, and in the given RESP version. */
    public CompletableFuture<byte[]> command(EventLoop loop, String address, Args args, int protocol) {
        return ask(loop, address, args, protocol, Lane.ADMIN);
    }

    /** Asks a node for what may wait there, on a link of its own; on the request's loop. */
    public void wait(String address, Request request, Args args) {
        of(request.loop()).blocking().submit(address, request, args, -1);
    }

    /** What {@link #wait(String, Request, Args)} was asked for is to wait no longer. */
    public void unblock(Request request) {
        of(request.loop()).blocking().unblock(request);
    }

    private CompletableFuture<byte[]> ask(EventLoop loop, String address, Args args, int protocol, Lane lane) {
        if (loop.inEventLoop()) {
            return of(loop).ask(address, args, protocol, lane);
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        loop.execute(() -> {
            var _ = of(loop).ask(address, args, protocol, lane).whenComplete((bytes, failure) -> {
                if (failure == null) {
                    answer.complete(bytes);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        });
        return answer;
    }

    LoopLinks of(EventLoop loop) {
        LoopLinks links = loops.get(loop);
        return links != null ? links : loops.computeIfAbsent(loop, l -> new LoopLinks(l, settings, leaders));
    }

    /** Closes all links; what is in flight is answered. */
    @Override
    public void close() {
        loops.forEach((loop, links) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(links::closeAll);
            }
        });
    }
}
