package dev.balsa.chaos.check;

import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How well the cluster served: the share of tenths of a second in which something succeeded, the longest time without a
 * success, and how long after the last fault had healed anything still failed. Immutable.
 *
 * @param recoveryMaxMillis how long after the last fault operations may fail
 */
public record Availability(long recoveryMaxMillis) implements Checker {
    private static final long SLICE_NANOS = 100_000_000;

    /**
     * What was found.
     *
     * @param share of the time in which something succeeded, 0 to 1
     * @param recoveryMillis from the last fault's end to the end of the last operation that did not succeed; -1 = no
     *     fault, or nothing failed after it
     */
    public record Figures(double share, long longestGapMillis, long recoveryMillis, int ok, int failed, int unknown) {}

    @Override
    public Verdict check(History history) {
        Figures figures = figures(history);
        String summary = String.format(Locale.ROOT, "%d ok, %d failed, %d unknown; available %.1f %% of the time, "
                + "longest gap %d ms, recovered %s", figures.ok, figures.failed, figures.unknown, figures.share * 100,
                figures.longestGapMillis, figures.recoveryMillis < 0 ? "at once" : "in " + figures.recoveryMillis
                        + " ms");
        boolean late = figures.recoveryMillis > recoveryMaxMillis;
        boolean never = figures.ok == 0;
        return Verdict.of(summary, never
                ? List.of(new Verdict.Anomaly("never available", "Nothing succeeded at all", List.of()))
                : late ? List.of(new Verdict.Anomaly("late recovery", "Operations failed until "
                        + figures.recoveryMillis + " ms after the last fault had ended", lastTrouble(history)))
                        : List.of());
    }

    private static List<Pair> lastTrouble(History history) {
        List<Pair> trouble = history.pairs().stream().filter(pair -> !pair.ok()).toList();
        return trouble.subList(Math.max(0, trouble.size() - 3), trouble.size());
    }

    public static Figures figures(History history) {
        List<Long> successes = new ArrayList<>();
        long lastFault = -1;
        long lastTrouble = -1;
        int failed = 0;
        int unknown = 0;
        for (Op op : history.ops()) {
            if (op.process() == Op.NEMESIS) {
                lastFault = op.nanos();
                lastTrouble = -1;
                continue;
            }
            switch (op.type()) {
                case INVOKE -> {}
                case OK -> successes.add(op.nanos());
                case FAIL -> {
                    // A refusal without a reason is the workload's own: a lock that another one holds.
                    failed++;
                    lastTrouble = op.error().isEmpty() ? lastTrouble : op.nanos();
                }
                case INFO -> {
                    unknown++;
                    lastTrouble = op.nanos();
                }
            }
        }
        long end = history.ops().isEmpty() ? 0 : history.ops().getLast().nanos();
        return new Figures(share(successes, end), longestGap(successes, end) / 1_000_000,
                lastFault < 0 || lastTrouble < 0 ? -1 : (lastTrouble - lastFault) / 1_000_000, successes.size(),
                failed, unknown);
    }

    private static double share(List<Long> successes, long end) {
        if (successes.isEmpty()) {
            return 0;
        }
        long first = successes.getFirst() / SLICE_NANOS;
        long slices = end / SLICE_NANOS - first + 1;
        long served = successes.stream().mapToLong(nanos -> nanos / SLICE_NANOS).distinct().count();
        return (double) served / slices;
    }

    private static long longestGap(List<Long> successes, long end) {
        long longest = 0;
        long last = successes.isEmpty() ? 0 : successes.getFirst();
        for (long success : successes) {
            longest = Math.max(longest, success - last);
            last = success;
        }
        return Math.max(longest, end - last);
    }

    /**
     * The longest time without a success that begins or ends within {@code windowMillis} after a moment: what a client
     * saw of a fault.
     */
    public static long gapAfterMillis(History history, long fromNanos, long windowMillis) {
        long until = fromNanos + windowMillis * 1_000_000;
        long last = fromNanos;
        long longest = 0;
        for (Op op : history.ops()) {
            if (op.type() == Op.Type.OK && op.process() != Op.NEMESIS && op.nanos() >= fromNanos) {
                longest = Math.max(longest, op.nanos() - last);
                last = op.nanos();
                if (last > until) {
                    break;
                }
            }
        }
        return longest / 1_000_000;
    }
}
