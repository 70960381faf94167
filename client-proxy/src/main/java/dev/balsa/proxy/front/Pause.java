package dev.balsa.proxy.front;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proxy.route.CommandEntry;

/** CLIENT PAUSE: a time until which commands, or those that may write, are not executed. Thread-safe. */
final class Pause {
    /** Immutable, replaced as a whole. */
    private record Span(long endNanos, boolean writesOnly) {}

    private static final Span NONE = new Span(0, true);
    private static final long LONGEST_MILLIS = Long.MAX_VALUE / 4_000_000;

    private volatile Span span = NONE;

    boolean active() {
        return !span.equals(NONE);
    }

    /** A pause that is on already is never shortened. */
    synchronized void start(long millis, boolean writesOnly) {
        long end = System.nanoTime() + Math.min(millis, LONGEST_MILLIS) * 1_000_000;
        Span now = span;
        boolean longer = now.equals(NONE) || end - now.endNanos > 0;
        span = new Span(longer ? end : now.endNanos, writesOnly);
    }

    synchronized void stop() {
        span = NONE;
    }

    long millisLeft(CommandEntry entry) {
        Span now = span;
        if (now.equals(NONE)) {
            return 0;
        }
        long left = now.endNanos - System.nanoTime();
        if (left <= 0) {
            over(now);
            return 0;
        }
        boolean waits = !now.writesOnly || entry.spec().isWrite() || entry.spec().has(CommandFlag.MAY_REPLICATE);
        return waits ? Math.max(1, left / 1_000_000) : 0;
    }

    private synchronized void over(Span ended) {
        if (span.equals(ended)) {
            span = NONE;
        }
    }
}
