package dev.balsa.node.observe;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations in buckets whose width grows with the duration: eight to each power of two, so a percentile is at
 * most 12% too high.
 * Thread-safe by atomic additions; recording allocates nothing.
 */
final class LatencyBuckets {
    private static final int SUB_BITS = 3;
    private static final int SUBS = 1 << SUB_BITS;
    /** Up to 2^41 ns, more than half an hour; longer ones count there. */
    private static final int POWERS = 42;

    private final AtomicLongArray counts = new AtomicLongArray(POWERS * SUBS);

    void record(long nanos) {
        counts.getAndIncrement(bucket(nanos));
    }

    long count() {
        long sum = 0;
        for (int i = 0; i < counts.length(); i++) {
            sum += counts.get(i);
        }
        return sum;
    }

    /** The duration in nanoseconds that {@code fraction} of all do not exceed; 0 when there is none. */
    long percentile(double fraction) {
        long total = count();
        long wanted = Math.max(1, (long) Math.ceil(total * fraction));
        long seen = 0;
        for (int i = 0; i < counts.length() && total > 0; i++) {
            seen += counts.get(i);
            if (seen >= wanted) {
                return upper(i);
            }
        }
        return 0;
    }

    /** How many took at most {@code nanos}, rounded to buckets. */
    long atMost(long nanos) {
        int last = bucket(nanos);
        long sum = 0;
        for (int i = 0; i <= last; i++) {
            sum += counts.get(i);
        }
        return sum;
    }

    void clear() {
        for (int i = 0; i < counts.length(); i++) {
            counts.set(i, 0);
        }
    }

    private static int bucket(long nanos) {
        if (nanos < SUBS) {
            return (int) Math.max(0, nanos);
        }
        int power = 63 - Long.numberOfLeadingZeros(nanos);
        int sub = (int) (nanos >>> (power - SUB_BITS)) & (SUBS - 1);
        int at = (power - SUB_BITS + 1) * SUBS + sub;
        return Math.min(at, POWERS * SUBS - 1);
    }

    /** The longest duration that falls into bucket {@code at}. */
    private static long upper(int at) {
        if (at < SUBS) {
            return at;
        }
        int power = at / SUBS + SUB_BITS - 1;
        long sub = at % SUBS;
        return (1L << power) + ((sub + 1) << (power - SUB_BITS)) - 1;
    }
}
