package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.LIMIT_NEGATIVE;
import static dev.balsa.node.command.CommandError.NUMKEYS;
import static dev.balsa.node.command.CommandError.NUMKEYS_TOO_MANY;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;

import dev.balsa.node.engine.SetBuilder;
import dev.balsa.node.engine.Sets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.StringView;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Nothing is gathered on the way to a reply: a member of the j-th set of a union is new if none of the sets before it
 * has it, one of an intersection is looked up in all others, smallest set first. That costs a lookup for each set and
 * saves a table of what was seen.
 */

/** Commands on several sets. The table is the contents page; methods follow in its order. */
final class SetAlgebra {
    static final List<Command> TABLE = table(
            read("sinter", -2, SetAlgebra::sinter).of("set").keys("RO ACCESS", 1, -1, 1)
                    .tips("nondeterministic_output_order")
                    .doc("1.0.0", "O(N*M), N = members of the smallest set, M = sets",
                            "Replies with the members that all given sets have."),
            read("sintercard", -3, SetAlgebra::sinterCard, MOVABLEKEYS).of("set").countedKeys("RO ACCESS", 1)
                    .doc("7.0.0", "O(N*M), N = members of the smallest set, M = sets",
                            "Counts the members that all given sets have."),
            write("sinterstore", -3, SetAlgebra::sinterStore, DENYOOM).of("set").key("RW UPDATE", 1)
                    .keys("RO ACCESS", 2, -1, 1)
                    .doc("1.0.0", "O(N*M), N = members of the smallest set, M = sets",
                            "Stores the members that all given sets have."),
            read("sunion", -2, SetAlgebra::sunion).of("set").keys("RO ACCESS", 1, -1, 1)
                    .tips("nondeterministic_output_order")
                    .doc("1.0.0", "O(N*M), N = members of all sets, M = sets",
                            "Replies with the members that any of the given sets has."),
            write("sunionstore", -3, SetAlgebra::sunionStore, DENYOOM).of("set").key("OW UPDATE", 1)
                    .keys("RO ACCESS", 2, -1, 1)
                    .doc("1.0.0", "O(N*M), N = members of all sets, M = sets",
                            "Stores the members that any of the given sets has."),
            read("sdiff", -2, SetAlgebra::sdiff).of("set").keys("RO ACCESS", 1, -1, 1)
                    .tips("nondeterministic_output_order")
                    .doc("1.0.0", "O(N*M), N = members of the first set, M = sets",
                            "Replies with the members of a set that no other given set has."),
            write("sdiffstore", -3, SetAlgebra::sdiffStore, DENYOOM).of("set").key("OW UPDATE", 1)
                    .keys("RO ACCESS", 2, -1, 1)
                    .doc("1.0.0", "O(N*M), N = members of the first set, M = sets",
                            "Stores the members of a set that no other given set has."));

    private SetAlgebra() {}

    /** Hands the members of the result to a visitor, each once. */
    @FunctionalInterface
    private interface Operation {
        void run(Sets sets, int[] refs, Sets.Visitor result);
    }

    // SINTER key [key ...]
    private static void sinter(Call call) {
        reply(call, SetAlgebra::intersect);
    }

    // SINTERCARD numkeys key [key ...] [LIMIT limit]
    private static void sinterCard(Call call) {
        Args args = call.args();
        if (!call.readsInteger(1, NUMKEYS)) {
            return;
        }
        long keys = call.number();
        if (keys < 1) {
            call.reply().error(NUMKEYS);
            return;
        }
        if (keys > args.count() - 2) {
            call.reply().error(NUMKEYS_TOO_MANY);
            return;
        }
        long limit = 0;
        for (int i = 2 + (int) keys; i < args.count(); i += 2) {
            if (!args.is(i, "LIMIT") || i + 1 == args.count()) {
                call.reply().error(SYNTAX);
                return;
            }
            if (!SetCommands.readsPositive(call, i + 1, LIMIT_NEGATIVE)) {
                return;
            }
            limit = call.number();
        }
        int[] refs = find(call, 2, 2 + (int) keys);
        if (refs != null) {
            call.reply().integer(countCommon(call.db().sets(), refs, limit == 0 ? Long.MAX_VALUE : limit));
        }
    }

    // SINTERSTORE destination key [key ...]
    private static void sinterStore(Call call) {
        store(call, SetAlgebra::intersect);
    }

    // SUNION key [key ...]
    private static void sunion(Call call) {
        reply(call, SetAlgebra::unite);
    }

    // SUNIONSTORE destination key [key ...]
    private static void sunionStore(Call call) {
        store(call, SetAlgebra::unite);
    }

    // SDIFF key [key ...]
    private static void sdiff(Call call) {
        reply(call, SetAlgebra::subtract);
    }

    // SDIFFSTORE destination key [key ...]
    private static void sdiffStore(Call call) {
        store(call, SetAlgebra::subtract);
    }

    private static void reply(Call call, Operation operation) {
        int[] refs = find(call, 1, call.args().count());
        if (refs == null) {
            return;
        }
        RespWriter reply = call.reply();
        int[] replied = new int[1];
        int mark = reply.arrayLater();
        operation.run(call.db().sets(), refs, member -> {
            Strings.reply(reply, member);
            replied[0]++;
        });
        reply.setLength(mark, replied[0]);
    }

    private static void store(Call call, Operation operation) {
        Args args = call.args();
        int[] refs = find(call, 2, args.count());
        if (refs == null) {
            return;
        }
        SetBuilder result = new SetBuilder(call.db());
        operation.run(call.db().sets(), refs, result::add);
        result.store(args.array(), args.offset(1), args.length(1), 0);
        call.reply().integer(result.size());
    }

    /** The sets that arguments {@code from} to {@code to} (exclusive) name; null after replying an error. */
    private static int @Nullable [] find(Call call, int from, int to) {
        int[] refs = new int[to - from];
        for (int i = from; i < to; i++) {
            int ref = call.find(i);
            if (ref != MISSING && call.refusesType(ref, ValueType.SET)) {
                return null;
            }
            refs[i - from] = ref;
        }
        return refs;
    }

    // -- operations -----------------------------------------------------------------------------------------------

    private static void intersect(Sets sets, int[] refs, Sets.Visitor result) {
        if (sortedBySize(sets, refs)) {
            sets.forEach(refs[0], member -> {
                if (isInAll(sets, refs, member)) {
                    result.visit(member);
                }
            });
        }
    }

    private static long countCommon(Sets sets, int[] refs, long limit) {
        if (!sortedBySize(sets, refs)) {
            return 0;
        }
        long[] count = new long[1];
        long cursor = 0;
        do {
            cursor = sets.scan(refs[0], cursor, 64, member -> {
                if (count[0] < limit && isInAll(sets, refs, member)) {
                    count[0]++;
                }
            });
        } while (cursor != 0 && count[0] < limit);
        return count[0];
    }

    private static boolean isInAll(Sets sets, int[] refs, StringView member) {
        for (int i = 1; i < refs.length; i++) {
            if (refs[i] != refs[0] && !sets.contains(refs[i], member)) {
                return false;
            }
        }
        return true;
    }

    private static void unite(Sets sets, int[] refs, Sets.Visitor result) {
        for (int i = 0; i < refs.length; i++) {
            int end = i;
            if (refs[i] != MISSING) {
                sets.forEach(refs[i], member -> {
                    if (isInNone(sets, refs, 0, end, member)) {
                        result.visit(member);
                    }
                });
            }
        }
    }

    private static void subtract(Sets sets, int[] refs, Sets.Visitor result) {
        if (refs[0] != MISSING) {
            sets.forEach(refs[0], member -> {
                if (isInNone(sets, refs, 1, refs.length, member)) {
                    result.visit(member);
                }
            });
        }
    }

    private static boolean isInNone(Sets sets, int[] refs, int from, int to, StringView member) {
        for (int i = from; i < to; i++) {
            if (refs[i] != MISSING && sets.contains(refs[i], member)) {
                return false;
            }
        }
        return true;
    }

    /** Puts the smallest set first; false if one is missing, so that nothing is common to all. */
    private static boolean sortedBySize(Sets sets, int[] refs) {
        for (int i = 0; i < refs.length; i++) {
            int ref = refs[i];
            if (ref == MISSING) {
                return false;
            }
            long size = sets.size(ref);
            int at = i;
            for (; at > 0 && sets.size(refs[at - 1]) > size; at--) {
                refs[at] = refs[at - 1];
            }
            refs[at] = ref;
        }
        return true;
    }
}
