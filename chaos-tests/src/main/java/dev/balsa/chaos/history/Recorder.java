package dev.balsa.chaos.history;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Writes down what clients and the nemesis do, in the order in which it happens: an operation that is written down as
 * ended before another begins did end before it began. Thread-safe (one lock).
 */
public final class Recorder {
    private final LongSupplier clock;
    private final long startNanos;
    private final List<Op> ops = new ArrayList<>();

    /** @param clock nanoseconds, as {@link System#nanoTime} */
    public Recorder(LongSupplier clock) {
        this.clock = clock;
        this.startNanos = clock.getAsLong();
    }

    public synchronized void invoke(int process, String f, Value value) {
        add(Op.of(process, Op.Type.INVOKE, f, value));
    }

    public synchronized void ok(int process, String f, Value value) {
        add(Op.of(process, Op.Type.OK, f, value));
    }

    /** It did not happen and never will. */
    public synchronized void fail(int process, String f, Value value, String error) {
        add(new Op(0, process, Op.Type.FAIL, f, value, 0, error));
    }

    /** Nobody knows; the process that did it does nothing more under its number. */
    public synchronized void info(int process, String f, Value value, String error) {
        add(new Op(0, process, Op.Type.INFO, f, value, 0, error));
    }

    private void add(Op op) {
        ops.add(op.at(ops.size(), clock.getAsLong() - startNanos));
    }

    /** Nanoseconds since the run began. */
    public long nanos() {
        return clock.getAsLong() - startNanos;
    }

    /** How many operations have begun or ended so far. */
    public synchronized int size() {
        return ops.size();
    }

    /** All so far. */
    public synchronized History history() {
        return new History(ops);
    }
}
