package dev.balsa.node.observe;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Looks at the counters now and then for INFO's instantaneous figures, and for the peak of the memory. A figure is the mean since
 * the older one of two looks, so of the last 0.8 to 1.6 s (Redis: 1.6 s): two looks and a clock say that as well as a ring of many, and wake
 * an idle node less often. Written by the thread that samples, read by all.
 */
public final class Sampler implements AutoCloseable {
    private static final long PERIOD_MILLIS = 800;

    private record Look(long nanos, FrontFigures.Totals totals) {}

    private record Looks(Look older, Look newer) {}

    private final NodeState node;
    private final LongSupplier nanos;
    private final ScheduledFuture<?> timer;
    private volatile Looks looks;
    private volatile long peakBytes;

    public Sampler(NodeState node, ScheduledExecutorService timerThread) {
        this(node, timerThread, System::nanoTime);
    }

    Sampler(NodeState node, ScheduledExecutorService timerThread, LongSupplier nanos) {
        this.node = node;
        this.nanos = nanos;
        Look start = new Look(nanos.getAsLong(), new FrontFigures.Totals(0, 0, 0, 0, 0));
        this.looks = new Looks(start, start);
        this.timer = timerThread.scheduleAtFixedRate(this::sample, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sample() {
        looks = new Looks(looks.newer, new Look(nanos.getAsLong(), node.totals()));
        peakBytes = Math.max(peakBytes, node.usedBytes());
    }

    private long perSecond(ToLongFunction<FrontFigures.Totals> counter) {
        Look from = looks.older;
        long elapsed = Math.max(1, nanos.getAsLong() - from.nanos);
        // A reset makes a counter jump back; that is no rate.
        long counted = Math.max(0, counter.applyAsLong(node.totals()) - counter.applyAsLong(from.totals));
        return (long) (counted * 1e9 / elapsed);
    }

    long commandsPerSecond() {
        return perSecond(FrontFigures.Totals::commands);
    }

    long inputBytesPerSecond() {
        return perSecond(FrontFigures.Totals::inputBytes);
    }

    long outputBytesPerSecond() {
        return perSecond(FrontFigures.Totals::outputBytes);
    }

    /** The most bytes that keys, values and tables took, as seen every 0.8 s. */
    long peakBytes() {
        return peakBytes;
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}
