package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.NOT_POSITIVE;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.Sets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.Chance;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands on one set. The table is the contents page; methods follow in its order. */
final class SetCommands {
    static final List<Command> TABLE = table(
            write("sadd", -3, SetCommands::sadd, DENYOOM, FAST).of("set").key("RW INSERT", 1)
                    .syntax("key member...")
                    .doc("1.0.0", "O(N), N = members", "Adds members to a set, creating it if it is missing."),
            write("srem", -3, SetCommands::srem, FAST).of("set").key("RW DELETE", 1)
                    .syntax("key member...")
                    .doc("1.0.0", "O(N), N = members", "Removes members of a set, with the last one the set."),
            read("sismember", 3, SetCommands::sismember, FAST).of("set").key("RO", 1)
                    .syntax("key member")
                    .doc("1.0.0", "O(1)", "Tells whether a set has a member."),
            read("smismember", -3, SetCommands::smismember, FAST).of("set").key("RO ACCESS", 1)
                    .syntax("key member...")
                    .doc("6.2.0", "O(N), N = members asked for", "Tells for several members whether a set has them."),
            read("scard", 2, SetCommands::scard, FAST).of("set").key("RO", 1)
                    .syntax("key")
                    .doc("1.0.0", "O(1)", "Counts the members of a set."),
            read("smembers", 2, SetCommands::smembers).of("set").key("RO ACCESS", 1)
                    .tips("nondeterministic_output_order")
                    .syntax("key")
                    .doc("1.0.0", "O(N), N = members", "Replies with all members of a set."),
            write("spop", -2, SetCommands::spop, FAST).of("set").key("RW ACCESS DELETE", 1)
                    .tips("nondeterministic_output")
                    .syntax("key [count:integer^3.2.0]")
                    .doc("1.0.0", "O(N), N = members removed", "Removes members of a set picked at random."),
            read("srandmember", -2, SetCommands::srandMember).of("set").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key [count:integer^2.6.0]")
                    .doc("1.0.0", "O(N), N = members replied", "Replies with members of a set picked at random."),
            write("smove", 4, SetCommands::smove, FAST).of("set").key("RW ACCESS DELETE", 1).key("RW INSERT", 2)
                    .syntax("source:key destination:key@1 member")
                    .doc("1.0.0", "O(1)", "Moves a member from a set to another."),
            read("sscan", -3, SetCommands::sscan).of("set").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key cursor:integer [MATCH pattern] [COUNT count:integer]")
                    .doc("2.8.0", "O(1) a call, O(N) for all members", "Walks through the members of a set in steps."));

    private SetCommands() {}

    // SADD key member [member ...]
    private static void sadd(Call call) {
        Sets sets = open(call, 1);
        if (sets == null) {
            return;
        }
        Args args = call.args();
        sets.expect(args.count() - 2, args.array(), args.offset(2), args.length(2));
        int added = 0;
        for (int i = 2; i < args.count(); i++) {
            added += sets.add(args.array(), args.offset(i), args.length(i)) ? 1 : 0;
        }
        call.reply().integer(added);
    }

    // SREM key member [member ...]
    private static void srem(Call call) {
        Sets sets = open(call, 1);
        if (sets == null) {
            return;
        }
        call.replyRemoved(sets::exists, sets::remove);
    }

    // SISMEMBER key member
    private static void sismember(Call call) {
        int ref = call.find(1);
        if (ref == MISSING || !call.refusesType(ref, ValueType.SET)) {
            call.reply().integer(contains(call, ref, 2) ? 1 : 0);
        }
    }

    // SMISMEMBER key member [member ...]
    private static void smismember(Call call) {
        int ref = call.find(1);
        if (ref == MISSING || !call.refusesType(ref, ValueType.SET)) {
            int count = call.args().count();
            call.reply().array(count - 2L);
            for (int i = 2; i < count; i++) {
                call.reply().integer(contains(call, ref, i) ? 1 : 0);
            }
        }
    }

    // SCARD key
    private static void scard(Call call) {
        int ref = call.find(1);
        if (ref == MISSING || !call.refusesType(ref, ValueType.SET)) {
            call.reply().integer(ref == MISSING ? 0 : call.db().sets().size(ref));
        }
    }

    // SMEMBERS key
    private static void smembers(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().set(0);
        } else if (!call.refusesType(ref, ValueType.SET)) {
            replyAll(call, ref);
        }
    }

    // SPOP key [count]
    private static void spop(Call call) {
        Args args = call.args();
        if (args.count() > 3) {
            call.reply().error(SYNTAX);
            return;
        }
        if (args.count() == 3 && !readsPositive(call, 2, NOT_POSITIVE)) {
            return;
        }
        Sets sets = open(call, 1);
        if (sets == null) {
            return;
        }
        if (args.count() == 3) {
            pop(call, sets, call.number());
        } else if (sets.exists()) {
            pop(sets, call.seed(), call.reply());
        } else {
            call.reply().nil();
        }
    }

    private static void pop(Call call, Sets sets, long count) {
        RespWriter reply = call.reply();
        long size = sets.exists() ? sets.size(sets.ref()) : 0;
        if (count >= size && size > 0) {
            replyAll(call, sets.ref());
            sets.removeAll();
            return;
        }
        long wanted = Math.min(count, size);
        reply.set(wanted);
        Chance chance = new Chance(call.seed());
        for (long left = wanted; left > 0; left--) {
            pop(sets, chance.next(), reply);
        }
    }

    /** Removes a member and replies with it. */
    private static void pop(Sets sets, long seed, RespWriter reply) {
        sets.random(sets.ref(), seed);
        Strings.reply(reply, sets.member());
        byte[] member = sets.member().copy();
        sets.remove(member, 0, member.length);
    }

    // SRANDMEMBER key [count]
    private static void srandMember(Call call) {
        Args args = call.args();
        if (args.count() > 3) {
            call.reply().error(SYNTAX);
            return;
        }
        boolean counts = args.count() == 3;
        if (counts && !RandomPick.readsCount(call, 2)) {
            return;
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            if (counts) {
                call.reply().array(0);
            } else {
                call.reply().nil();
            }
        } else if (!call.refusesType(ref, ValueType.SET)) {
            if (counts) {
                replyRandom(call, ref, call.number());
            } else {
                Sets sets = call.db().sets();
                sets.random(ref, call.seed());
                Strings.reply(call.reply(), sets.member());
            }
        }
    }

    private static void replyRandom(Call call, int ref, long count) {
        RespWriter reply = call.reply();
        Sets sets = call.db().sets();
        long size = sets.size(ref);
        long wanted = count < 0 ? -count : Math.min(count, size);
        reply.array(wanted);
        RandomPick pick = new RandomPick(call.seed(), size, wanted);
        if (count >= 0 && pick.walks()) {
            sets.forEach(ref, member -> {
                if (pick.takes()) {
                    Strings.reply(reply, member);
                }
            });
            return;
        }
        for (long left = wanted; left > 0; ) {
            int picked = sets.random(ref, pick.nextSeed());
            if (count < 0 || pick.isNew(picked)) {
                Strings.reply(reply, sets.member());
                left--;
            }
        }
    }

    // SMOVE source destination member
    private static void smove(Call call) {
        Args args = call.args();
        int from = call.find(1);
        int to = call.find(2);
        if (from == MISSING) {
            call.reply().integer(0);
            return;
        }
        if (call.refusesType(from, ValueType.SET) || (to != MISSING && call.refusesType(to, ValueType.SET))) {
            return;
        }
        boolean moves = contains(call, from, 3);
        if (moves && !args.same(1, 2)) {
            Sets sets = call.db().sets();
            sets.open(args.array(), args.offset(1), args.length(1), from);
            sets.remove(args.array(), args.offset(3), args.length(3));
            sets.open(args.array(), args.offset(2), args.length(2), call.peek(2));
            sets.add(args.array(), args.offset(3), args.length(3));
        }
        call.reply().integer(moves ? 1 : 0);
    }

    // SSCAN key cursor [MATCH pattern] [COUNT count]
    private static void sscan(Call call) {
        ElementScan scan = ElementScan.of(call, ValueType.SET);
        if (scan != null) {
            scan.end(call.db().sets().scan(scan.ref(), scan.cursor(), scan.count(), member -> {
                if (scan.matches(member)) {
                    Strings.reply(call.reply(), member);
                    scan.wrote(1);
                }
            }));
        }
    }

    /** Reads argument {@code i} as an integer of at least 0, or replies {@code error} and answers false. */
    static boolean readsPositive(Call call, int i, String error) {
        if (!call.readsInteger(i, error)) {
            return false;
        }
        if (call.number() < 0) {
            call.reply().error(error);
            return false;
        }
        return true;
    }

    // -- what some of them do -------------------------------------------------------------------------------------

    /** The set that argument {@code i} names, there or not, ready to be changed; null after replying an error. */
    private static @Nullable Sets open(Call call, int i) {
        int ref = call.find(i);
        if (ref != MISSING && call.refusesType(ref, ValueType.SET)) {
            return null;
        }
        Sets sets = call.db().sets();
        sets.open(call.args().array(), call.args().offset(i), call.args().length(i), ref);
        return sets;
    }

    private static boolean contains(Call call, int ref, int i) {
        Args args = call.args();
        return ref != MISSING && call.db().sets().contains(ref, args.array(), args.offset(i), args.length(i));
    }

    private static void replyAll(Call call, int ref) {
        RespWriter reply = call.reply();
        Sets sets = call.db().sets();
        reply.set(sets.size(ref));
        if (call.db().isLarge(ref)) {
            call.reply(ref, new ElementSlices(call.db().large(ref), call.nowMillis(), true, false));
        } else {
            sets.forEach(ref, member -> Strings.reply(reply, member));
        }
    }
}
