package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.FIELDS_MISMATCH;
import static dev.balsa.node.command.CommandError.FIELDS_MISSING;
import static dev.balsa.node.command.CommandError.FIELDS_NOT_POSITIVE;
import static dev.balsa.node.command.CommandError.NEGATIVE_EXPIRE_TIME;
import static dev.balsa.node.command.CommandError.NUM_FIELDS;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.Hashes;
import dev.balsa.node.engine.ValueType;
import dev.balsa.proto.resp.Args;
import java.util.List;

/**
 * Commands on the deadlines of a hash's fields (Redis 7.4), and those that read, set or remove fields at once with them
 * (8.0). The table is the contents page; methods follow in its order.
 */
final class HashExpireCommands {
    static final List<Command> TABLE = table(
            write("hexpire", -6, HashExpireCommands::hexpire, DENYOOM, FAST).of("hash").key("RW UPDATE", 1)
                    .doc("7.4.0", "O(N), N = fields", "Sets the time to live of fields of a hash in seconds."),
            write("hpexpire", -6, HashExpireCommands::hpexpire, DENYOOM, FAST).of("hash").key("RW UPDATE", 1)
                    .doc("7.4.0", "O(N), N = fields", "Sets the time to live of fields of a hash in milliseconds."),
            write("hexpireat", -6, HashExpireCommands::hexpireAt, DENYOOM, FAST).of("hash").key("RW UPDATE", 1)
                    .doc("7.4.0", "O(N), N = fields", "Sets the second at which fields of a hash die."),
            write("hpexpireat", -6, HashExpireCommands::hpexpireAt, DENYOOM, FAST).of("hash").key("RW UPDATE", 1)
                    .doc("7.4.0", "O(N), N = fields", "Sets the millisecond at which fields of a hash die."),
            read("httl", -5, HashExpireCommands::httl, FAST).of("hash").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .doc("7.4.0", "O(N), N = fields", "Replies with the time to live of fields of a hash in seconds."),
            read("hpttl", -5, HashExpireCommands::hpttl, FAST).of("hash").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .doc("7.4.0", "O(N), N = fields",
                            "Replies with the time to live of fields of a hash in milliseconds."),
            read("hexpiretime", -5, HashExpireCommands::hexpireTime, FAST).of("hash").key("RO ACCESS", 1)
                    .doc("7.4.0", "O(N), N = fields", "Replies with the second at which fields of a hash die."),
            read("hpexpiretime", -5, HashExpireCommands::hpexpireTime, FAST).of("hash").key("RO ACCESS", 1)
                    .doc("7.4.0", "O(N), N = fields", "Replies with the millisecond at which fields of a hash die."),
            write("hpersist", -5, HashExpireCommands::hpersist, FAST).of("hash").key("RW UPDATE", 1)
                    .doc("7.4.0", "O(N), N = fields", "Removes the time to live of fields of a hash."),
            write("hgetdel", -5, HashExpireCommands::hgetDel, FAST).of("hash").key("RW ACCESS DELETE", 1)
                    .doc("8.0.0", "O(N), N = fields", "Replies with the values of fields of a hash and removes them."),
            write("hgetex", -5, HashExpireCommands::hgetEx, FAST).of("hash").key("RW ACCESS UPDATE", 1)
                    .doc("8.0.0", "O(N), N = fields",
                            "Replies with the values of fields of a hash and changes their time to live."),
            write("hsetex", -6, HashExpireCommands::hsetEx, DENYOOM, FAST).of("hash").key("RW UPDATE", 1)
                    .doc("8.0.0", "O(N), N = fields", "Sets fields of a hash together with their time to live."));

    /** Latest deadline of a field, in milliseconds since 1970: Redis keeps two of 48 bits free. */
    static final long DEADLINE_MAX_MILLIS = (1L << 46) - 1;

    private static final int NO_FIELD = -2;
    private static final int NO_DEADLINE = -1;
    private static final int NOT_MET = 0;
    private static final int CHANGED = 1;
    private static final int DELETED = 2;

    /** What {@link #readDeadline} answers after it has replied an error. */
    private static final long INVALID = -1;

    private HashExpireCommands() {}

    // HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]
    private static void hexpire(Call call) {
        expire(call, ExpireTime.Unit.SECONDS, "hexpire");
    }

    // HPEXPIRE key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]
    private static void hpexpire(Call call) {
        expire(call, ExpireTime.Unit.MILLIS, "hpexpire");
    }

    // HEXPIREAT key second [NX | XX | GT | LT] FIELDS numfields field [field ...]
    private static void hexpireAt(Call call) {
        expire(call, ExpireTime.Unit.SECONDS_AT, "hexpireat");
    }

    // HPEXPIREAT key millisecond [NX | XX | GT | LT] FIELDS numfields field [field ...]
    private static void hpexpireAt(Call call) {
        expire(call, ExpireTime.Unit.MILLIS_AT, "hpexpireat");
    }

    private static void expire(Call call, ExpireTime.Unit unit, String name) {
        Args args = call.args();
        Hashes hashes = HashCommands.open(call);
        if (hashes == null) {
            return;
        }
        long deadline = readDeadline(call, 2, unit, name);
        if (deadline == INVALID) {
            return;
        }
        boolean conditional = args.is(3, "NX") || args.is(3, "XX") || args.is(3, "GT") || args.is(3, "LT");
        int first = readFields(call, conditional ? 4 : 3, NUM_FIELDS);
        if (first < 0) {
            return;
        }
        call.reply().array(args.count() - (long) first);
        for (int i = first; i < args.count(); i++) {
            call.reply().integer(expire(call, hashes, i, conditional, deadline));
        }
    }

    private static int expire(Call call, Hashes hashes, int i, boolean conditional, long deadline) {
        Args args = call.args();
        if (!HashCommands.finds(hashes, args, i)) {
            return NO_FIELD;
        }
        if (conditional && !holds(args, hashes.deadline(), deadline)) {
            return NOT_MET;
        }
        return setDeadline(call, hashes, i, deadline) ? CHANGED : DELETED;
    }

    /** Whether the condition that argument 3 names holds; without a deadline a field lives for ever. */
    private static boolean holds(Args args, long old, long deadline) {
        if (args.is(3, "NX")) {
            return old == 0;
        }
        if (args.is(3, "XX")) {
            return old != 0;
        }
        return args.is(3, "GT") ? old != 0 && deadline > old : old == 0 || deadline < old;
    }

    /** Sets the deadline of a field that is there; false if that has passed, so that the field is removed. */
    private static boolean setDeadline(Call call, Hashes hashes, int i, long deadline) {
        Args args = call.args();
        if (deadline <= call.nowMillis()) {
            hashes.remove(args.array(), args.offset(i), args.length(i));
            return false;
        }
        hashes.setDeadline(args.array(), args.offset(i), args.length(i), deadline);
        return true;
    }

    // HTTL key FIELDS numfields field [field ...]
    private static void httl(Call call) {
        replyDeadlines(call, true, true);
    }

    // HPTTL key FIELDS numfields field [field ...]
    private static void hpttl(Call call) {
        replyDeadlines(call, false, true);
    }

    // HEXPIRETIME key FIELDS numfields field [field ...]
    private static void hexpireTime(Call call) {
        replyDeadlines(call, true, false);
    }

    // HPEXPIRETIME key FIELDS numfields field [field ...]
    private static void hpexpireTime(Call call) {
        replyDeadlines(call, false, false);
    }

    private static void replyDeadlines(Call call, boolean inSeconds, boolean fromNow) {
        Args args = call.args();
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.HASH)) {
            return;
        }
        int first = readFields(call, 2, FIELDS_NOT_POSITIVE);
        if (first < 0) {
            return;
        }
        Hashes hashes = call.db().hashes();
        call.reply().array(args.count() - (long) first);
        for (int i = first; i < args.count(); i++) {
            if (ref == MISSING || !hashes.find(ref, args.array(), args.offset(i), args.length(i))) {
                call.reply().integer(NO_FIELD);
            } else if (hashes.deadline() == 0) {
                call.reply().integer(NO_DEADLINE);
            } else {
                long millis = hashes.deadline() - (fromNow ? call.nowMillis() : 0);
                call.reply().integer(inSeconds ? (millis + 999) / 1000 : millis);
            }
        }
    }

    // HPERSIST key FIELDS numfields field [field ...]
    private static void hpersist(Call call) {
        Args args = call.args();
        Hashes hashes = HashCommands.open(call);
        if (hashes == null) {
            return;
        }
        int first = readFields(call, 2, FIELDS_NOT_POSITIVE);
        if (first < 0) {
            return;
        }
        call.reply().array(args.count() - (long) first);
        for (int i = first; i < args.count(); i++) {
            if (!HashCommands.finds(hashes, args, i)) {
                call.reply().integer(NO_FIELD);
            } else if (hashes.deadline() == 0) {
                call.reply().integer(NO_DEADLINE);
            } else {
                hashes.setDeadline(args.array(), args.offset(i), args.length(i), 0);
                call.reply().integer(CHANGED);
            }
        }
    }

    // HGETDEL key FIELDS numfields field [field ...]
    private static void hgetDel(Call call) {
        Args args = call.args();
        Hashes hashes = HashCommands.open(call);
        if (hashes == null) {
            return;
        }
        int first = readFields(call, 2, FIELDS_NOT_POSITIVE);
        if (first < 0) {
            return;
        }
        call.reply().array(args.count() - (long) first);
        for (int i = first; i < args.count(); i++) {
            if (repliesValue(call, hashes, i)) {
                hashes.remove(args.array(), args.offset(i), args.length(i));
            }
        }
    }

    // HGETEX key [EX seconds | PX milliseconds | EXAT second | PXAT millisecond | PERSIST]
    //     FIELDS numfields field [field ...]
    private static void hgetEx(Call call) {
        Hashes hashes = HashCommands.open(call);
        if (hashes == null) {
            return;
        }
        HashFieldOptions options = HashFieldOptions.read(call, false);
        if (options == null) {
            return;
        }
        Args args = call.args();
        call.reply().array(args.count() - (long) options.firstField());
        for (int i = options.firstField(); i < args.count(); i++) {
            if (!repliesValue(call, hashes, i)) {
                continue;
            }
            if (options.deadlineMillis() != 0) {
                setDeadline(call, hashes, i, options.deadlineMillis());
            } else if (options.persist() && hashes.deadline() != 0) {
                hashes.setDeadline(args.array(), args.offset(i), args.length(i), 0);
            }
        }
    }

    // HSETEX key [FNX | FXX] [EX seconds | PX milliseconds | EXAT second | PXAT millisecond | KEEPTTL]
    //     FIELDS numfields field value [field value ...]
    private static void hsetEx(Call call) {
        HashFieldOptions options = HashFieldOptions.read(call, true);
        if (options == null) {
            return;
        }
        Hashes hashes = HashCommands.open(call);
        if (hashes == null) {
            return;
        }
        Args args = call.args();
        if (options.condition() != HashFieldOptions.Condition.NONE) {
            boolean wanted = options.condition() == HashFieldOptions.Condition.ALL_EXIST;
            for (int i = options.firstField(); i < args.count(); i += 2) {
                if (HashCommands.finds(hashes, args, i) != wanted) {
                    call.reply().integer(0);
                    return;
                }
            }
        }
        hashes.expect((args.count() - options.firstField()) / 2);
        for (int i = options.firstField(); i < args.count(); i += 2) {
            if (options.keepTtl()) {
                hashes.update(args.array(), args.offset(i), args.length(i), args.copy(i + 1), args.length(i + 1));
            } else {
                HashCommands.put(hashes, args, i);
            }
            if (options.deadlineMillis() != 0) {
                setDeadline(call, hashes, i, options.deadlineMillis());
            }
        }
        call.reply().integer(1);
    }

    // -- what some of them do -------------------------------------------------------------------------------------

    /** Replies with the value of the field that argument {@code i} names, or nil and answers false. */
    private static boolean repliesValue(Call call, Hashes hashes, int i) {
        if (!HashCommands.finds(hashes, call.args(), i)) {
            call.reply().nil();
            return false;
        }
        Strings.reply(call.reply(), hashes.value());
        return true;
    }

    /**
     * Reads {@code FIELDS numfields field ...} from argument {@code i} to the end; returns the argument of the first
     * field, or -1 after replying the error of Redis.
     */
    private static int readFields(Call call, int i, String notPositive) {
        Args args = call.args();
        if (!args.is(i, "FIELDS")) {
            call.reply().error(FIELDS_MISSING);
            return -1;
        }
        if (i + 1 == args.count()) {
            call.reply().error(FIELDS_MISMATCH);
            return -1;
        }
        if (!call.readsInteger(i + 1, notPositive)) {
            return -1;
        }
        if (call.number() < 1) {
            call.reply().error(notPositive);
            return -1;
        }
        if (call.number() != args.count() - i - 2L) {
            call.reply().error(FIELDS_MISMATCH);
            return -1;
        }
        return i + 2;
    }

    /**
     * Reads argument {@code i} as milliseconds since 1970, past or not, or replies the error of Redis and answers
     * {@link #INVALID}.
     */
    static long readDeadline(Call call, int i, ExpireTime.Unit unit, String name) {
        if (!call.readsInteger(i)) {
            return INVALID;
        }
        long time = call.number();
        if (time < 0) {
            call.reply().error(NEGATIVE_EXPIRE_TIME);
            return INVALID;
        }
        long now = unit.isMoment() ? 0 : call.nowMillis();
        long most = unit.isInSeconds() ? DEADLINE_MAX_MILLIS / 1000 : DEADLINE_MAX_MILLIS;
        if (time > most || time * (unit.isInSeconds() ? 1000 : 1) > DEADLINE_MAX_MILLIS - now) {
            call.reply().error(CommandError.expireTime(name));
            return INVALID;
        }
        // The first moment there is stands for all that have passed before it: 0 would mean "no deadline".
        return Math.max(1, time * (unit.isInSeconds() ? 1000 : 1) + now);
    }
}
