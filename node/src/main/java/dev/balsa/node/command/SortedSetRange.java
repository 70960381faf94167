package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.SYNTAX;

import dev.balsa.node.engine.LexRange;
import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.value.Score;
import dev.balsa.proto.resp.Args;

/**
 * A range as the arguments of ZRANGE and its relatives say it, and what it selects: {@link #count} members from rank
 * {@link #start} on, downwards if it is reverse. One object serves one call.
 */
final class SortedSetRange {
    private static final String LIMIT_BY_RANK =
            "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
    private static final String SCORES_BY_LEX =
            "ERR syntax error, WITHSCORES not supported in combination with BYLEX";
    private static final String NO_SCORE = "ERR min or max is not a float";
    private static final String NO_NAME = "ERR min or max not valid string range item";

    private final Call call;
    private By by;
    private Direction direction;
    private boolean withScores;
    private long offset;
    private long limit = -1;

    private long first;
    private long last;
    private double min;
    private double max;
    private boolean minExclusive;
    private boolean maxExclusive;
    private final LexRange names = new LexRange();

    private int start;
    private int count;

    /** What the ends of the range are. */
    enum By {
        RANK,
        SCORE,
        LEX,
        /** The command has an option for it; without it ranks. */
        OPTION
    }

    /** Which member comes first. */
    enum Direction {
        FORWARD,
        REVERSE,
        /** The command has an option for it; without it forward. */
        OPTION
    }

    SortedSetRange(Call call, By by) {
        this(call, by, Direction.FORWARD);
    }

    SortedSetRange(Call call, By by, Direction direction) {
        this.call = call;
        this.by = by;
        this.direction = direction;
    }

    boolean isReverse() {
        return direction == Direction.REVERSE;
    }

    boolean withScores() {
        return withScores;
    }

    /** The rank of the first member selected. */
    int start() {
        return start;
    }

    int count() {
        return count;
    }

    // -- arguments ------------------------------------------------------------------------------------------------

    /** Reads the ends at argument {@code at} and the options behind them; false after replying an error. */
    boolean reads(int at, boolean mayHaveScores) {
        if (!readsOptions(at + 2, mayHaveScores)) {
            return false;
        }
        by = by == By.OPTION ? By.RANK : by;
        direction = direction == Direction.OPTION ? Direction.FORWARD : direction;
        if (limit != -1 && by == By.RANK) {
            call.reply().error(LIMIT_BY_RANK);
            return false;
        }
        if (withScores && by == By.LEX) {
            call.reply().error(SCORES_BY_LEX);
            return false;
        }
        boolean swapped = isReverse() && by != By.RANK;
        return readsEnds(swapped ? at + 1 : at, swapped ? at : at + 1);
    }

    private boolean readsOptions(int from, boolean mayHaveScores) {
        Args args = call.args();
        for (int i = from; i < args.count(); i++) {
            if (mayHaveScores && args.is(i, "WITHSCORES")) {
                withScores = true;
            } else if (args.is(i, "LIMIT") && i + 2 < args.count()) {
                if (!call.readsInteger(i + 1)) {
                    return false;
                }
                offset = call.number();
                if (!call.readsInteger(i + 2)) {
                    return false;
                }
                limit = call.number();
                i += 2;
            } else if (direction == Direction.OPTION && args.is(i, "REV")) {
                direction = Direction.REVERSE;
            } else if (by == By.OPTION && args.is(i, "BYLEX")) {
                by = By.LEX;
            } else if (by == By.OPTION && args.is(i, "BYSCORE")) {
                by = By.SCORE;
            } else {
                call.reply().error(SYNTAX);
                return false;
            }
        }
        return true;
    }

    /** Reads the ends; false after replying an error. */
    boolean readsEnds(int minAt, int maxAt) {
        return switch (by) {
            case SCORE -> readsScores(minAt, maxAt);
            case LEX -> readsNames(minAt, maxAt);
            case RANK, OPTION -> readsRanks(minAt, maxAt);
        };
    }

    private boolean readsRanks(int minAt, int maxAt) {
        if (!call.readsInteger(minAt)) {
            return false;
        }
        first = call.number();
        if (!call.readsInteger(maxAt)) {
            return false;
        }
        last = call.number();
        return true;
    }

    private boolean readsScores(int minAt, int maxAt) {
        minExclusive = isExclusive(minAt);
        maxExclusive = isExclusive(maxAt);
        min = bound(minAt, minExclusive);
        max = bound(maxAt, maxExclusive);
        if (Double.isNaN(min) || Double.isNaN(max)) {
            call.reply().error(NO_SCORE);
            return false;
        }
        return true;
    }

    private boolean isExclusive(int i) {
        Args args = call.args();
        return args.length(i) > 0 && args.array()[args.offset(i)] == '(';
    }

    private double bound(int i, boolean exclusive) {
        Args args = call.args();
        int skipped = exclusive ? 1 : 0;
        return Score.parseBound(args.array(), args.offset(i) + skipped, args.length(i) - skipped);
    }

    private boolean readsNames(int minAt, int maxAt) {
        Args args = call.args();
        boolean valid = names.read(
                args.array(), args.offset(minAt), args.length(minAt), args.offset(maxAt), args.length(maxAt));
        if (!valid) {
            call.reply().error(NO_NAME);
        }
        return valid;
    }

    // -- selection ------------------------------------------------------------------------------------------------

    /** Finds what the range selects in a set. */
    void select(SortedSets sets) {
        int size = sets.size();
        if (by == By.RANK || by == By.OPTION) {
            long from = Math.max(first < 0 ? first + size : first, 0);
            long to = Math.min(last < 0 ? last + size : last, size - 1L);
            count = from > to ? 0 : (int) (to - from + 1);
            start = count == 0 ? 0 : (int) (isReverse() ? size - 1 - from : from);
            return;
        }
        int all = by == By.SCORE
                ? sets.selectScores(min, minExclusive, max, maxExclusive)
                : sets.selectNames(names, isReverse());
        // A negative offset is never reached in Redis, so nothing follows it; a negative limit is none.
        long left = offset < 0 ? 0 : Math.max(0, all - offset);
        count = (int) (limit < 0 ? left : Math.min(left, limit));
        int skipped = (int) Math.min(Math.max(offset, 0), all);
        start = isReverse() ? sets.from() + all - 1 - skipped : sets.from() + skipped;
    }
}
