package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RedisDouble;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;

/** Commands that pick members of a sorted set at random, or go through all of them in steps. */
final class SortedSetScanCommands {
    static final List<Command> TABLE = table(
            read("zrandmember", -2, SortedSetScanCommands::zrandmember).of("sorted-set").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key [options=(count:integer [WITHSCORES])]")
                    .doc("6.2.0", "O(M*log(N)), N = members of the set, M = members replied",
                            "Replies with members picked at random."),
            read("zscan", -3, SortedSetScanCommands::zscan).of("sorted-set").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key cursor:integer [MATCH pattern] [COUNT count:integer]")
                    .doc("2.8.0", "O(1) for each call, O(N) for all members",
                            "Goes through the members of a sorted set in small steps."));

    private static final String OUT_OF_RANGE = "ERR value is out of range";

    private SortedSetScanCommands() {}

    // ZRANDMEMBER key [count [WITHSCORES]]
    private static void zrandmember(Call call) {
        Args args = call.args();
        boolean counts = args.count() > 2;
        if (counts && !RandomPick.readsCount(call, 2)) {
            return;
        }
        long count = counts ? call.number() : 1;
        boolean withScores = args.count() == 4 && args.is(3, "WITHSCORES");
        if (args.count() > 3 && !withScores) {
            call.reply().error(SYNTAX);
            return;
        }
        if (withScores && (count < -Long.MAX_VALUE / 2 || count > Long.MAX_VALUE / 2)) {
            call.reply().error(OUT_OF_RANGE);
            return;
        }
        SortedSets sets = SortedSetCommands.open(call, 1);
        if (sets == null) {
            return;
        }
        if (counts) {
            replyRandom(call, sets, count, withScores);
        } else if (sets.size() == 0) {
            call.reply().nil();
        } else {
            sets.seek((int) Math.unsignedMultiplyHigh(new RandomPick(call.seed(), 1, 1).nextSeed(), sets.size()));
            SortedSetCommands.replyMember(call, sets);
        }
    }

    private static void replyRandom(Call call, SortedSets sets, long count, boolean withScores) {
        RespWriter reply = call.reply();
        boolean nested = withScores && reply.protocol() > 2;
        int size = sets.size();
        long wanted = size == 0 ? 0 : count < 0 ? -count : Math.min(count, size);
        reply.array(withScores && !nested ? 2 * wanted : wanted);
        RandomPick pick = new RandomPick(call.seed(), size, wanted);
        boolean walks = count >= 0 && pick.walks();
        int rank = -1;
        for (long left = wanted; left > 0; ) {
            boolean taken;
            if (walks) {
                rank++;
                taken = pick.takes();
            } else {
                rank = (int) Math.unsignedMultiplyHigh(pick.nextSeed(), size);
                taken = count < 0 || pick.isNew(rank + 1);
            }
            if (taken) {
                SortedSetCommands.replyItems(call, sets, rank, 1, false, withScores, nested);
                left--;
            }
        }
    }

    // ZSCAN key cursor [MATCH pattern] [COUNT count]
    private static void zscan(Call call) {
        ElementScan scan = ElementScan.of(call, ValueType.ZSET);
        if (scan != null) {
            SortedSets sets = call.sortedSets();
            sets.open(call.db(), scan.ref());
            scan.end(sets.scan(scan.cursor(), scan.count(), member -> {
                if (scan.matches(member)) {
                    SortedSetCommands.replyMember(call, sets);
                    replyScoreText(call.reply(), sets.score());
                    scan.wrote(2);
                }
            }));
        }
    }

    /** A score as a bulk string in either protocol. */
    private static void replyScoreText(RespWriter reply, double score) {
        reply.bulk(RedisDouble.text(score));
    }
}
