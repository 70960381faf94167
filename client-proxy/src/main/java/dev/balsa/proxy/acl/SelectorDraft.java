package dev.balsa.proxy.acl;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.CommandIndex;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A selector while rules are applied to it. Owned by one thread. */
final class SelectorDraft {
    private final CommandIndex index;
    private final BitSet commands = new BitSet();
    private final Map<Integer, List<String>> firstArguments = new HashMap<>();
    private final List<String> commandRules = new ArrayList<>();
    private final List<Pattern> keys = new ArrayList<>();
    private final List<Pattern> channels = new ArrayList<>();
    private boolean startsWithAll;
    private boolean everyCommand;
    private boolean allKeys;
    private boolean allChannels;

    /** One that allows nothing. */
    SelectorDraft(CommandIndex index) {
        this.index = index;
    }

    /** One that goes on from another, whose commands are of the same index. */
    SelectorDraft(CommandIndex index, Selector from) {
        this(index);
        commands.or(from.commands());
        from.firstArguments().forEach((at, words) -> firstArguments.put(at, new ArrayList<>(words)));
        commandRules.addAll(from.commandRules());
        keys.addAll(from.keys());
        channels.addAll(from.channels());
        startsWithAll = from.startsWithAll();
        everyCommand = from.everyCommand();
        allKeys = from.allKeys();
        allChannels = from.allChannels();
    }

    Selector toSelector() {
        return new Selector((BitSet) commands.clone(), firstArguments, startsWithAll, everyCommand, commandRules,
                allKeys, keys, allChannels, channels);
    }

    /** Applies a rule; null, or what is wrong with it: then nothing has changed. */
    @Nullable RuleError apply(String rule) {
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "allkeys", "~*" -> keys(true);
            case "resetkeys" -> keys(false);
            case "allchannels", "&*" -> channels(true);
            case "resetchannels" -> channels(false);
            case "allcommands", "+@all" -> commands(true);
            case "nocommands", "-@all" -> commands(false);
            default -> {
                return applyNamed(rule);
            }
        }
        return null;
    }

    private @Nullable RuleError applyNamed(String rule) {
        return switch (rule.charAt(0)) {
            case '~', '%' -> addKeys(rule);
            case '&' -> addChannels(rule.substring(1));
            case '+', '-' -> {
                boolean allow = rule.charAt(0) == '+';
                String name = rule.substring(1);
                if (name.startsWith("@")) {
                    yield category(name, allow);
                }
                yield allow && name.indexOf('|') >= 0 ? allowSubcommand(name) : command(name, allow);
            }
            default -> RuleError.SYNTAX;
        };
    }

    private void keys(boolean all) {
        allKeys = all;
        keys.clear();
    }

    private void channels(boolean all) {
        allChannels = all;
        channels.clear();
    }

    private void commands(boolean all) {
        commands.clear();
        commands.set(0, all ? index.entries().size() : 0);
        firstArguments.clear();
        commandRules.clear();
        startsWithAll = all;
        everyCommand = all;
    }

    // -- keys and channels --------------------------------------------------------------------------------------

    private @Nullable RuleError addKeys(String rule) {
        if (allKeys) {
            return RuleError.AFTER_ALL_KEYS;
        }
        int access = rule.charAt(0) == '~' ? Pattern.BOTH : 0;
        int at = 1;
        if (access == 0) {
            for (boolean ended = false; at < rule.length() && !ended; at++) {
                int more = switch (rule.charAt(at)) {
                    case 'R', 'r' -> Pattern.READ;
                    case 'W', 'w' -> Pattern.WRITE;
                    default -> 0;
                };
                ended = rule.charAt(at) == '~' && access != 0;
                if (!ended && (more == 0 || (access & more) != 0)) {
                    return RuleError.SYNTAX;
                }
                access |= more;
            }
        }
        String pattern = rule.substring(at);
        if (hasSpaces(pattern)) {
            return RuleError.SYNTAX;
        }
        Pattern.add(keys, Pattern.of(pattern, access));
        return null;
    }

    private @Nullable RuleError addChannels(String pattern) {
        if (allChannels) {
            return RuleError.AFTER_ALL_CHANNELS;
        }
        if (hasSpaces(pattern)) {
            return RuleError.SYNTAX;
        }
        Pattern.add(channels, Pattern.of(pattern, Pattern.BOTH));
        return null;
    }

    /** Whether it has what C calls a space, or a zero byte: such a name cannot be written down as a rule. */
    static boolean hasSpaces(String text) {
        return text.chars().anyMatch(c -> c == ' ' || c >= '\t' && c <= '\r' || c == 0);
    }

    // -- commands -----------------------------------------------------------------------------------------------

    private @Nullable RuleError command(String name, boolean allow) {
        CommandEntry entry = index.find(name);
        if (entry == null) {
            return RuleError.UNKNOWN;
        }
        set(entry, allow);
        note(name, allow);
        return null;
    }

    private @Nullable RuleError allowSubcommand(String name) {
        int bar = name.lastIndexOf('|');
        CommandEntry container = index.find(name.substring(0, bar));
        String word = name.substring(bar + 1);
        if (container == null) {
            return RuleError.UNKNOWN;
        }
        if (container.name().indexOf('|') >= 0) {
            return RuleError.FIRST_OF_SUBCOMMAND;
        }
        if (word.isEmpty()) {
            return RuleError.SYNTAX;
        }
        if (!container.spec().subcommands().isEmpty()) {
            return command(name, true);
        }
        List<String> words = firstArguments.computeIfAbsent(container.index(), _ -> new ArrayList<>());
        if (words.stream().noneMatch(word::equalsIgnoreCase)) {
            words.add(word);
        }
        note(name, true);
        return null;
    }

    private @Nullable RuleError category(String category, boolean allow) {
        String name = category.substring(1).toLowerCase(Locale.ROOT);
        if (!Categories.ALL.contains(name)) {
            return RuleError.UNKNOWN;
        }
        note(category, allow);
        for (CommandEntry entry : index.entries()) {
            if (entry.spec().categories().contains(name)) {
                set(entry, allow);
            }
        }
        return null;
    }

    private void set(CommandEntry entry, boolean allow) {
        set(entry.index(), allow);
        firstArguments.remove(entry.index());
        for (CommandSpec sub : entry.spec().subcommands()) {
            CommandEntry subcommand = index.find(sub.name());
            if (subcommand != null) {
                set(subcommand.index(), allow);
            }
        }
    }

    private void set(int at, boolean allow) {
        commands.set(at, allow);
        everyCommand &= allow;
    }

    /** Notes a rule in the place of those that it replaces: about the same, or about its subcommands. */
    private void note(String name, boolean allow) {
        String lower = name.toLowerCase(Locale.ROOT);
        commandRules.removeIf(rule -> rule.startsWith(lower, 1)
                && (rule.length() == lower.length() + 1 || rule.charAt(lower.length() + 1) == '|'));
        commandRules.add((allow ? "+" : "-") + lower);
    }
}
