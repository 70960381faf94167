package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.NOT_A_FLOAT;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.LargeSortedSet;
import dev.balsa.node.engine.value.Score;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commands on single members of sorted sets, and what all families of sorted sets share. Ranges, pops, operations on
 * several sets and geo have files of their own.
 */
final class SortedSetCommands {
    static final List<Command> TABLE = table(
            write("zadd", -4, SortedSetCommands::zadd, DENYOOM, FAST).of("sorted-set").key("RW UPDATE", 1)
                    .syntax("key [condition=(NX | XX)^3.0.2] [comparison=(GT | LT)^6.2.0] [change=CH^3.0.2] "
                            + "[increment=INCR^3.0.2] score_member=(score:double member)...")
                    .doc("1.2.0", "O(M*log(N)), N = members of the set, M = given ones",
                            "Adds members with scores to a sorted set, or changes the scores of those it has."),
            write("zincrby", 4, SortedSetCommands::zincrby, DENYOOM, FAST).of("sorted-set")
                    .key("RW ACCESS UPDATE", 1)
                    .syntax("key increment:integer member")
                    .doc("1.2.0", "O(log(N)), N = members",
                            "Adds to the score of a member; a missing one counts as 0."),
            write("zrem", -3, SortedSetCommands::zrem, FAST).of("sorted-set").key("RW DELETE", 1)
                    .syntax("key member...")
                    .doc("1.2.0", "O(M*log(N)), N = members of the set, M = given ones",
                            "Removes members from a sorted set."),
            read("zcard", 2, SortedSetCommands::zcard, FAST).of("sorted-set").key("RO", 1)
                    .syntax("key")
                    .doc("1.2.0", "O(1)", "Replies with the number of members of a sorted set."),
            read("zscore", 3, SortedSetCommands::zscore, FAST).of("sorted-set").key("RO ACCESS", 1)
                    .syntax("key member")
                    .doc("1.2.0", "O(1)", "Replies with the score of a member."),
            read("zmscore", -3, SortedSetCommands::zmscore, FAST).of("sorted-set").key("RO ACCESS", 1)
                    .syntax("key member...")
                    .doc("6.2.0", "O(M), M = given members", "Replies with the scores of several members."),
            read("zrank", -3, SortedSetCommands::zrank, FAST).of("sorted-set").key("RO ACCESS", 1)
                    .syntax("key member")
                    .doc("2.0.0", "O(log(N)), N = members",
                            "Replies with the place of a member, counted from the lowest score."),
            read("zrevrank", -3, SortedSetCommands::zrevrank, FAST).of("sorted-set").key("RO ACCESS", 1)
                    .syntax("key member")
                    .doc("2.0.0", "O(log(N)), N = members",
                            "Replies with the place of a member, counted from the highest score."));

    // Options of ZADD.
    static final int NX = 1;
    static final int XX = 2;
    static final int GT = 4;
    static final int LT = 8;
    static final int CHANGED = 16;
    static final int INCREMENT = 32;

    private static final String NX_WITH_XX = "ERR XX and NX options at the same time are not compatible";
    private static final String NX_GT_LT = "ERR GT, LT, and/or NX options at the same time are not compatible";
    private static final String ONE_INCREMENT = "ERR INCR option supports a single increment-element pair";
    private static final String NOT_A_NUMBER = "ERR resulting score is not a number (NaN)";

    private SortedSetCommands() {}

    // ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]
    private static void zadd(Call call) {
        Args args = call.args();
        int at = optionsEnd(args, -1);
        int options = options(args, at);
        int left = args.count() - at;
        if (left == 0 || left % 2 != 0) {
            call.reply().error(SYNTAX);
        } else if ((options & (NX | XX)) == (NX | XX)) {
            call.reply().error(NX_WITH_XX);
        } else if (Integer.bitCount(options & (NX | GT | LT)) > 1) {
            call.reply().error(NX_GT_LT);
        } else if ((options & INCREMENT) != 0 && left > 2) {
            call.reply().error(ONE_INCREMENT);
        } else {
            readScores(call, options, at);
        }
    }

    /** Where the options behind the key end, of which {@code allowed} are known. */
    static int optionsEnd(Args args, int allowed) {
        int at = 2;
        while (at < args.count() && (option(args, at) & allowed) != 0) {
            at++;
        }
        return at;
    }

    /** The options before {@link #optionsEnd}. */
    static int options(Args args, int end) {
        int options = 0;
        for (int i = 2; i < end; i++) {
            options |= option(args, i);
        }
        return options;
    }

    private static int option(Args args, int i) {
        return args.is(i, "NX") ? NX
                : args.is(i, "XX") ? XX
                : args.is(i, "GT") ? GT
                : args.is(i, "LT") ? LT
                : args.is(i, "CH") ? CHANGED
                : args.is(i, "INCR") ? INCREMENT
                : 0;
    }

    // ZINCRBY key increment member
    private static void zincrby(Call call) {
        readScores(call, INCREMENT, 2);
    }

    private static void readScores(Call call, int options, int at) {
        Args args = call.args();
        double[] scores = new double[(args.count() - at) / 2];
        for (int i = 0; i < scores.length; i++) {
            int score = at + 2 * i;
            scores[i] = Score.parse(args.array(), args.offset(score), args.length(score));
            if (Double.isNaN(scores[i])) {
                call.reply().error(NOT_A_FLOAT);
                return;
            }
        }
        add(call, options, scores, at + 1, 2);
    }

    /**
     * Adds members to key 1 and replies as ZADD does.
     *
     * @param memberAt the argument that is the first member; the others follow every {@code step} arguments
     */
    static void add(Call call, int options, double[] scores, int memberAt, int step) {
        Args args = call.args();
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.ZSET)) {
            return;
        }
        boolean increments = (options & INCREMENT) != 0;
        if (ref == MISSING && (options & XX) != 0) {
            replyAdded(call, increments, false, 0, 0);
            return;
        }
        SortedSets sets = call.sortedSets();
        sets.openForWrite(call.db(), args.array(), args.offset(1), args.length(1), ref);
        if (increments && isNotANumber(sets, args, memberAt, scores[0])) {
            call.reply().error(NOT_A_NUMBER);
            return;
        }
        sets.expect(scores.length, args.length(memberAt));
        int added = 0;
        int updated = 0;
        boolean refused = false;
        double score = 0;
        for (int i = 0; i < scores.length; i++) {
            int member = memberAt + i * step;
            boolean there = sets.find(args.array(), args.offset(member), args.length(member));
            double before = sets.score();
            score = increments && there ? before + scores[i] : scores[i];
            refused = there
                    ? (options & NX) != 0 || ((options & GT) != 0 && score <= before)
                            || ((options & LT) != 0 && score >= before)
                    : (options & XX) != 0;
            if (!refused && (!there || score != before)) {
                sets.set(args.array(), args.offset(member), args.length(member), score);
                added += there ? 0 : 1;
                updated += there ? 1 : 0;
            }
        }
        replyAdded(call, increments, !refused, score, (options & CHANGED) != 0 ? added + updated : added);
    }

    private static boolean isNotANumber(SortedSets sets, Args args, int member, double increment) {
        return Double.isInfinite(increment)
                && sets.find(args.array(), args.offset(member), args.length(member))
                && Double.isNaN(sets.score() + increment);
    }

    private static void replyAdded(Call call, boolean increments, boolean done, double score, int number) {
        if (!increments) {
            call.reply().integer(number);
        } else if (done) {
            call.reply().real(score);
        } else {
            call.reply().nil();
        }
    }

    // ZREM key member [member ...]
    private static void zrem(Call call) {
        SortedSets sets = openForWrite(call, 1);
        if (sets == null) {
            return;
        }
        Args args = call.args();
        int removed = 0;
        for (int i = 2; i < args.count() && sets.size() > 0; i++) {
            if (sets.find(args.array(), args.offset(i), args.length(i))) {
                sets.remove();
                removed++;
            }
        }
        call.reply().integer(removed);
    }

    // ZCARD key
    private static void zcard(Call call) {
        SortedSets sets = open(call, 1);
        if (sets != null) {
            call.reply().integer(sets.size());
        }
    }

    // ZSCORE key member
    private static void zscore(Call call) {
        SortedSets sets = open(call, 1);
        if (sets != null) {
            replyScore(call, sets, 2);
        }
    }

    // ZMSCORE key member [member ...]
    private static void zmscore(Call call) {
        SortedSets sets = open(call, 1);
        if (sets != null) {
            call.reply().array(call.args().count() - 2L);
            for (int i = 2; i < call.args().count(); i++) {
                replyScore(call, sets, i);
            }
        }
    }

    private static void replyScore(Call call, SortedSets sets, int i) {
        Args args = call.args();
        if (sets.find(args.array(), args.offset(i), args.length(i))) {
            call.reply().real(sets.score());
        } else {
            call.reply().nil();
        }
    }

    // ZRANK key member [WITHSCORE]
    private static void zrank(Call call) {
        rank(call, "zrank", false);
    }

    // ZREVRANK key member [WITHSCORE]
    private static void zrevrank(Call call) {
        rank(call, "zrevrank", true);
    }

    private static void rank(Call call, String name, boolean reverse) {
        Args args = call.args();
        if (args.count() > 4) {
            call.reply().error(CommandError.arity(name));
            return;
        }
        boolean withScore = args.count() == 4;
        if (withScore && !args.is(3, "WITHSCORE")) {
            call.reply().error(SYNTAX);
            return;
        }
        SortedSets sets = open(call, 1);
        if (sets == null) {
            return;
        }
        RespWriter reply = call.reply();
        if (!sets.find(args.array(), args.offset(2), args.length(2))) {
            if (withScore) {
                reply.nilArray();
            } else {
                reply.nil();
            }
            return;
        }
        int rank = sets.rank();
        if (withScore) {
            reply.array(2);
        }
        reply.integer(reverse ? sets.size() - 1 - rank : rank);
        if (withScore) {
            reply.real(sets.score());
        }
    }

    // -- what all families share ----------------------------------------------------------------------------------

    /** Opens the sorted set that argument {@code i} names, to read; null after replying that it is none. */
    static @Nullable SortedSets open(Call call, int i) {
        int ref = call.find(i);
        if (ref != MISSING && call.refusesType(ref, ValueType.ZSET)) {
            return null;
        }
        SortedSets sets = call.sortedSets();
        sets.open(call.db(), ref);
        return sets;
    }

    /** As {@link #open}, to change it. */
    static @Nullable SortedSets openForWrite(Call call, int i) {
        int ref = call.find(i);
        if (ref != MISSING && call.refusesType(ref, ValueType.ZSET)) {
            return null;
        }
        SortedSets sets = call.sortedSets();
        Args args = call.args();
        sets.openForWrite(call.db(), args.array(), args.offset(i), args.length(i), ref);
        return sets;
    }

    /** Replies the member at which a set stands. */
    static void replyMember(Call call, SortedSets sets) {
        if (sets.isNumber()) {
            call.reply().bulk(sets.number());
        } else {
            call.reply().bulk(sets.memory(), sets.offset(), sets.length());
        }
    }

    /** Replies {@code count} members from {@code rank} on, as an array that RESP3 nests when scores are wanted. */
    static void replyMembers(Call call, SortedSets sets, int rank, int count, boolean reverse, boolean withScores) {
        boolean nested = withScores && call.reply().protocol() > 2;
        call.reply().array(withScores && !nested ? 2L * count : count);
        if (count > Call.DIRECT_MAX && call.db().isLarge(sets.ref())) {
            LargeSortedSet large = (LargeSortedSet) call.db().large(sets.ref());
            call.reply(sets.ref(), new SortedSetSlices(large, rank, count, reverse, withScores));
        } else {
            replyItems(call, sets, rank, count, reverse, withScores, nested);
        }
    }

    /** Replies members without the array around them. */
    static void replyItems(
            Call call, SortedSets sets, int rank, int count, boolean reverse, boolean withScores, boolean nested) {
        for (int i = 0; i < count; i++) {
            if (i == 0) {
                sets.seek(rank);
            } else {
                sets.step(reverse);
            }
            if (nested) {
                call.reply().array(2);
            }
            replyMember(call, sets);
            if (withScores) {
                call.reply().real(sets.score());
            }
        }
    }
}
