package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;

/** Serves commands: a slot group of this process, a remote node, or the process's own administration. */
public interface Backend {
    /**
     * Takes a request and answers it later (or at once), exactly once, through {@link Request}. Called on the
     * request's event loop.
     * Never blocks, never throws.
     *
     * @param args valid only during this call: what is kept is copied
     */
    void submit(Request request, Args args);

    /**
     * A request that may be waiting is to wait no longer, as {@link Request#unblocked} says by now. It is answered as any
     * other, with what it waited for if that came first. Called on the request's event loop.
     *
     * @return whether requests are served here whose waiting can be ended
     */
    default boolean unblock(Request request) {
        return false;
    }
}
