package dev.balsa.node.command;

import dev.balsa.node.engine.Database;
import dev.balsa.proto.resp.Args;
import org.jspecify.annotations.Nullable;

/**
 * The options of RESTORE. Immutable.
 *
 * @param idleSeconds -1 = not given
 * @param frequency -1 = not given
 */
record RestoreOptions(boolean replace, boolean absoluteTtl, long idleSeconds, int frequency) {

    /** The options from argument 4 on, or null after replying the error of Redis. */
    static @Nullable RestoreOptions parse(Call call) {
        Args args = call.args();
        boolean replace = false;
        boolean absoluteTtl = false;
        long idleSeconds = -1;
        int frequency = -1;
        for (int i = 4; i < args.count(); i++) {
            boolean more = i + 1 < args.count();
            if (args.is(i, "REPLACE")) {
                replace = true;
            } else if (args.is(i, "ABSTTL")) {
                absoluteTtl = true;
            } else if (more && frequency < 0 && args.is(i, "IDLETIME")) {
                if (!readsWithin(call, ++i, Long.MAX_VALUE, CommandError.INVALID_IDLETIME)) {
                    return null;
                }
                idleSeconds = call.number();
            } else if (more && idleSeconds < 0 && args.is(i, "FREQ")) {
                if (!readsWithin(call, ++i, 255, CommandError.INVALID_FREQ)) {
                    return null;
                }
                frequency = (int) call.number();
            } else {
                call.reply().error(CommandError.SYNTAX);
                return null;
            }
        }
        return new RestoreOptions(replace, absoluteTtl, idleSeconds, frequency);
    }

    /** Sets the access statistics of the key that was restored, as far as they are given and kept. */
    void note(Database db, int ref) {
        if (idleSeconds >= 0) {
            db.setIdleSeconds(ref, idleSeconds);
        }
        if (frequency >= 0) {
            db.setFrequency(ref, frequency);
        }
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
