package dev.balsa.node.replication;

import dev.balsa.node.command.ReadyKeys;
import dev.balsa.node.engine.Waiters;
import dev.balsa.node.engine.Waiters.Waiter;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Request;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests of this process whose commands wait: they are answered when every replica finds that they are served, and by
 * this one alone. Owned by the group's loop.
 */
final class HeldRequests implements ReadyKeys.Listener {
    private final Map<Long, Request> requests = new HashMap<>();
    private final IdentityHashMap<Request, Long> ids = new IdentityHashMap<>();

    /** Keeps the request of the waiter. */
    void hold(long id, Request request) {
        requests.put(id, request);
        ids.put(request, id);
    }

    /** The waiter that a request is held for, null if it is not. */
    @Nullable Long id(Request request) {
        return ids.get(request);
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    @Override
    public int protocol(long id) {
        Request request = requests.get(id);
        return request == null ? 2 : request.protocol();
    }

    @Override
    public void served(Waiter waiter, Args args, RespWriter reply) {
        answer(waiter, reply);
    }

    @Override
    public void ended(Waiter waiter, Waiters.End how, RespWriter reply) {
        answer(waiter, reply);
    }

    private void answer(Waiter waiter, RespWriter reply) {
        Request request = requests.remove(waiter.id());
        if (request != null) {
            ids.remove(request);
            request.reply(reply.array(), 0, reply.length());
        }
    }

    /** Nobody here will ever know what became of them. */
    void giveUp(String reason) {
        List<Request> all = List.copyOf(requests.values());
        requests.clear();
        ids.clear();
        all.forEach(request -> request.outcomeUnknown(reason));
    }
}
