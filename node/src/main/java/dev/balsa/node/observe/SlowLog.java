package dev.balsa.node.observe;

import dev.balsa.proto.resp.Args;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The slowest commands of late. Asking whether one is slow costs one volatile read; the log itself is guarded by its
 * lock.
 */
public final class SlowLog {
    /** As Redis bounds them. */
    private static final int ARGUMENTS_MAX = 32;

    private static final int ARGUMENT_MAX_BYTES = 128;

    /** @param startSeconds since 1970 */
    record Entry(long id, long startSeconds, long micros, List<byte[]> arguments, String address, String name) {}

    private final LongSupplier wallMillis;
    private final LongFunction<NodeState.@Nullable Client> clients;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long nextId;
    private volatile long thresholdNanos = 10_000_000;
    private volatile int lengthMax = 128;

    /** @param clients finds a connection's address and name */
    public SlowLog(LongSupplier wallMillis, LongFunction<NodeState.@Nullable Client> clients) {
        this.wallMillis = wallMillis;
        this.clients = clients;
    }

    /** @param micros commands that take longer are logged; 0 = every one, negative = none */
    public void thresholdMicros(long micros) {
        thresholdNanos = micros < 0 ? Long.MAX_VALUE : micros > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : micros * 1000;
    }

    /** How many are kept; the oldest go first. */
    public void lengthMax(int max) {
        lengthMax = max;
        synchronized (entries) {
            trim();
        }
    }

    /** Whether a command that ran this long belongs here. */
    public boolean isSlow(long nanos) {
        return nanos >= thresholdNanos && thresholdNanos != Long.MAX_VALUE;
    }

    /** Notes a command that {@link #isSlow}; copies what it keeps. */
    public void record(long micros, Args args, long clientId) {
        NodeState.Client client = clients.apply(clientId);
        List<byte[]> arguments = bounded(args);
        long seconds = wallMillis.getAsLong() / 1000;
        synchronized (entries) {
            entries.addFirst(new Entry(
                    nextId++,
                    seconds,
                    micros,
                    arguments,
                    client == null ? "?:0" : client.address(),
                    client == null ? "" : client.name()));
            trim();
        }
    }

    /** The newest {@code count} entries, newest first; -1 = all. */
    List<Entry> newest(long count) {
        synchronized (entries) {
            return entries.stream().limit(count < 0 ? Long.MAX_VALUE : count).toList();
        }
    }

    int length() {
        synchronized (entries) {
            return entries.size();
        }
    }

    void clear() {
        synchronized (entries) {
            entries.clear();
        }
    }

    private void trim() {
        while (entries.size() > lengthMax) {
            entries.removeLast();
        }
    }

    private static List<byte[]> bounded(Args args) {
        int shown = args.count() > ARGUMENTS_MAX ? ARGUMENTS_MAX - 1 : args.count();
        List<byte[]> arguments = new ArrayList<>(shown + 1);
        for (int i = 0; i < shown; i++) {
            int length = args.length(i);
            if (length <= ARGUMENT_MAX_BYTES) {
                arguments.add(args.copy(i));
                continue;
            }
            byte[] tail = ("... (" + (length - ARGUMENT_MAX_BYTES) + " more bytes)")
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] text = new byte[ARGUMENT_MAX_BYTES + tail.length];
            System.arraycopy(args.array(), args.offset(i), text, 0, ARGUMENT_MAX_BYTES);
            System.arraycopy(tail, 0, text, ARGUMENT_MAX_BYTES, tail.length);
            arguments.add(text);
        }
        if (shown < args.count()) {
            arguments.add(("... (" + (args.count() - shown) + " more arguments)").getBytes(StandardCharsets.US_ASCII));
        }
        return arguments;
    }
}
