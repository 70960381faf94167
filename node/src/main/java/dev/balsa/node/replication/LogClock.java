package dev.balsa.node.replication;

import java.util.function.LongSupplier;

/**
 * The leader's clock as the log sees it: never lower than what it gave before, and never lower than the log time that was
 * applied, so that time in the log cannot go back when a clock is set or a node with a slow clock takes over. It does not
 * stand still either until the clock has caught up, which may take hours: then nobody's timeout would end. It goes on at
 * half the speed, so timeouts are twice as long at most. Owned by the group's loop.
 */
final class LogClock {
    private static final long RECENT_NANOS = 100_000;

    private static final long SLOW_NANOS_A_MILLI = 2_000_000;

    private final LongSupplier wallMillis;
    private final LongSupplier nanos;
    private long lastMillis;
    private long readNanos = Long.MIN_VALUE;
    /** Where it began to go slowly, and what it came to last; not at all if that is not the last time any more. */
    private long slowFromMillis;
    private long slowFromNanos;
    private long slowMillis = Long.MIN_VALUE;

    /**
     * @param wallMillis milliseconds since 1970; may be set at any time
     * @param nanos a clock that only ever runs
     */
    LogClock(LongSupplier wallMillis, LongSupplier nanos) {
        this.wallMillis = wallMillis;
        this.nanos = nanos;
    }

    /** The time for an entry that is stamped now, or for a read that is answered now. */
    long nowMillis() {
        long wall = wallMillis.getAsLong();
        lastMillis = wall < lastMillis ? slowly() : wall;
        return lastMillis;
    }

    private long slowly() {
        long now = nanos.getAsLong();
        if (slowMillis != lastMillis) {
            slowFromMillis = lastMillis;
            slowFromNanos = now;
        }
        slowMillis = slowFromMillis + (now - slowFromNanos) / SLOW_NANOS_A_MILLI;
        return slowMillis;
    }

    /**
     * As {@link #nowMillis}, at most 0.1 ms older: reading the clock costs a tenth of a short command.
     *
     * @param nowNanos now, by a running clock
     */
    long recentMillis(long nowNanos) {
        long passed = nowNanos - readNanos;
        if (passed >= RECENT_NANOS || passed < 0) {
            readNanos = nowNanos;
            return nowMillis();
        }
        return lastMillis;
    }

    /** An entry of this time was applied. */
    void applied(long logMillis) {
        lastMillis = Math.max(lastMillis, logMillis);
    }
}
