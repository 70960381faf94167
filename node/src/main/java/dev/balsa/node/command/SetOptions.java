package dev.balsa.node.command;

import dev.balsa.proto.resp.Args;
import org.jspecify.annotations.Nullable;

/**
 * The options of SET, MSETEX and GETEX. Immutable.
 *
 * @param unit null: no time is given; else it is argument {@code timeAt}
 * @param comparison null: none is given; else its operand is argument {@code operandAt}
 */
record SetOptions(
        boolean nx,
        boolean xx,
        boolean get,
        boolean keepTtl,
        boolean persist,
        ExpireTime.@Nullable Unit unit,
        int timeAt,
        @Nullable Comparison comparison,
        int operandAt) {
    static final SetOptions NONE = new SetOptions(false, false, false, false, false, null, 0, null, 0);

    private enum Taker {
        SET,
        MSETEX,
        GETEX
    }

    /** Options of SET, or null where Redis replies a syntax error. */
    static @Nullable SetOptions ofSet(Args args) {
        return args.count() == 3 ? NONE : parse(args, 3, Taker.SET);
    }

    /** Options of GETEX, or null where Redis replies a syntax error. */
    static @Nullable SetOptions ofGetEx(Args args) {
        return args.count() == 2 ? NONE : parse(args, 2, Taker.GETEX);
    }

    /** Options of MSETEX from argument {@code from} on, or null where Redis replies a syntax error. */
    static @Nullable SetOptions ofMsetEx(Args args, int from) {
        return args.count() == from ? NONE : parse(args, from, Taker.MSETEX);
    }

    private static @Nullable SetOptions parse(Args args, int from, Taker taker) {
        boolean set = taker != Taker.GETEX;
        boolean nx = false;
        boolean xx = false;
        boolean get = false;
        boolean keepTtl = false;
        boolean persist = false;
        ExpireTime.Unit unit = null;
        int timeAt = 0;
        Comparison comparison = null;
        int operandAt = 0;
        for (int i = from; i < args.count(); i++) {
            Comparison compared = taker == Taker.SET && !nx && !xx ? Comparison.of(args, i) : null;
            if (compared != null && i + 1 < args.count() && (comparison == null || comparison == compared)) {
                comparison = compared;
                operandAt = ++i;
            } else if (set && !xx && comparison == null && args.is(i, "NX")) {
                nx = true;
            } else if (set && !nx && comparison == null && args.is(i, "XX")) {
                xx = true;
            } else if (taker == Taker.SET && args.is(i, "GET")) {
                get = true;
            } else if (set && unit == null && args.is(i, "KEEPTTL")) {
                keepTtl = true;
            } else if (!set && unit == null && args.is(i, "PERSIST")) {
                persist = true;
            } else {
                ExpireTime.Unit named = unit(args, i);
                // The same unit may be given again (the last one counts), another one may not.
                if (named == null || keepTtl || persist || (unit != null && unit != named) || i + 1 == args.count()) {
                    return null;
                }
                unit = named;
                timeAt = ++i;
            }
        }
        return new SetOptions(nx, xx, get, keepTtl, persist, unit, timeAt, comparison, operandAt);
    }

    private static ExpireTime.@Nullable Unit unit(Args args, int i) {
        if (args.is(i, "EX")) {
            return ExpireTime.Unit.SECONDS;
        }
        if (args.is(i, "PX")) {
            return ExpireTime.Unit.MILLIS;
        }
        if (args.is(i, "EXAT")) {
            return ExpireTime.Unit.SECONDS_AT;
        }
        return args.is(i, "PXAT") ? ExpireTime.Unit.MILLIS_AT : null;
    }
}
