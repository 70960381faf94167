package dev.balsa.node.observe;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How long each command runs once its turn has come, without its way through the log: INFO latencystats, LATENCY
 * HISTOGRAM, and
 * the way into the slow log. Thread-safe; noting a command
 * costs one lookup and two atomic additions, and allocates nothing.
 */
public final class CommandStats {
    /** The figures of one command. */
    static final class Cell {
        final String name;
        final LatencyBuckets latencies = new LatencyBuckets();

        Cell(String name) {
            this.name = name;
        }
    }

    private static final int NEAR = 256;

    private final Map<String, Cell> cells = new ConcurrentHashMap<>();
    /** Found by the name's hash; a race or a collision costs a look-up in {@link #cells}. */
    private volatile @Nullable Cell[] near = new @Nullable Cell[NEAR];
    private final LongAdder total = new LongAdder();
    private final SlowLog slowLog;
    private final LatencyEvents events;

    public CommandStats(SlowLog slowLog, LatencyEvents events) {
        this.slowLog = slowLog;
        this.events = events;
    }

    /**
     * A command of a client was executed here.
     *
     * @param nanos how long it ran
     */
    public void ran(Request request, Args args, long nanos) {
        ran(request.spec(), request.clientId(), args, nanos);
    }

    /** As above, when the request may have been answered already and so be in use for another one. */
    void ran(CommandSpec spec, long clientId, Args args, long nanos) {
        Cell cell = cell(spec.name());
        cell.latencies.record(nanos);
        total.increment();
        events.took(spec.has(CommandFlag.FAST) ? LatencyEvents.FAST_COMMAND : LatencyEvents.COMMAND, nanos);
        if (slowLog.isSlow(nanos) && !spec.has(CommandFlag.SKIP_SLOWLOG)) {
            slowLog.record(nanos / 1000, args, clientId);
        }
    }

    private Cell cell(String name) {
        // The name's hash is kept in the String; hashing the spec itself would read all of it.
        @Nullable Cell[] table = near;
        int at = name.hashCode() & (NEAR - 1);
        Cell cell = table[at];
        if (cell == null || !cell.name.equals(name)) {
            cell = cells.computeIfAbsent(name, Cell::new);
            table[at] = cell;
        }
        return cell;
    }

    /** Commands run since the start, whatever was reset. */
    public long total() {
        return total.sum();
    }

    /** By command name, in order. */
    SortedMap<String, Cell> cells() {
        return new TreeMap<>(cells);
    }

    /** CONFIG RESETSTAT. */
    void reset() {
        cells.clear();
        near = new @Nullable Cell[NEAR];
    }
}
