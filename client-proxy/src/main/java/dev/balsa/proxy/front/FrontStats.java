package dev.balsa.proxy.front;

import dev.balsa.proxy.route.CommandEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/** What a front has counted, for INFO. Thread-safe: sums of the loops' own counters. */
public final class FrontStats {
    /** Codes of errors that are counted apart; a client can make up no more. */
    private static final int ERROR_CODES_MAX = 128;

    private final Front front;
    private final LongAdder received = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final ConcurrentHashMap<String, LongAdder> errors = new ConcurrentHashMap<>();

    FrontStats(Front front) {
        this.front = front;
    }

    /**
     * A line of commandstats.
     *
     * @param name as COMMAND shows it, a subcommand as {@code container|sub}
     * @param nanos time between a request's arrival and its reply, summed
     * @param rejected refused before they were tried: arity, authentication
     * @param failed answered with an error
     */
    public record CommandStat(String name, long calls, long nanos, long rejected, long failed) {}

    public long connectionsReceived() {
        return received.sum();
    }

    /** Connections refused because of maxclients. */
    public long connectionsRejected() {
        return rejected.sum();
    }

    public long commandsProcessed() {
        return sum(stats -> stats.commands);
    }

    public long netInputBytes() {
        return sum(stats -> stats.netInputBytes);
    }

    public long netOutputBytes() {
        return sum(stats -> stats.netOutputBytes);
    }

    public long protocolErrors() {
        return sum(stats -> stats.protocolErrors);
    }

    /** Connections closed because of output limits. */
    public long outputLimitDisconnections() {
        return sum(stats -> stats.connectionsCut);
    }

    /** Connections closed because all together took too much memory. */
    public long evictedClients() {
        return sum(stats -> stats.connectionsEvicted);
    }

    /** Commands that were called or refused at least once, in the order of the table. */
    public List<CommandStat> commandStats() {
        List<CommandStat> all = new ArrayList<>();
        for (CommandEntry entry : front.commands().entries()) {
            long[] sums = new long[4];
            for (LoopState loop : front.loops()) {
                loop.stats().addTo(entry.index(), sums);
            }
            if (sums[0] + sums[2] > 0) {
                all.add(new CommandStat(entry.name(), sums[0], sums[1], sums[2], sums[3]));
            }
        }
        return all;
    }

    /** Replies that were errors, by code, e.g. {@code ERR} or {@code WRONGTYPE}. */
    public Map<String, Long> errorStats() {
        Map<String, Long> sorted = new TreeMap<>();
        errors.forEach((code, count) -> sorted.put(code, count.sum()));
        return sorted;
    }

    /** CONFIG RESETSTAT. */
    public void reset() {
        received.reset();
        rejected.reset();
        errors.clear();
        for (LoopState loop : front.loops()) {
            loop.loop().execute(loop.stats()::reset);
        }
    }

    private long sum(ToLongFunction<LoopStats> counter) {
        long sum = 0;
        for (LoopState loop : front.loops()) {
            sum += counter.applyAsLong(loop.stats());
        }
        return sum;
    }

    void connectionReceived() {
        received.increment();
    }

    void connectionRejected() {
        rejected.increment();
    }

    /** Counts an error reply that begins at {@code offset} with its minus. */
    void error(byte[] bytes, int offset, int length) {
        int end = offset + 1;
        while (end < offset + length && end - offset < 32 && bytes[end] > ' ') {
            end++;
        }
        String code = new String(bytes, offset + 1, end - offset - 1, StandardCharsets.ISO_8859_1);
        LongAdder count = errors.get(code);
        if (count == null) {
            if (errors.size() >= ERROR_CODES_MAX) {
                return;
            }
            count = errors.computeIfAbsent(code, _ -> new LongAdder());
        }
        count.increment();
    }
}
