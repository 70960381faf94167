package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a script says of itself. Immutable.
 *
 * @param plain whether it says nothing: it is taken as scripts were before there were flags
 */
record ScriptFlags(
        boolean plain,
        boolean noWrites,
        boolean allowOom,
        boolean allowStale,
        boolean noCluster,
        boolean allowCrossSlotKeys) {
    /** A script without a first line that begins with {@code #!}. */
    static final ScriptFlags PLAIN = new ScriptFlags(true, false, false, false, false, false);

    private static final List<String> NAMES =
            List.of("no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys");

    /** The flags of these words; null if one is unknown. */
    static @Nullable ScriptFlags of(List<String> words) {
        boolean[] set = new boolean[NAMES.size()];
        for (String word : words) {
            int at = NAMES.indexOf(word.toLowerCase(Locale.ROOT));
            if (at < 0) {
                return null;
            }
            set[at] = true;
        }
        return new ScriptFlags(false, set[0], set[1], set[2], set[3], set[4]);
    }

    /** As FUNCTION LIST shows them. */
    List<String> shown() {
        boolean[] set = {noWrites, allowOom, allowStale, noCluster, allowCrossSlotKeys};
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < set.length; i++) {
            if (set[i]) {
                shown.add(NAMES.get(i));
            }
        }
        return shown;
    }
}
