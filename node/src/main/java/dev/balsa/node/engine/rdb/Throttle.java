package dev.balsa.node.engine.rdb;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Slows a writer to a number of bytes per second. Clock and pause come from outside. Owned by the writing thread. */
public final class Throttle implements RdbProgress {
    private final long bytesPerSecond;
    private final LongSupplier nanoClock;
    private final LongConsumer pauseNanos;
    private final long startNanos;

    /**
     * @param bytesPerSecond above 0
     * @param nanoClock as System.nanoTime
     * @param pauseNanos as LockSupport.parkNanos: may return early
     */
    public Throttle(long bytesPerSecond, LongSupplier nanoClock, LongConsumer pauseNanos) {
        if (bytesPerSecond <= 0) {
            throw new IllegalArgumentException("bytesPerSecond " + bytesPerSecond);
        }
        this.bytesPerSecond = bytesPerSecond;
        this.nanoClock = nanoClock;
        this.pauseNanos = pauseNanos;
        startNanos = nanoClock.getAsLong();
    }

    @Override
    public void moved(long bytes, long keys) {
        double dueNanos = bytes * 1e9 / bytesPerSecond;
        long left = (long) dueNanos - (nanoClock.getAsLong() - startNanos);
        while (left > 0) {
            pauseNanos.accept(left);
            left = (long) dueNanos - (nanoClock.getAsLong() - startNanos);
        }
    }
}
