package dev.balsa.node.observe;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the counters ten times a second for INFO's instantaneous figures, which are means of the last 1.6 s as in
 * Redis, and for the peak of
 * the memory. Written by the thread that samples, read by all.
 */
public final class Sampler implements AutoCloseable {
    private static final int SAMPLES = 16;
    private static final long PERIOD_MILLIS = 100;

    /** Commands, bytes in, bytes out. */
    private static final int COUNTERS = 3;

    private final NodeState node;
    private final long[][] rates = new long[COUNTERS][SAMPLES];
    private final long[] last = new long[COUNTERS];
    private final ScheduledFuture<?> timer;
    private volatile long[] means = new long[COUNTERS];
    private volatile long peakBytes;
    private long lastNanos = System.nanoTime();
    private int at;

    public Sampler(NodeState node, ScheduledExecutorService timerThread) {
        this.node = node;
        this.timer = timerThread.scheduleAtFixedRate(this::sample, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sample() {
        long now = System.nanoTime();
        long elapsed = Math.max(1, now - lastNanos);
        lastNanos = now;
        FrontFigures.Totals totals = node.totals();
        long[] counters = {totals.commands(), totals.inputBytes(), totals.outputBytes()};
        long[] next = new long[COUNTERS];
        for (int i = 0; i < COUNTERS; i++) {
            // A reset makes a counter jump back; that is no rate.
            rates[i][at] = Math.max(0, counters[i] - last[i]) * 1_000_000_000L / elapsed;
            last[i] = counters[i];
            for (long rate : rates[i]) {
                next[i] += rate;
            }
            next[i] /= SAMPLES;
        }
        at = (at + 1) % SAMPLES;
        means = next;
        if (at == 0) {
            samplePeak();
        }
    }

    private void samplePeak() {
        long used = 0;
        for (GroupState group : node.groups()) {
            used += group.usedBytes();
        }
        peakBytes = Math.max(peakBytes, used);
    }

    long commandsPerSecond() {
        return means[0];
    }

    long inputBytesPerSecond() {
        return means[1];
    }

    long outputBytesPerSecond() {
        return means[2];
    }

    /** The most bytes that keys, values and tables took, as seen every 1.6 s. */
    long peakBytes() {
        return peakBytes;
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}
