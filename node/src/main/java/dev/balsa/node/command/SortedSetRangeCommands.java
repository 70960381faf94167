package dev.balsa.node.command;

import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.command.SortedSetRange.By;
import dev.balsa.node.command.SortedSetRange.Direction;
import dev.balsa.node.engine.ScoredMembers;
import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.proto.resp.Args;
import java.util.List;

/** Commands on ranges of sorted sets, by rank, by score and by name. */
final class SortedSetRangeCommands {
    private static final String READ_COST = "O(log(N)+M), N = members of the set, M = members replied";
    private static final String REMOVE_COST = "O(log(N)+M*log(N)), N = members of the set, M = members removed";

    static final List<Command> TABLE = table(
            read("zcount", 4, SortedSetRangeCommands::zcount, FAST).of("sorted-set").key("RO ACCESS", 1)
                    .syntax("key min:double max:double")
                    .doc("2.0.0", "O(log(N)), N = members", "Counts the members with scores in a range."),
            read("zlexcount", 4, SortedSetRangeCommands::zlexcount, FAST).of("sorted-set").key("RO ACCESS", 1)
                    .syntax("key min max")
                    .doc("2.8.9", "O(log(N)), N = members", "Counts the members with names in a range."),
            read("zrange", -4, SortedSetRangeCommands::zrange).of("sorted-set").key("RO ACCESS", 1)
                    .syntax("key start stop [sortby=(BYSCORE | BYLEX)^6.2.0] [REV^6.2.0] [LIMIT "
                            + "offset_count=(offset:integer count:integer)^6.2.0] [WITHSCORES]")
                    .doc("1.2.0", READ_COST, "Replies with the members in a range of ranks, scores or names."),
            write("zrangestore", -5, SortedSetRangeCommands::zrangestore, DENYOOM).of("sorted-set")
                    .key("OW UPDATE", 1).key("RO ACCESS", 2)
                    .syntax("dst:key src:key@1 min max [sortby=(BYSCORE | BYLEX)] [REV] [LIMIT "
                            + "offset_count=(offset:integer count:integer)]")
                    .doc("6.2.0", "O(log(N)+M), N = members of the set, M = members stored",
                            "Stores a range of a sorted set in another key."),
            read("zrevrange", -4, SortedSetRangeCommands::zrevrange).of("sorted-set").key("RO ACCESS", 1)
                    .replaced("6.2.0", "ZRANGE with the REV argument")
                    .syntax("key start:integer stop:integer [WITHSCORES]")
                    .doc("1.2.0", READ_COST, "Replies with the members in a range of ranks, highest score first."),
            read("zrangebyscore", -4, SortedSetRangeCommands::zrangebyscore).of("sorted-set").key("RO ACCESS", 1)
                    .replaced("6.2.0", "ZRANGE with the BYSCORE argument")
                    .syntax("key min:double max:double [WITHSCORES^2.0.0] [LIMIT offset_count=(offset:integer "
                            + "count:integer)]")
                    .doc("1.0.5", READ_COST, "Replies with the members in a range of scores."),
            read("zrevrangebyscore", -4, SortedSetRangeCommands::zrevrangebyscore).of("sorted-set")
                    .key("RO ACCESS", 1)
                    .replaced("6.2.0", "ZRANGE with the REV and BYSCORE arguments")
                    .syntax("key max:double min:double [WITHSCORES] [LIMIT offset_count=(offset:integer "
                            + "count:integer)]")
                    .doc("2.2.0", READ_COST, "Replies with the members in a range of scores, highest first."),
            read("zrangebylex", -4, SortedSetRangeCommands::zrangebylex).of("sorted-set").key("RO ACCESS", 1)
                    .replaced("6.2.0", "ZRANGE with the BYLEX argument")
                    .syntax("key min max [LIMIT offset_count=(offset:integer count:integer)]")
                    .doc("2.8.9", READ_COST, "Replies with the members in a range of names."),
            read("zrevrangebylex", -4, SortedSetRangeCommands::zrevrangebylex).of("sorted-set").key("RO ACCESS", 1)
                    .replaced("6.2.0", "ZRANGE with the REV and BYLEX arguments")
                    .syntax("key max min [LIMIT offset_count=(offset:integer count:integer)]")
                    .doc("2.8.9", READ_COST, "Replies with the members in a range of names, the last first."),
            write("zremrangebyrank", 4, SortedSetRangeCommands::zremrangebyrank).of("sorted-set")
                    .key("RW DELETE", 1)
                    .syntax("key start:integer stop:integer")
                    .doc("2.0.0", REMOVE_COST, "Removes the members in a range of ranks."),
            write("zremrangebyscore", 4, SortedSetRangeCommands::zremrangebyscore).of("sorted-set")
                    .key("RW DELETE", 1)
                    .syntax("key min:double max:double")
                    .doc("1.2.0", REMOVE_COST, "Removes the members in a range of scores."),
            write("zremrangebylex", 4, SortedSetRangeCommands::zremrangebylex).of("sorted-set").key("RW DELETE", 1)
                    .syntax("key min max")
                    .doc("2.8.9", REMOVE_COST, "Removes the members in a range of names."));

    private SortedSetRangeCommands() {}

    // ZCOUNT key min max
    private static void zcount(Call call) {
        count(call, By.SCORE);
    }

    // ZLEXCOUNT key min max
    private static void zlexcount(Call call) {
        count(call, By.LEX);
    }

    private static void count(Call call, By by) {
        SortedSetRange range = new SortedSetRange(call, by);
        SortedSets sets = range.readsEnds(2, 3) ? SortedSetCommands.open(call, 1) : null;
        if (sets != null) {
            range.select(sets);
            call.reply().integer(range.count());
        }
    }

    // ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]
    private static void zrange(Call call) {
        reply(call, By.OPTION, Direction.OPTION);
    }

    // ZREVRANGE key start stop [WITHSCORES]
    private static void zrevrange(Call call) {
        reply(call, By.RANK, Direction.REVERSE);
    }

    // ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]
    private static void zrangebyscore(Call call) {
        reply(call, By.SCORE, Direction.FORWARD);
    }

    // ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]
    private static void zrevrangebyscore(Call call) {
        reply(call, By.SCORE, Direction.REVERSE);
    }

    // ZRANGEBYLEX key min max [LIMIT offset count]
    private static void zrangebylex(Call call) {
        reply(call, By.LEX, Direction.FORWARD);
    }

    // ZREVRANGEBYLEX key max min [LIMIT offset count]
    private static void zrevrangebylex(Call call) {
        reply(call, By.LEX, Direction.REVERSE);
    }

    private static void reply(Call call, By by, Direction direction) {
        SortedSetRange range = new SortedSetRange(call, by, direction);
        SortedSets sets = range.reads(2, true) ? SortedSetCommands.open(call, 1) : null;
        if (sets != null) {
            range.select(sets);
            SortedSetCommands.replyMembers(
                    call, sets, range.start(), range.count(), range.isReverse(), range.withScores());
        }
    }

    // ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]
    private static void zrangestore(Call call) {
        SortedSetRange range = new SortedSetRange(call, By.OPTION, Direction.OPTION);
        SortedSets sets = range.reads(3, false) ? SortedSetCommands.open(call, 2) : null;
        if (sets == null) {
            return;
        }
        range.select(sets);
        ScoredMembers members = new ScoredMembers();
        for (int i = 0; i < range.count(); i++) {
            if (i == 0) {
                sets.seek(range.start());
            } else {
                sets.step(range.isReverse());
            }
            sets.copyTo(members, sets.score());
        }
        Args args = call.args();
        sets.store(call.db(), args.array(), args.offset(1), args.length(1), members, members.byScore());
        call.reply().integer(members.count());
    }

    // ZREMRANGEBYRANK key start stop
    private static void zremrangebyrank(Call call) {
        remove(call, By.RANK);
    }

    // ZREMRANGEBYSCORE key min max
    private static void zremrangebyscore(Call call) {
        remove(call, By.SCORE);
    }

    // ZREMRANGEBYLEX key min max
    private static void zremrangebylex(Call call) {
        remove(call, By.LEX);
    }

    private static void remove(Call call, By by) {
        SortedSetRange range = new SortedSetRange(call, by);
        if (!range.readsEnds(2, 3)) {
            return;
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.ZSET)) {
            Args args = call.args();
            SortedSets sets = call.sortedSets();
            sets.openForWrite(call.db(), args.array(), args.offset(1), args.length(1), ref);
            range.select(sets);
            sets.remove(range.start(), range.count());
            call.reply().integer(range.count());
        }
    }
}
