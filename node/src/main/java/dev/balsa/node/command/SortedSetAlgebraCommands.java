package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;

import dev.balsa.node.command.SortedSetAlgebra.Operation;
import dev.balsa.node.engine.ScoredMembers;
import dev.balsa.node.engine.value.Score;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;
import java.util.Locale;

/** Union, intersection and difference of sorted sets and sets. */
final class SortedSetAlgebraCommands {
    private static final String UNION_COST = "O(N*log(N)), N = members of all sets";
    private static final String INTER_COST = "O(N*K+M*log(M)), N = members of the smallest set, K = sets, M = result";
    private static final String DIFF_COST = "O(N*K+M*log(M)), N = members of the first set, K = sets, M = result";

    static final List<Command> TABLE = table(
            read("zunion", -3, SortedSetAlgebraCommands::zunion, MOVABLEKEYS).of("sorted-set")
                    .countedKeys("RO ACCESS", 1)
                    .syntax("numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate=(SUM | MIN | "
                            + "MAX)] [WITHSCORES]")
                    .doc("6.2.0", UNION_COST, "Replies with the members of any of several sorted sets."),
            read("zinter", -3, SortedSetAlgebraCommands::zinter, MOVABLEKEYS).of("sorted-set")
                    .countedKeys("RO ACCESS", 1)
                    .syntax("numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate=(SUM | MIN | "
                            + "MAX)] [WITHSCORES]")
                    .doc("6.2.0", INTER_COST, "Replies with the members that several sorted sets have in common."),
            read("zdiff", -3, SortedSetAlgebraCommands::zdiff, MOVABLEKEYS).of("sorted-set").countedKeys("RO ACCESS", 1)
                    .syntax("numkeys:integer key... [WITHSCORES]")
                    .doc("6.2.0", DIFF_COST, "Replies with the members of a sorted set that others do not have."),
            write("zunionstore", -4, SortedSetAlgebraCommands::zunionstore, DENYOOM, MOVABLEKEYS).of("sorted-set")
                    .key("OW UPDATE", 1).countedKeys("RO ACCESS", 2)
                    .syntax("destination:key numkeys:integer key@1... [WEIGHTS weight:integer...] [AGGREGATE "
                            + "aggregate=(SUM | MIN | MAX)]")
                    .doc("2.0.0", UNION_COST, "Stores the members of any of several sorted sets in a key."),
            write("zinterstore", -4, SortedSetAlgebraCommands::zinterstore, DENYOOM, MOVABLEKEYS).of("sorted-set")
                    .key("OW UPDATE", 1).countedKeys("RO ACCESS", 2)
                    .syntax("destination:key numkeys:integer key@1... [WEIGHTS weight:integer...] [AGGREGATE "
                            + "aggregate=(SUM | MIN | MAX)]")
                    .doc("2.0.0", INTER_COST, "Stores the members that several sorted sets have in common in a key."),
            write("zdiffstore", -4, SortedSetAlgebraCommands::zdiffstore, DENYOOM, MOVABLEKEYS).of("sorted-set")
                    .key("OW UPDATE", 1).countedKeys("RO ACCESS", 2)
                    .syntax("destination:key numkeys:integer key@1...")
                    .doc("6.2.0", DIFF_COST, "Stores the members of a sorted set that others do not have in a key."),
            read("zintercard", -3, SortedSetAlgebraCommands::zintercard, MOVABLEKEYS).of("sorted-set")
                    .countedKeys("RO ACCESS", 1)
                    .syntax("numkeys:integer key... [LIMIT limit:integer]")
                    .doc("7.0.0", INTER_COST, "Counts the members that several sorted sets have in common."));

    private static final String NO_WEIGHT = "ERR weight value is not a float";
    private static final String NEGATIVE_LIMIT = "ERR LIMIT can't be negative";

    private SortedSetAlgebraCommands() {}

    // ZUNION numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]
    private static void zunion(Call call) {
        reply(call, Operation.UNION);
    }

    // ZINTER: as ZUNION
    private static void zinter(Call call) {
        reply(call, Operation.INTER);
    }

    // ZDIFF numkeys key [key ...] [WITHSCORES]
    private static void zdiff(Call call) {
        reply(call, Operation.DIFF);
    }

    // ZUNIONSTORE destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX]
    private static void zunionstore(Call call) {
        store(call, Operation.UNION);
    }

    // ZINTERSTORE: as ZUNIONSTORE
    private static void zinterstore(Call call) {
        store(call, Operation.INTER);
    }

    // ZDIFFSTORE destination numkeys key [key ...]
    private static void zdiffstore(Call call) {
        store(call, Operation.DIFF);
    }

    // ZINTERCARD numkeys key [key ...] [LIMIT limit]
    private static void zintercard(Call call) {
        SortedSetAlgebra algebra = new SortedSetAlgebra(call, Operation.INTER);
        int after = readsKeys(call, algebra, 1);
        if (after < 0) {
            return;
        }
        Args args = call.args();
        long limit = 0;
        for (int i = after; i < args.count(); i += 2) {
            if (!args.is(i, "LIMIT") || i + 1 == args.count()) {
                call.reply().error(SYNTAX);
                return;
            }
            if (!call.readsRange(i + 1, 0, Long.MAX_VALUE, NEGATIVE_LIMIT)) {
                return;
            }
            limit = call.number();
        }
        int count = algebra.run().count();
        call.reply().integer(limit == 0 ? count : Math.min(count, limit));
    }

    private static void reply(Call call, Operation operation) {
        SortedSetAlgebra algebra = new SortedSetAlgebra(call, operation);
        int after = readsKeys(call, algebra, 1);
        if (after < 0 || !readsOptions(call, algebra, after, false)) {
            return;
        }
        ScoredMembers result = algebra.run();
        RespWriter reply = call.reply();
        boolean nested = algebra.withScores() && reply.protocol() > 2;
        reply.array(algebra.withScores() && !nested ? 2L * result.count() : result.count());
        int[] order = result.byScore();
        for (int i = 0; i < result.count(); i++) {
            int member = order[i];
            if (nested) {
                reply.array(2);
            }
            reply.bulk(result.bytes(), result.offset(member), result.length(member));
            if (algebra.withScores()) {
                reply.real(result.score(member));
            }
        }
    }

    private static void store(Call call, Operation operation) {
        SortedSetAlgebra algebra = new SortedSetAlgebra(call, operation);
        int after = readsKeys(call, algebra, 2);
        if (after < 0 || !readsOptions(call, algebra, after, true)) {
            return;
        }
        ScoredMembers result = algebra.run();
        Args args = call.args();
        call.sortedSets().store(
                call.db(), args.array(), args.offset(1), args.length(1), result, result.byScore());
        call.reply().integer(result.count());
    }

    /** Reads the keys whose number stands at {@code numkeysAt}; answers where the options begin, or -1 = refused. */
    private static int readsKeys(Call call, SortedSetAlgebra algebra, int numkeysAt) {
        if (!call.readsInteger(numkeysAt)) {
            return -1;
        }
        long keys = call.number();
        if (keys < 1) {
            String name = call.args().text(0).toLowerCase(Locale.ROOT);
            call.reply().error("ERR at least 1 input key is needed for '" + name + "' command");
            return -1;
        }
        if (keys > call.args().count() - numkeysAt - 1) {
            call.reply().error(SYNTAX);
            return -1;
        }
        int end = numkeysAt + 1 + (int) keys;
        for (int i = numkeysAt + 1; i < end; i++) {
            if (!algebra.adds(i)) {
                return -1;
            }
        }
        return end;
    }

    private static boolean readsOptions(Call call, SortedSetAlgebra algebra, int from, boolean stores) {
        Args args = call.args();
        for (int i = from; i < args.count(); i++) {
            int left = args.count() - 1 - i;
            if (algebra.weighs() && left >= algebra.sets() && args.is(i, "WEIGHTS")) {
                for (int set = 0; set < algebra.sets(); set++) {
                    i++;
                    double weight = Score.parse(args.array(), args.offset(i), args.length(i));
                    if (Double.isNaN(weight)) {
                        call.reply().error(NO_WEIGHT);
                        return false;
                    }
                    algebra.weight(set, weight);
                }
            } else if (algebra.weighs() && left >= 1 && args.is(i, "AGGREGATE") && algebra.aggregates(i + 1)) {
                i++;
            } else if (!stores && args.is(i, "WITHSCORES")) {
                algebra.wantScores();
            } else {
                call.reply().error(SYNTAX);
                return false;
            }
        }
        return true;
    }
}
