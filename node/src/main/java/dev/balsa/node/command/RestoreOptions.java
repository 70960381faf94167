package dev.balsa.node.command;

import dev.balsa.proto.resp.Args;
import org.jspecify.annotations.Nullable;

/**
 * The options of RESTORE. Access statistics are each replica's own, so IDLETIME and FREQ are checked and not kept.
 * Immutable.
 */
record RestoreOptions(boolean replace, boolean absoluteTtl) {

    /** The options from argument 4 on, or null after replying the error of Redis. */
    static @Nullable RestoreOptions parse(Call call) {
        Args args = call.args();
        boolean replace = false;
        boolean absoluteTtl = false;
        boolean idletime = false;
        boolean freq = false;
        for (int i = 4; i < args.count(); i++) {
            boolean more = i + 1 < args.count();
            if (args.is(i, "REPLACE")) {
                replace = true;
            } else if (args.is(i, "ABSTTL")) {
                absoluteTtl = true;
            } else if (more && !freq && args.is(i, "IDLETIME")) {
                if (!readsWithin(call, ++i, Long.MAX_VALUE, CommandError.INVALID_IDLETIME)) {
                    return null;
                }
                idletime = true;
            } else if (more && !idletime && args.is(i, "FREQ")) {
                if (!readsWithin(call, ++i, 255, CommandError.INVALID_FREQ)) {
                    return null;
                }
                freq = true;
            } else {
                call.reply().error(CommandError.SYNTAX);
                return null;
            }
        }
        return new RestoreOptions(replace, absoluteTtl);
    }

    private static boolean readsWithin(Call call, int i, long max, String error) {
        if (!call.readsInteger(i)) {
            return false;
        }
        if (call.number() < 0 || call.number() > max) {
            call.reply().error(error);
            return false;
        }
        return true;
    }
}
