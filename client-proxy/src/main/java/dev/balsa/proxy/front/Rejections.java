package dev.balsa.proxy.front;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.CommandIndex;
import dev.balsa.proxy.route.Request;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request is refused for before anyone executes it, with Redis' texts. Stateless. */
final class Rejections {
    /** Of a reply that no command's counters are for. */
    static final int NO_INDEX = -1;

    /** Stands for no command: of replies that are to nothing in particular. */
    static final CommandEntry NOTHING = new CommandEntry(
            new CommandSpec("NULL", -1, 0, 0, 0, 0, List.of(), List.of(), List.of(), CommandSpec.Doc.NONE),
            CommandEntry.Kind.SESSION, NO_INDEX, 0, false);

    /** A later request of the same connection was executed first. */
    static final Request.Refusal OVERTAKEN =
            new Request.Refusal.Busy("Refused for a moment, and a later command of this connection was executed");

    private static final String NOAUTH = "NOAUTH Authentication required.";
    private static final String NO_DEBUG = "ERR DEBUG command not allowed. If the enable-debug-command option is set to"
            + " \"local\", you can run it from a local connection, otherwise you need to set this option in the"
            + " configuration file, and then restart the server.";
    /** Redis' words: to it a monitor is a kind of replica. */
    private static final String MONITORS = "ERR Replica can't interact with the keyspace";
    private static final int SHOWN_BYTES = 128;

    private Rejections() {}

    /** The error without its minus, or null: the request may be executed. */
    static @Nullable String check(
            @Nullable CommandEntry entry, Args args, CommandIndex commands, Session session, FrontSettings settings) {
        if (entry == null) {
            CommandEntry container = commands.container(args);
            boolean hidden = container != null && container.debug() && !session.mayDebug(settings);
            return hidden ? NO_DEBUG : unknown(args, container);
        }
        if (entry.debug() && args.count() > 1 && !session.mayDebug(settings)) {
            return NO_DEBUG;
        }
        if (!entry.spec().accepts(args.count())) {
            return "ERR wrong number of arguments for '" + entry.name() + "' command";
        }
        if (session.mustAuthenticate() && !entry.spec().has(CommandFlag.NO_AUTH)) {
            return NOAUTH;
        }
        return session.monitors() && isOfKeyspace(entry) ? MONITORS : null;
    }

    private static boolean isOfKeyspace(CommandEntry entry) {
        return entry.spec().isWrite() || entry.spec().isReadOnly() || entry.spec().has(CommandFlag.MAY_REPLICATE);
    }

    private static String unknown(Args args, @Nullable CommandEntry container) {
        if (container != null) {
            return "ERR unknown subcommand '" + shown(args, 1) + "'. Try "
                    + container.name().toUpperCase(Locale.ROOT) + " HELP.";
        }
        StringBuilder words = new StringBuilder();
        for (int i = 1; i < args.count() && words.length() < SHOWN_BYTES; i++) {
            String word = args.text(i);
            int room = SHOWN_BYTES - words.length();
            words.append('\'').append(word, 0, Math.min(word.length(), room)).append("' ");
        }
        return "ERR unknown command '" + shown(args, 0) + "', with args beginning with: " + words;
    }

    /** As much of a word as Redis repeats: up to a zero byte. */
    private static String shown(Args args, int i) {
        String word = args.text(i);
        int end = word.indexOf('\0') < 0 ? word.length() : word.indexOf('\0');
        return word.substring(0, Math.min(end, SHOWN_BYTES));
    }
}
