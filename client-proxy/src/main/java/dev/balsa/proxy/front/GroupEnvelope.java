package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Frames;

/** {@code BALSA GROUP <id> <command...>}: a command for one group, between fronts and nodes. Stateless. */
final class GroupEnvelope {
    private static final int WORDS = 3;

    private GroupEnvelope() {}

    static boolean isOne(Args args) {
        return args.count() > WORDS && args.is(0, "BALSA") && args.is(1, "GROUP");
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
