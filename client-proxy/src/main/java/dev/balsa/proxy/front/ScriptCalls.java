package dev.balsa.proxy.front;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.front.KnownScripts.What;
import dev.balsa.proxy.route.CommandEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is done for a connection's scripts before they go to their group: EVALSHA waits until the group has the script
 * ({@link ScriptSearch}), and what says that it only reads is sent as what only reads, so that it does not go through the
 * log. Owned by the connection's loop.
 */
final class ScriptCalls {
    private static final int LINE_MAX = 256;

    private final Connection client;
    private boolean searching;
    /** Of the script that was looked for in vain just now: the group may say so itself. */
    private long passes = KnownScripts.NONE;
    private long sent = KnownScripts.NONE;

    ScriptCalls(Connection client) {
        this.client = client;
    }

    /** Whether a command runs a script or a function. */
    static boolean concerns(CommandEntry entry) {
        return entry.spec().has(CommandFlag.NOSCRIPT) && entry.spec().has(CommandFlag.MOVABLEKEYS)
                && !entry.name().startsWith("balsa|");
    }

    /**
     * Whether the command may go to the group now. False: it is looked for what the group does not know; then the
     * connection goes on by itself.
     */
    boolean mayGo(CommandEntry entry, Args args, int group) {
        if (!entry.name().startsWith("evalsha")) {
            return true;
        }
        long key = KnownScripts.key(args, 1, group);
        boolean known = key == KnownScripts.NONE || client.loop().scripts().find(key) != What.NOTHING;
        if (known || passes == key) {
            sent = known ? key : KnownScripts.NONE;
            passes = KnownScripts.NONE;
            return true;
        }
        // What the connection has sent before may be what makes the script known.
        if (searching || client.unanswered() > 0) {
            return false;
        }
        searching = true;
        new ScriptSearch(client, group, args.text(1), what -> found(key, what)).start();
        return !searching && mayGo(entry, args, group);
    }

    private void found(long key, What what) {
        searching = false;
        if (what == What.NOTHING) {
            passes = key;
        } else {
            client.loop().scripts().learn(key, what);
        }
        client.markDirty();
    }

    /** The script that the group is taken to have, of the command that goes next; {@link KnownScripts#NONE} if none. */
    long takeSent() {
        long key = sent;
        sent = KnownScripts.NONE;
        return key;
    }

    /** A command about all groups goes. */
    void executed(CommandEntry entry) {
        if (entry.name().equals("script|flush")) {
            client.front().scriptsFlushed();
        }
    }

    /** EVAL_RO or EVALSHA_RO for a script that says that it only reads, as a request; null: it goes as it is. */
    @Nullable Args reading(CommandEntry entry, Args args) {
        boolean reads = switch (entry.name()) {
            case "eval" -> saysThatItReads(args);
            case "evalsha" -> client.loop().scripts().find(sent) == What.ONLY_READS;
            default -> false;
        };
        if (!reads) {
            return null;
        }
        byte[][] words = new byte[args.count()][];
        words[0] = (entry.name().toUpperCase(Locale.ROOT) + "_RO").getBytes(StandardCharsets.US_ASCII);
        for (int i = 1; i < words.length; i++) {
            words[i] = args.copy(i);
        }
        return Args.of(words);
    }

    /** The first line: {@code #!lua flags=no-writes}. What is odd about it is the group's to refuse. */
    private static boolean saysThatItReads(Args args) {
        byte[] array = args.array();
        int from = args.offset(1);
        int to = from + Math.min(args.length(1), LINE_MAX);
        if (to - from < 2 || array[from] != '#' || array[from + 1] != '!') {
            return false;
        }
        int end = from;
        while (end < to && array[end] != '\n') {
            end++;
        }
        String[] words = new String(array, from, end - from, StandardCharsets.ISO_8859_1).split("[ \t\r]+", -1);
        List<String> options = Arrays.stream(words).skip(1).filter(word -> !word.isEmpty()).toList();
        return end < to && words[0].equals("#!lua") && options.size() == 1 && options.getFirst().startsWith("flags=")
                && List.of(options.getFirst().substring("flags=".length()).toLowerCase(Locale.ROOT).split(",", -1))
                        .contains("no-writes");
    }
}
