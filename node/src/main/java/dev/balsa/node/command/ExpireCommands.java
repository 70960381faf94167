package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.GT_WITH_LT;
import static dev.balsa.node.command.CommandError.NX_WITH_OTHERS;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.proto.resp.Args;
import java.util.List;

/** Commands on the deadlines of keys. The table is the contents page; methods follow in its order. */
final class ExpireCommands {
    static final List<Command> TABLE = table(
            write("expire", -3, ExpireCommands::expire, FAST).of("generic").key("RW UPDATE", 1)
                    .syntax("key seconds:integer [condition=(NX | XX | GT | LT)^7.0.0]")
                    .doc("1.0.0", "O(1)", "Sets the time to live of a key in seconds."),
            write("pexpire", -3, ExpireCommands::pexpire, FAST).of("generic").key("RW UPDATE", 1)
                    .syntax("key milliseconds:integer [condition=(NX | XX | GT | LT)^7.0.0]")
                    .doc("2.6.0", "O(1)", "Sets the time to live of a key in milliseconds."),
            write("expireat", -3, ExpireCommands::expireAt, FAST).of("generic").key("RW UPDATE", 1)
                    .syntax("key unix-time-seconds:unix-time [condition=(NX | XX | GT | LT)^7.0.0]")
                    .doc("1.2.0", "O(1)", "Sets the moment a key dies, in seconds since 1970."),
            write("pexpireat", -3, ExpireCommands::pexpireAt, FAST).of("generic").key("RW UPDATE", 1)
                    .syntax("key unix-time-milliseconds:unix-time [condition=(NX | XX | GT | LT)^7.0.0]")
                    .doc("2.6.0", "O(1)", "Sets the moment a key dies, in milliseconds since 1970."),
            read("ttl", 2, ExpireCommands::ttl, FAST).of("generic").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key")
                    .doc("1.0.0", "O(1)", "Replies with the time to live of a key in seconds."),
            read("pttl", 2, ExpireCommands::pttl, FAST).of("generic").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key")
                    .doc("2.6.0", "O(1)", "Replies with the time to live of a key in milliseconds."),
            read("expiretime", 2, ExpireCommands::expireTime, FAST).of("generic").key("RO ACCESS", 1)
                    .syntax("key")
                    .doc("7.0.0", "O(1)", "Replies with the moment a key dies, in seconds since 1970."),
            read("pexpiretime", 2, ExpireCommands::pexpireTime, FAST).of("generic").key("RO ACCESS", 1)
                    .syntax("key")
                    .doc("7.0.0", "O(1)", "Replies with the moment a key dies, in milliseconds since 1970."),
            write("persist", 2, ExpireCommands::persist, FAST).of("generic").key("RW UPDATE", 1)
                    .syntax("key")
                    .doc("2.2.0", "O(1)", "Takes the time to live off a key."));

    private static final int NX = 1;
    private static final int XX = 2;
    private static final int GT = 4;
    private static final int LT = 8;

    private ExpireCommands() {}

    // EXPIRE key seconds [NX | XX | GT | LT]
    private static void expire(Call call) {
        expire(call, "expire", true, call.nowMillis());
    }

    // PEXPIRE key milliseconds [NX | XX | GT | LT]
    private static void pexpire(Call call) {
        expire(call, "pexpire", false, call.nowMillis());
    }

    // EXPIREAT key second [NX | XX | GT | LT]
    private static void expireAt(Call call) {
        expire(call, "expireat", true, 0);
    }

    // PEXPIREAT key millisecond [NX | XX | GT | LT]
    private static void pexpireAt(Call call) {
        expire(call, "pexpireat", false, 0);
    }

    // TTL key
    private static void ttl(Call call) {
        replyDeadline(call, call.nowMillis(), true);
    }

    // PTTL key
    private static void pttl(Call call) {
        replyDeadline(call, call.nowMillis(), false);
    }

    // EXPIRETIME key
    private static void expireTime(Call call) {
        replyDeadline(call, 0, true);
    }

    // PEXPIRETIME key
    private static void pexpireTime(Call call) {
        replyDeadline(call, 0, false);
    }

    // PERSIST key
    private static void persist(Call call) {
        int ref = call.find(1);
        boolean had = ref != MISSING && call.db().deadlineMillis(ref) != 0;
        if (had) {
            setDeadline(call, 0);
        }
        call.reply().integer(had ? 1 : 0);
    }

    private static void expire(Call call, String name, boolean inSeconds, long base) {
        int conditions = conditions(call);
        if (conditions < 0 || !call.readsInteger(2)) {
            return;
        }
        long time = call.number();
        if (inSeconds) {
            if (time > Long.MAX_VALUE / 1000 || time < Long.MIN_VALUE / 1000) {
                call.reply().error(CommandError.expireTime(name));
                return;
            }
            time *= 1000;
        }
        if (time > Long.MAX_VALUE - base) {
            call.reply().error(CommandError.expireTime(name));
            return;
        }
        long deadline = time + base;
        int ref = call.find(1);
        if (ref == MISSING || !holds(conditions, call.db().deadlineMillis(ref), deadline)) {
            call.reply().integer(0);
            return;
        }
        if (deadline <= call.nowMillis()) {
            call.remove(1);
        } else {
            setDeadline(call, deadline);
        }
        call.reply().integer(1);
    }

    /** The conditions from argument 3 on as bits, or -1 after replying the error of Redis. */
    private static int conditions(Call call) {
        Args args = call.args();
        int bits = 0;
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "NX")) {
                bits |= NX;
            } else if (args.is(i, "XX")) {
                bits |= XX;
            } else if (args.is(i, "GT")) {
                bits |= GT;
            } else if (args.is(i, "LT")) {
                bits |= LT;
            } else {
                call.reply().error(CommandError.unsupportedOption(call.cText(i)));
                return -1;
            }
        }
        if ((bits & NX) != 0 && bits != NX) {
            call.reply().error(NX_WITH_OTHERS);
            return -1;
        }
        if ((bits & GT) != 0 && (bits & LT) != 0) {
            call.reply().error(GT_WITH_LT);
            return -1;
        }
        return bits;
    }

    /** Whether the deadline may change from {@code current} (0 = none, which counts as never) to {@code next}. */
    private static boolean holds(int conditions, long current, long next) {
        boolean none = current == 0;
        return ((conditions & NX) == 0 || none)
                && ((conditions & XX) == 0 || !none)
                && ((conditions & GT) == 0 || (!none && next > current))
                && ((conditions & LT) == 0 || none || next < current);
    }

    private static void setDeadline(Call call, long deadlineMillis) {
        Args args = call.args();
        call.db().setDeadline(args.array(), args.offset(1), args.length(1), deadlineMillis);
    }

    /** Replies the deadline counted from {@code base}; -1 without a deadline, -2 without a key. Seconds are rounded. */
    private static void replyDeadline(Call call, long base, boolean inSeconds) {
        int ref = call.peek(1);
        if (ref == MISSING) {
            call.reply().integer(-2);
            return;
        }
        long deadline = call.db().deadlineMillis(ref);
        if (deadline == 0) {
            call.reply().integer(-1);
            return;
        }
        long millis = Math.max(deadline - base, 0);
        // Not (millis + 500) / 1000, which overflows for deadlines at the end of time.
        call.reply().integer(inSeconds ? millis / 1000 + millis % 1000 / 500 : millis);
    }
}
