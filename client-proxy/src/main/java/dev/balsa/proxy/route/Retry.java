package dev.balsa.proxy.route;

import dev.balsa.proxy.route.Request.Refusal;

/**
 * How long a refused request is tried again, and what it is answered with in the end.
 *
 * <p>Thread-safe: stateless but for the limits, which are.
 */
public final class Retry {
    /** Wait until the request is tried again, while no leader is known. */
    private static final long NO_LEADER_MILLIS = 10;
    private static final long SOON_MILLIS = 1;

    private final Limits limits;

    /** Settings that may change at any time. */
    public interface Limits {
        /** How long a request waits for a group to have a leader. */
        long routeTimeoutMillis();

        /** How long a request waits while too much is in flight. */
        long busyWaitMillis();
    }

    public Retry(Limits limits) {
        this.limits = limits;
    }

    /**
     * Milliseconds until the request may be submitted again, or -1: it has waited long enough. Notes the first
     * refusal's time.
     */
    public long delayMillis(Pending pending, Refusal refusal) {
        long now = System.nanoTime();
        boolean busy = refusal instanceof Refusal.Busy;
        if (pending.deadlineNanos() == 0) {
            long patience = busy ? limits.busyWaitMillis() : limits.routeTimeoutMillis();
            pending.deadlineNanos(Math.max(1, now + patience * 1_000_000));
        }
        if (now - pending.deadlineNanos() >= 0) {
            return -1;
        }
        return refusal instanceof Refusal.NotLeader(String leader) && leader.isEmpty() ? NO_LEADER_MILLIS : SOON_MILLIS;
    }

    /** The error, without the minus, for a request that cannot be served in the end. */
    public static String errorLine(Refusal refusal) {
        return switch (refusal) {
            case Refusal.NotLeader _ -> "CLUSTERDOWN The cluster is down";
            case Refusal.Busy(String reason) -> "TRYAGAIN " + reason;
            case Refusal.Unavailable(String line) -> line;
        };
    }
}
