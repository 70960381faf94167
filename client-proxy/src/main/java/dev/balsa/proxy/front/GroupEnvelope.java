package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Frames;

/**
 * What fronts put around commands for nodes: {@code BALSA GROUP <id> <command...>} is for one group, {@code BALSA FROM
 * <origin> <command...>} comes from a client that does not want to hear of its own changes. Stateless.
 */
final class GroupEnvelope {
    private static final int WORDS = 3;

    private GroupEnvelope() {}

    static boolean isOne(Args args) {
        return args.count() > WORDS && args.is(0, "BALSA") && args.is(1, "GROUP");
    }

    static boolean hasOrigin(Args args) {
        return args.count() > WORDS && args.is(0, "BALSA") && args.is(1, "FROM");
    }

    /** Whose command it is, 0 if nobody can tell. */
    static long origin(Args args) {
        return Math.max(0, SessionCommands.number(args, 2));
    }

    /** The command inside, as a request of its own. */
    static Args inner(Args args) {
        return Frames.tail(args, WORDS);
    }

    /** The group's id, -1 if it is none. */
    static int group(Args args) {
        try {
            return Math.max(-1, Integer.parseInt(args.text(2)));
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
