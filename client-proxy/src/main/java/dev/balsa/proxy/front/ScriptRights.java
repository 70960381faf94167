package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.acl.User;
import dev.balsa.proxy.route.CommandEntry;
import java.nio.charset.StandardCharsets;

/**
 * What a script calls is only known when it runs, on every replica: the rights of a user who may not everything go
 * along, as {@code BALSA AS <user> <rights> <command...>}. Stateless.
 */
final class ScriptRights {
    private static final int WORDS = 4;

    private ScriptRights() {}

    /** The request as it goes to its group. */
    static Args along(User user, CommandEntry entry, Args args) {
        if (user.unrestricted() || !runsScript(entry.name())) {
            return args;
        }
        byte[][] words = new byte[args.count() + WORDS][];
        words[0] = bytes("BALSA");
        words[1] = bytes(entry.spec().isReadOnly() ? "ASREAD" : "AS");
        words[2] = bytes(user.name());
        words[3] = bytes(user.rights());
        for (int i = 0; i < args.count(); i++) {
            words[i + WORDS] = args.copy(i);
        }
        return Args.of(words);
    }

    private static boolean runsScript(String name) {
        return switch (name) {
            case "eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro" -> true;
            default -> false;
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
