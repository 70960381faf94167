package dev.balsa.node.observe;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/**
 * What held the process up for longer than {@code latency-monitor-threshold}, by kind of event, as Redis' latency monitor
 * keeps it: the newest 160 samples, at most one a second, the worst of it. Thread-safe.
 */
public final class LatencyEvents implements AutoCloseable {
    /** A command that is slow by its complexity. */
    static final String COMMAND = "command";

    /** A command that is never slow by its complexity. */
    static final String FAST_COMMAND = "fast-command";

    /** A pause of the Java garbage collector. */
    static final String GC_PAUSE = "gc-pause";

    private static final int SAMPLES_MAX = 160;
    private static final String GC_NOTIFICATION = "com.sun.management.gc.notification";

    /** @param seconds since 1970 */
    record Sample(long seconds, long millis) {}

    /**
     * The samples of an event, oldest first.
     *
     * @param maxMillis of all, also of those no longer kept
     */
    record History(String event, long maxMillis, List<Sample> samples) {
        Sample latest() {
            return samples.getLast();
        }
    }

    private static final class Series {
        final ArrayDeque<Sample> samples = new ArrayDeque<>();
        long maxMillis;
    }

    private final LongSupplier wallMillis;
    private final TreeMap<String, Series> events = new TreeMap<>();
    private final List<NotificationEmitter> collectors = new ArrayList<>();
    private final NotificationListener pauses = (notification, _) -> {
        if (notification.getType().equals(GC_NOTIFICATION)) {
            paused((CompositeData) notification.getUserData());
        }
    };
    private volatile long thresholdMillis;

    public LatencyEvents(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            // The cycles of a concurrent collector hold nobody up; its pauses are told by another bean.
            if (collector instanceof NotificationEmitter emitter && !collector.getName().endsWith("Cycles")) {
                emitter.addNotificationListener(pauses, null, null);
                collectors.add(emitter);
            }
        }
    }

    /** @param millis events that take at least as long are kept; 0 = none */
    void thresholdMillis(long millis) {
        thresholdMillis = millis;
    }

    long thresholdMillis() {
        return thresholdMillis;
    }

    /** An event took so long. Costs one volatile read when it is not kept. */
    void took(String event, long nanos) {
        long threshold = thresholdMillis;
        if (threshold > 0 && nanos >= threshold * 1_000_000) {
            add(event, nanos / 1_000_000);
        }
    }

    private void paused(CompositeData data) {
        CompositeData info = (CompositeData) data.get("gcInfo");
        took(GC_PAUSE, (Long) info.get("duration") * 1_000_000);
    }

    private synchronized void add(String event, long millis) {
        Series series = events.computeIfAbsent(event, _ -> new Series());
        series.maxMillis = Math.max(series.maxMillis, millis);
        long seconds = wallMillis.getAsLong() / 1000;
        @Nullable Sample last = series.samples.peekLast();
        if (last != null && last.seconds == seconds) {
            series.samples.removeLast();
            series.samples.add(new Sample(seconds, Math.max(last.millis, millis)));
            return;
        }
        series.samples.add(new Sample(seconds, millis));
        if (series.samples.size() > SAMPLES_MAX) {
            series.samples.removeFirst();
        }
    }

    /** All events that happened, by name. */
    synchronized List<History> all() {
        List<History> all = new ArrayList<>();
        events.forEach((event, series) -> all.add(new History(event, series.maxMillis, List.copyOf(series.samples))));
        return all;
    }

    /** The history of an event; null if it never happened. */
    synchronized @Nullable History history(String event) {
        Series series = events.get(event);
        return series == null ? null : new History(event, series.maxMillis, List.copyOf(series.samples));
    }

    /** Forgets these events, or (none given) all; returns how many there were. */
    synchronized int reset(Collection<String> names) {
        int before = events.size();
        if (names.isEmpty()) {
            events.clear();
        } else {
            events.keySet().removeAll(List.copyOf(names));
        }
        return before - events.size();
    }

    @Override
    public void close() {
        for (NotificationEmitter collector : collectors) {
            try {
                collector.removeNotificationListener(pauses);
            } catch (ListenerNotFoundException _) {
                // It was never there: nothing to remove.
            }
        }
    }
}
