package dev.balsa.proxy.route;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;

/** Which commands may wait. Pure functions. */
public final class Blocking {
    private Blocking() {}

    /** Whether the request may wait until another client does something. */
    public static boolean mayWait(CommandSpec spec, Args args) {
        if (!spec.has(CommandFlag.BLOCKING)) {
            return false;
        }
        return !spec.name().startsWith("xread") || hasBlock(args);
    }

    /** Whether XREAD or XREADGROUP has the option BLOCK; where it does not, waiting is never asked for. */
    private static boolean hasBlock(Args args) {
        for (int i = 1; i < args.count() && !args.is(i, "STREAMS"); i++) {
            if (args.is(i, "BLOCK")) {
                return true;
            }
            if (args.is(i, "GROUP")) {
                i += 2;
            }
        }
        return false;
    }
}
