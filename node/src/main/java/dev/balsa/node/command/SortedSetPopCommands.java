package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.COUNT;
import static dev.balsa.node.command.CommandError.NOT_POSITIVE;
import static dev.balsa.node.command.CommandError.NUMKEYS;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.BLOCKING;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;

import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.Waiters;
import dev.balsa.proto.resp.Args;
import java.util.List;

/** Commands that take members from an end of sorted sets. */
final class SortedSetPopCommands {
    private static final String POP_COST = "O(M*log(N)), N = members of the set, M = members taken";
    private static final String MANY_COST = "O(K+M*log(N)), K = keys, N = members of the set, M = members taken";

    static final List<Command> TABLE = table(
            write("zpopmin", -2, SortedSetPopCommands::zpopmin, FAST).of("sorted-set").key("RW ACCESS DELETE", 1)
                    .syntax("key [count:integer]")
                    .doc("5.0.0", POP_COST, "Takes the members with the lowest scores."),
            write("zpopmax", -2, SortedSetPopCommands::zpopmax, FAST).of("sorted-set").key("RW ACCESS DELETE", 1)
                    .syntax("key [count:integer]")
                    .doc("5.0.0", POP_COST, "Takes the members with the highest scores."),
            write("zmpop", -4, SortedSetPopCommands::zmpop, MOVABLEKEYS).of("sorted-set")
                    .countedKeys("RW ACCESS DELETE", 1)
                    .syntax("numkeys:integer key... where=(MIN | MAX) [COUNT count:integer]")
                    .doc("7.0.0", MANY_COST, "Takes members from the first of several sorted sets that has any."),
            write("bzpopmin", -3, SortedSetPopCommands::bzpopmin, NOSCRIPT, BLOCKING, FAST).of("sorted-set")
                    .keys("RW ACCESS DELETE", 1, -2, 1)
                    .syntax("key... timeout:double")
                    .doc("5.0.0", "O(log(N)), N = members",
                            "Takes the member with the lowest score of the first set that has any, or waits for one."),
            write("bzpopmax", -3, SortedSetPopCommands::bzpopmax, NOSCRIPT, BLOCKING, FAST).of("sorted-set")
                    .keys("RW ACCESS DELETE", 1, -2, 1)
                    .syntax("key... timeout:double")
                    .doc("5.0.0", "O(log(N)), N = members",
                            "Takes the member with the highest score of the first set that has any, or waits for one."),
            write("bzmpop", -5, SortedSetPopCommands::bzmpop, BLOCKING, MOVABLEKEYS).of("sorted-set")
                    .countedKeys("RW ACCESS DELETE", 2)
                    .syntax("timeout:double numkeys:integer key... where=(MIN | MAX) [COUNT count:integer]")
                    .doc("7.0.0", MANY_COST,
                            "Takes members from the first of several sorted sets that has any, or waits for one."));

    private SortedSetPopCommands() {}

    // ZPOPMIN key [count]
    private static void zpopmin(Call call) {
        pop(call, false);
    }

    // ZPOPMAX key [count]
    private static void zpopmax(Call call) {
        pop(call, true);
    }

    private static void pop(Call call, boolean max) {
        Args args = call.args();
        if (args.count() > 3) {
            call.reply().error(SYNTAX);
            return;
        }
        boolean counts = args.count() == 3;
        if (counts && !call.readsRange(2, 0, Long.MAX_VALUE, NOT_POSITIVE)) {
            return;
        }
        long wanted = counts ? call.number() : 1;
        SortedSets sets = SortedSetCommands.openForWrite(call, 1);
        if (sets == null) {
            return;
        }
        int count = (int) Math.min(wanted, sets.size());
        boolean nested = counts && call.reply().protocol() > 2;
        call.reply().array(nested ? count : 2L * count);
        take(call, sets, count, max, nested);
    }

    /** Replies members from an end and removes them. */
    private static void take(Call call, SortedSets sets, int count, boolean max, boolean nested) {
        int end = max ? sets.size() - 1 : 0;
        SortedSetCommands.replyItems(call, sets, end, count, max, true, nested);
        sets.remove(max ? sets.size() - count : 0, count);
    }

    // BZPOPMIN key [key ...] timeout
    private static void bzpopmin(Call call) {
        popFirst(call, false);
    }

    // BZPOPMAX key [key ...] timeout
    private static void bzpopmax(Call call) {
        popFirst(call, true);
    }

    private static void popFirst(Call call, boolean max) {
        int last = call.args().count() - 1;
        long timeout = BlockTimeout.read(call, last);
        int at = timeout != BlockTimeout.INVALID ? firstThere(call, 1, last) : -1;
        if (at == 0) {
            if (!call.waits(Waiters.Kind.ZSET, 1, last, timeout)) {
                call.reply().nilArray();
            }
        } else if (at > 0) {
            SortedSets sets = SortedSetCommands.openForWrite(call, at);
            if (sets != null) {
                call.reply().array(3);
                call.reply().bulk(call.args(), at);
                take(call, sets, 1, max, false);
            }
        }
    }

    /** The first key of arguments {@code [from, to)} that exists; 0 = none, -1 = one of another type was refused. */
    private static int firstThere(Call call, int from, int to) {
        for (int i = from; i < to; i++) {
            int ref = call.find(i);
            if (ref != MISSING) {
                return call.refusesType(ref, ValueType.ZSET) ? -1 : i;
            }
        }
        return 0;
    }

    // ZMPOP numkeys key [key ...] MIN | MAX [COUNT count]
    private static void zmpop(Call call) {
        popMany(call, 1, false);
    }

    // BZMPOP timeout numkeys key [key ...] MIN | MAX [COUNT count]
    private static void bzmpop(Call call) {
        popMany(call, 2, true);
    }

    private static void popMany(Call call, int numkeysAt, boolean blocks) {
        Args args = call.args();
        if (!call.readsRange(numkeysAt, 1, Long.MAX_VALUE, NUMKEYS)) {
            return;
        }
        long end = numkeysAt + 1 + call.number();
        if (call.number() > args.count() || end >= args.count()) {
            call.reply().error(SYNTAX);
            return;
        }
        int whereAt = (int) end;
        boolean max = args.is(whereAt, "MAX");
        if (!max && !args.is(whereAt, "MIN")) {
            call.reply().error(SYNTAX);
            return;
        }
        long wanted = 1;
        if (args.count() > whereAt + 1) {
            if (!args.is(whereAt + 1, "COUNT") || args.count() < whereAt + 3) {
                call.reply().error(SYNTAX);
                return;
            }
            if (!call.readsRange(whereAt + 2, 1, Long.MAX_VALUE, COUNT)) {
                return;
            }
            wanted = call.number();
            if (args.count() > whereAt + 3) {
                call.reply().error(SYNTAX);
                return;
            }
        }
        long timeout = blocks ? BlockTimeout.read(call, 1) : 0;
        if (timeout == BlockTimeout.INVALID) {
            return;
        }
        int at = firstThere(call, numkeysAt + 1, whereAt);
        if (at != 0 || !blocks || !call.waits(Waiters.Kind.ZSET, numkeysAt + 1, whereAt, timeout)) {
            popMany(call, at, wanted, max);
        }
    }

    private static void popMany(Call call, int at, long wanted, boolean max) {
        if (at == 0) {
            call.reply().nilArray();
        } else if (at > 0) {
            SortedSets sets = SortedSetCommands.openForWrite(call, at);
            if (sets != null) {
                int count = (int) Math.min(wanted, sets.size());
                call.reply().array(2);
                call.reply().bulk(call.args(), at);
                call.reply().array(count);
                take(call, sets, count, max, true);
            }
        }
    }
}
