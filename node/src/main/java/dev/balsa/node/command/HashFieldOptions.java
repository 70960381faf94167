package dev.balsa.node.command;

import dev.balsa.node.command.ExpireTime.Unit;
import dev.balsa.proto.resp.Args;
import org.jspecify.annotations.Nullable;

/**
 * The options of HGETEX and HSETEX. Immutable.
 *
 * @param deadlineMillis what the fields' deadline becomes (it may have passed), 0 = none was given
 * @param persist whether PERSIST was given
 * @param keepTtl whether KEEPTTL was given
 * @param firstField the argument of the first field; fields (and values) reach to the last argument
 */
record HashFieldOptions(long deadlineMillis, boolean persist, boolean keepTtl, Condition condition, int firstField) {
    /** On what HSETEX depends. */
    enum Condition {
        NONE,
        ALL_EXIST,
        NONE_EXISTS
    }

    /** Reads the options of HSETEX ({@code sets}) or HGETEX; null after replying the error of Redis. */
    static @Nullable HashFieldOptions read(Call call, boolean sets) {
        Args args = call.args();
        long deadline = 0;
        boolean times = false;
        boolean keeps = false;
        Condition condition = Condition.NONE;
        for (int i = 2; i < args.count(); i++) {
            Unit unit = unit(args, i);
            if (args.is(i, "FIELDS")) {
                int first = readFields(call, i, sets ? 2 : 1);
                return first < 0 ? null
                        : new HashFieldOptions(deadline, keeps && !sets, keeps && sets, condition, first);
            }
            if (unit != null || args.is(i, sets ? "KEEPTTL" : "PERSIST")) {
                if (times) {
                    call.reply().error(sets ? CommandError.HSETEX_TIMES : CommandError.HGETEX_TIMES);
                    return null;
                }
                times = true;
                keeps = unit == null;
                if (unit != null) {
                    deadline = i + 1 == args.count() ? missingTime(call)
                            : HashExpireCommands.readDeadline(call, ++i, unit, sets ? "hsetex" : "hgetex");
                    if (deadline < 0) {
                        return null;
                    }
                }
            } else if (sets && (args.is(i, "FXX") || args.is(i, "FNX"))) {
                if (condition != Condition.NONE) {
                    call.reply().error(CommandError.HSETEX_CONDITIONS);
                    return null;
                }
                condition = args.is(i, "FXX") ? Condition.ALL_EXIST : Condition.NONE_EXISTS;
            } else {
                call.reply().error("ERR unknown argument: " + call.cText(i));
                return null;
            }
        }
        call.reply().error(CommandError.NO_FIELDS);
        return null;
    }

    private static long missingTime(Call call) {
        call.reply().error(CommandError.NO_EXPIRE_TIME);
        return -1;
    }

    private static @Nullable Unit unit(Args args, int i) {
        if (args.is(i, "EX")) {
            return Unit.SECONDS;
        }
        if (args.is(i, "PX")) {
            return Unit.MILLIS;
        }
        if (args.is(i, "EXAT")) {
            return Unit.SECONDS_AT;
        }
        return args.is(i, "PXAT") ? Unit.MILLIS_AT : null;
    }

    private static int readFields(Call call, int i, int argumentsOfField) {
        Args args = call.args();
        if (i + 1 == args.count()) {
            call.reply().error(CommandError.NO_FIELDS);
            return -1;
        }
        if (!call.readsInteger(i + 1, CommandError.FIELD_COUNT)) {
            return -1;
        }
        long count = call.number();
        if (count < 1) {
            call.reply().error(CommandError.FIELD_COUNT);
            return -1;
        }
        if (count > args.count() || count * argumentsOfField != args.count() - i - 2) {
            call.reply().error(CommandError.FIELD_ARGUMENTS);
            return -1;
        }
        return i + 2;
    }
}
