package dev.balsa.proxy.acl;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.acl.Denial.Reason;
import dev.balsa.proxy.route.CommandEntry;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One set of permissions: commands, keys and channels that may be used together. A user has a root selector and may
 * have more; what any of them allows is allowed. Immutable.
 *
 * @param commands by {@link CommandEntry#index}
 * @param firstArguments of commands that are denied but for these first arguments, in lower case; by index
 * @param startsWithAll whether commands that come later are allowed: the rules begin with +@all
 * @param everyCommand whether {@code commands} need not be looked at
 * @param commandRules after the first, such as {@code +@read}, in the order in which they were given
 */
record Selector(
        BitSet commands,
        Map<Integer, List<String>> firstArguments,
        boolean startsWithAll,
        boolean everyCommand,
        List<String> commandRules,
        boolean allKeys,
        List<Pattern> keys,
        boolean allChannels,
        List<Pattern> channels) {
    private static final Denial COMMAND_DENIED = new Denial(Reason.COMMAND, 0);

    Selector {
        firstArguments = Map.copyOf(firstArguments);
        commandRules = List.copyOf(commandRules);
        keys = List.copyOf(keys);
        channels = List.copyOf(channels);
    }

    boolean allowsEverything() {
        return everyCommand && allKeys && allChannels;
    }

    /** Null if the request is allowed. */
    @Nullable Denial check(CommandEntry entry, Args args, KeysUsed used) {
        if (!everyCommand && !entry.spec().has(CommandFlag.NO_AUTH) && !allows(entry, args)) {
            return COMMAND_DENIED;
        }
        if (!allKeys) {
            used.find(entry.spec(), args);
            for (int i = 0; i < used.count(); i++) {
                if (!allowsKey(args, used.at(i), used.access(i))) {
                    return new Denial(Reason.KEY, used.at(i));
                }
            }
        }
        return allChannels ? null : checkChannels(entry.name(), args);
    }

    private boolean allows(CommandEntry entry, Args args) {
        if (commands.get(entry.index())) {
            return true;
        }
        List<String> first = firstArguments.get(entry.index());
        if (first == null || args.count() < 2) {
            return false;
        }
        for (String word : first) {
            if (args.text(1).equalsIgnoreCase(word)) {
                return true;
            }
        }
        return false;
    }

    private boolean allowsKey(Args args, int at, int access) {
        for (Pattern pattern : keys) {
            if ((pattern.access() & access) == access && pattern.matches(args, at)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Denial checkChannels(String command, Args args) {
        int last = switch (command) {
            case "publish", "spublish" -> 1;
            case "subscribe", "ssubscribe", "psubscribe" -> args.count() - 1;
            default -> 0;
        };
        boolean literal = command.equals("psubscribe");
        for (int i = 1; i <= last && i < args.count(); i++) {
            if (!allowsChannel(args, i, literal)) {
                return new Denial(Reason.CHANNEL, i);
            }
        }
        return null;
    }

    private boolean allowsChannel(Args args, int at, boolean literal) {
        for (Pattern pattern : channels) {
            if (literal ? pattern.is(args, at) : pattern.matches(args, at)) {
                return true;
            }
        }
        return false;
    }

    /** Whether every key may be read: what SORT's BY and GET lead to cannot be told beforehand. */
    boolean readsEveryKey() {
        return allKeys || keys.stream().anyMatch(
                key -> (key.access() & Pattern.READ) != 0 && key.shownText().equals("*"));
    }

    /** The command rules from the first one on, as ACL GETUSER shows them. */
    String shownCommands() {
        String first = startsWithAll ? "+@all" : "-@all";
        return commandRules.isEmpty() ? first : first + " " + String.join(" ", commandRules);
    }

    String shownKeys() {
        return allKeys ? "~*" : String.join(" ", Pattern.shown(keys));
    }

    String shownChannels() {
        if (allChannels) {
            return "&*";
        }
        StringBuilder text = new StringBuilder();
        for (Pattern channel : channels) {
            text.append(text.isEmpty() ? "" : " ").append('&').append(channel.shownText());
        }
        return text.toString();
    }

    /** All rules, as in ACL LIST; applied to a new selector they make this one. */
    String shown() {
        StringBuilder text = new StringBuilder();
        if (allKeys || !keys.isEmpty()) {
            text.append(shownKeys()).append(' ');
        }
        text.append(allChannels ? "" : "resetchannels ");
        if (allChannels || !channels.isEmpty()) {
            text.append(shownChannels()).append(' ');
        }
        return text.append(shownCommands()).toString();
    }
}
