package dev.balsa.raft.jraft.rpc;

import java.util.concurrent.atomic.LongAdder;

/** Counters of one process's transport, since it was opened. Thread-safe. */
public final class RpcStats {
    final LongAdder requests = new LongAdder();
    final LongAdder handled = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder timeouts = new LongAdder();
    final LongAdder connects = new LongAdder();

    RpcStats() {}

    /** Requests written to a connection. */
    public long requestsSent() {
        return requests.sum();
    }

    /** Requests of peers that were handled here. */
    public long requestsHandled() {
        return handled.sum();
    }

    /** Requests that failed at once because too much was outstanding. */
    public long requestsRefused() {
        return refused.sum();
    }

    /** Requests without a reply in time. */
    public long requestsTimedOut() {
        return timeouts.sum();
    }

    /** Outgoing connections that came up. */
    public long connectionsMade() {
        return connects.sum();
    }
}
