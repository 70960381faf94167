package dev.balsa.node.command;

import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.proto.resp.Args;
import org.jspecify.annotations.Nullable;

/** BITFIELD: integers of 1 to 64 bits anywhere in a string. Pure functions. */
final class BitFields {
    private static final String TYPE =
            "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";
    private static final String OVERFLOW = "ERR Invalid OVERFLOW type specified";
    private static final String READ_ONLY = "ERR BITFIELD_RO only supports the GET subcommand";

    private BitFields() {}

    private enum Overflow {
        WRAP,
        SAT,
        FAIL
    }

    private enum Action {
        GET(2),
        SET(3),
        INCRBY(3);

        private final int arguments;

        Action(int arguments) {
            this.arguments = arguments;
        }
    }

    // BITFIELD key [GET type offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET type offset value
    //     | INCRBY type offset increment> ...]
    static void bitField(Call call) {
        run(call, false);
    }

    // BITFIELD_RO key [GET type offset ...]
    static void bitFieldRo(Call call) {
        run(call, true);
    }

    private static void run(Call call, boolean readOnly) {
        Args args = call.args();
        int actions = 0;
        long highest = -1;
        for (int i = 2; i < args.count(); ) {
            if (args.is(i, "OVERFLOW") && i + 1 < args.count()) {
                if (overflow(args, i + 1) == null) {
                    call.reply().error(OVERFLOW);
                    return;
                }
                i += 2;
                continue;
            }
            Action action = action(args, i);
            if (action == null) {
                call.reply().error(CommandError.SYNTAX);
                return;
            }
            int bits = bits(args, i + 1);
            if (bits == 0) {
                call.reply().error(TYPE);
                return;
            }
            if (!BitCommands.readsOffset(call, i + 2, bits)) {
                return;
            }
            if (action != Action.GET) {
                highest = Math.max(highest, call.number() + bits - 1);
                if (!call.readsInteger(i + 3)) {
                    return;
                }
            }
            actions++;
            i += action.arguments + 1;
        }
        if (readOnly && highest >= 0) {
            call.reply().error(READ_ONLY);
            return;
        }
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref)) {
            return;
        }
        if (highest >= 0) {
            reserve(call, ref, (int) (highest >>> 3) + 1);
        }
        call.reply().array(actions);
        act(call);
    }

    private static void reserve(Call call, int ref, int bytes) {
        if (ref == MISSING || Strings.length(call.db(), ref) < bytes) {
            Args args = call.args();
            call.db().setRange(args.array(), args.offset(1), args.length(1), bytes - 1, new byte[1], 0, 1);
        }
    }

    /** Carries out what {@link #run} has checked. */
    private static void act(Call call) {
        Args args = call.args();
        Overflow overflow = Overflow.WRAP;
        byte[] bytes = new byte[9];
        for (int i = 2; i < args.count(); ) {
            Overflow named = args.is(i, "OVERFLOW") ? overflow(args, i + 1) : null;
            if (named != null) {
                overflow = named;
                i += 2;
                continue;
            }
            Action action = action(args, i);
            if (action == null || !BitCommands.readsOffset(call, i + 2, bits(args, i + 1))) {
                throw new IllegalStateException("not checked: " + args);
            }
            act(call, i, action, overflow, call.number(), bytes);
            i += action.arguments + 1;
        }
    }

    private static void act(Call call, int i, Action action, Overflow overflow, long offset, byte[] bytes) {
        Args args = call.args();
        Database db = call.db();
        int bits = bits(args, i + 1);
        boolean signed = isSigned(args, i + 1);
        BitCommands.readBytes(db, call.peek(1), offset >>> 3, bytes, bytes.length);
        long old = get(bytes, (int) offset & 7, bits, signed);
        if (action == Action.GET) {
            call.reply().integer(old);
            return;
        }
        long given = Decimal.parse(args.array(), args.offset(i + 3), args.length(i + 3));
        long base = action == Action.SET ? given : old;
        long increment = action == Action.SET ? 0 : given;
        int over = signed ? overSigned(base, increment, bits) : overUnsigned(base, increment, bits);
        if (over != 0 && overflow == Overflow.FAIL) {
            call.reply().nil();
            return;
        }
        long value = over != 0 && overflow == Overflow.SAT
                ? limit(over > 0, bits, signed)
                : wrapped(base + increment, bits, signed);
        set(bytes, (int) offset & 7, bits, value);
        int length = (int) (((offset & 7) + bits + 7) >>> 3);
        db.setRange(args.array(), args.offset(1), args.length(1), (int) (offset >>> 3), bytes, 0, length);
        call.reply().integer(action == Action.SET ? old : value);
    }

    // -- integers in bytes ----------------------------------------------------------------------------------------

    private static long get(byte[] bytes, int from, int bits, boolean signed) {
        long value = 0;
        for (int i = from; i < from + bits; i++) {
            value = value << 1 | bytes[i >> 3] >> 7 - (i & 7) & 1;
        }
        return wrapped(value, bits, signed);
    }

    private static void set(byte[] bytes, int from, int bits, long value) {
        for (int i = 0; i < bits; i++) {
            int at = from + i;
            int bit = (int) (value >>> bits - 1 - i) & 1;
            int shift = 7 - (at & 7);
            bytes[at >> 3] = (byte) (bytes[at >> 3] & ~(1 << shift) | bit << shift);
        }
    }

    private static long wrapped(long value, int bits, boolean signed) {
        int spare = 64 - bits;
        return signed ? value << spare >> spare : value << spare >>> spare;
    }

    private static long limit(boolean upper, int bits, boolean signed) {
        long max = (1L << (signed ? bits - 1 : bits)) - 1;
        return upper ? max : signed ? -max - 1 : 0;
    }

    /**
     * 1 if the sum is above what so many bits hold, -1 if it is below, else 0. The differences may turn over: SET of a
     * very low number saturates at the upper limit, as in Redis.
     */
    private static int overSigned(long value, long increment, int bits) {
        long max = limit(true, bits, true);
        long min = -max - 1;
        boolean up = bits != 64 || (value >= 0 && increment > 0);
        if (value > max || (up && increment > max - value)) {
            return 1;
        }
        boolean down = bits != 64 || (value < 0 && increment < 0);
        return value < min || (down && increment < min - value) ? -1 : 0;
    }

    /** As {@link #overSigned}; a negative value is a very large one. */
    private static int overUnsigned(long value, long increment, int bits) {
        long max = limit(true, bits, false);
        if (Long.compareUnsigned(value, max) > 0 || (increment > 0 && value > max - increment)) {
            return 1;
        }
        return increment < 0 && value + increment < 0 ? -1 : 0;
    }

    // -- arguments ------------------------------------------------------------------------------------------------

    private static @Nullable Action action(Args args, int i) {
        for (Action action : Action.values()) {
            if (args.is(i, action.name()) && i + action.arguments < args.count()) {
                return action;
            }
        }
        return null;
    }

    private static @Nullable Overflow overflow(Args args, int i) {
        for (Overflow overflow : Overflow.values()) {
            if (args.is(i, overflow.name())) {
                return overflow;
            }
        }
        return null;
    }

    private static boolean isSigned(Args args, int i) {
        return args.array()[args.offset(i)] == 'i';
    }

    /** The width that a type such as {@code u8} names, or 0. */
    private static int bits(Args args, int i) {
        int length = args.length(i) - 1;
        int offset = args.offset(i);
        if (length < 1 || !Decimal.isCanonical(args.array(), offset + 1, length)) {
            return 0;
        }
        byte sign = args.array()[offset];
        long bits = Decimal.parse(args.array(), offset + 1, length);
        long max = sign == 'i' ? 64 : sign == 'u' ? 63 : 0;
        return bits >= 1 && bits <= max ? (int) bits : 0;
    }
}
