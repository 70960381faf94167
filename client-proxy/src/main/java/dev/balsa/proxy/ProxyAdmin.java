package dev.balsa.proxy;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.Blocking;
import dev.balsa.proxy.route.Frames;
import dev.balsa.proxy.route.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Commands of a proxy that are about no key: passed on to a node that can be reached, or to all nodes where all are
 * meant. Thread-safe: what it keeps of a request belongs to the request's loop.
 */
final class ProxyAdmin implements Backend {
    private static final String DOWN = "CLUSTERDOWN The cluster is down";

    private final Topology topology;
    private final ProxySettings own;
    private final Runnable shutdown;
    private final Runnable resetStats;
    private final Map<Request, WaitingCall> waiting = new ConcurrentHashMap<>();
    private volatile int preferred;

    /**
     * @param own what CONFIG is about that is not the nodes'
     * @param shutdown stops this process; called on an event loop
     * @param resetStats forgets what was counted here
     */
    ProxyAdmin(Topology topology, ProxySettings own, Runnable shutdown, Runnable resetStats) {
        this.topology = topology;
        this.own = own;
        this.shutdown = shutdown;
        this.resetStats = resetStats;
    }

    @Override
    public void submit(Request request, Args given) {
        Args kept = Frames.copy(given);
        switch (request.spec().name()) {
            case "shutdown" -> shutdown(request, kept);
            case "config|get" -> answer(request, own.get(request, kept, args -> one(request, args)));
            case "config|set" -> answer(request, own.set(kept, args -> all(request, args)));
            case "config|rewrite" -> answer(request, own.rewrite(() -> all(request, kept)));
            case "bgsave", "save", "bgrewriteaof", "slowlog|reset" -> answer(request, all(request, kept));
            case "config|resetstat" -> {
                resetStats.run();
                answer(request, all(request, kept));
            }
            default -> {
                if (Blocking.mayWait(request.spec(), kept)) {
                    await(request, kept);
                } else {
                    answer(request, one(request, kept));
                }
            }
        }
    }

    private void await(Request request, Args args) {
        List<String> nodes = new ArrayList<>(topology.addresses());
        Collections.rotate(nodes, -preferred);
        WaitingCall call = new WaitingCall(request, args, nodes, topology.upstreams(), () -> waiting.remove(request));
        waiting.put(request, call);
        call.submit();
    }

    @Override
    public boolean unblock(Request request) {
        WaitingCall call = waiting.get(request);
        if (call != null) {
            topology.upstreams().unblock(call);
        }
        return call != null;
    }

    private void shutdown(Request request, Args args) {
        if (args.count() > 1 && args.is(args.count() - 1, "ABORT")) {
            error(request, "ERR No shutdown in progress.");
            return;
        }
        // As with Redis there is no reply: the connection ends with the process.
        shutdown.run();
    }

    private static void answer(Request request, CompletableFuture<byte[]> reply) {
        var _ = reply.whenComplete((bytes, failure) -> {
            if (failure == null) {
                request.reply(bytes, 0, bytes.length);
            } else {
                error(request, "ERR " + failure.getMessage());
            }
        });
    }

    /** The reply of a node that can be reached. */
    private CompletableFuture<byte[]> one(Request request, Args args) {
        CompletableFuture<byte[]> reply = new CompletableFuture<>();
        toOne(request, args, topology.addresses(), 0, reply);
        return reply;
    }

    private void toOne(Request request, Args args, List<String> nodes, int tried, CompletableFuture<byte[]> reply) {
        if (tried == nodes.size()) {
            reply.complete(errorReply(DOWN));
            return;
        }
        int node = (preferred + tried) % nodes.size();
        var _ = command(request, nodes.get(node), args).whenComplete((bytes, failure) -> {
            if (failure == null) {
                preferred = node;
                reply.complete(bytes);
            } else {
                toOne(request, args, nodes, tried + 1, reply);
            }
        });
    }

    private CompletableFuture<byte[]> command(Request request, String node, Args args) {
        return topology.upstreams().command(request.loop(), node, args, request.protocol());
    }

    /** The reply of the first node, or the first error. */
    private CompletableFuture<byte[]> all(Request request, Args args) {
        List<String> nodes = topology.addresses();
        List<CompletableFuture<byte[]>> answers = nodes.stream().map(node -> command(request, node, args)).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)).handle((_, _) -> {
            byte[] first = {};
            for (int i = 0; i < answers.size(); i++) {
                if (answers.get(i).isCompletedExceptionally()) {
                    return errorReply("ERR node " + nodes.get(i) + " did not answer; others may have done it");
                }
                byte[] bytes = answers.get(i).join();
                if (bytes[0] == '-') {
                    return bytes;
                }
                first = first.length == 0 ? bytes : first;
            }
            return first;
        });
    }

    private static void error(Request request, String line) {
        byte[] reply = errorReply(line);
        request.reply(reply, 0, reply.length);
    }

    static byte[] errorReply(String line) {
        RespWriter out = new RespWriter(128);
        out.error(line);
        return out.copy();
    }
}
