package dev.balsa.node.command;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.KeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One row of a command table while it is written down: the facts of {@link CommandSpec} as words, the body beside
 * them. What follows from other facts is not written but derived: ACL categories from flags and group, the old
 * first/last/step triple from the key specifications, the full name of a subcommand from its container. Used at class
 * initialisation only.
 */
final class Row {
    /** ACL categories in the order in which COMMAND INFO shows them. */
    private static final List<String> CATEGORIES = List.of(
            "keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap", "hyperloglog",
                    "geo", "stream",
            "pubsub", "admin", "fast", "slow", "blocking", "dangerous", "connection", "transaction", "scripting");

    private final String name;
    private final int arity;
    private final Command.Body body;
    private final @Nullable String refusal;
    private final Set<CommandFlag> flags = new TreeSet<>();
    private final Set<String> categories = new TreeSet<>();
    private final List<KeySpec> keySpecs = new ArrayList<>();
    private List<Row> subcommands = List.of();
    private List<String> tips = List.of();
    private CommandSpec.@Nullable Deprecation deprecation;
    private boolean internal;
    private String group = "";
    private String since = "";
    private String complexity = "";
    private String summary = "";
    private String syntax = "";

    private Row(String name, int arity, Command.Body body, @Nullable String refusal, CommandFlag... flags) {
        this.name = name;
        this.arity = arity;
        this.body = body;
        this.refusal = refusal;
        this.flags.addAll(List.of(flags));
    }

    /** A command that changes the keyspace: it goes through the log. */
    static Row write(String name, int arity, Command.Body body, CommandFlag... flags) {
        return new Row(name, arity, body, null, flags).flag(CommandFlag.WRITE);
    }

    /** A command that reads the keyspace and changes nothing in it. */
    static Row read(String name, int arity, Command.Body body, CommandFlag... flags) {
        return new Row(name, arity, body, null, flags).flag(CommandFlag.READONLY);
    }

    /** A command that needs no keyspace but has its body here. */
    static Row plain(String name, int arity, Command.Body body, CommandFlag... flags) {
        return new Row(name, arity, body, null, flags);
    }

    /** A command that the front or the node's administration serves. */
    static Row elsewhere(String name, int arity, CommandFlag... flags) {
        return new Row(name, arity, Command.ELSEWHERE, null, flags);
    }

    /** A command that has subcommands and does nothing of its own. */
    static Row container(String name, int arity, CommandFlag... flags) {
        return elsewhere(name, arity, flags);
    }

    /** A command of Redis that is never carried out: the reply says why, and what to use. */
    static Row refused(String name, int arity, String reason, String replacement, CommandFlag... flags) {
        String tail = " is not supported: " + reason + ". Use " + replacement + ".";
        return new Row(name, arity, Command.ELSEWHERE, tail, flags);
    }

    /** The rows as commands, in their order. */
    static List<Command> table(Row... rows) {
        List<Command> commands = new ArrayList<>();
        for (Row row : rows) {
            commands.add(row.command(""));
        }
        return List.copyOf(commands);
    }

    /** The group, which for some groups is an ACL category too. */
    Row of(String group) {
        switch (group) {
            case "string", "connection", "list", "set", "hash", "stream", "bitmap", "hyperloglog", "geo" ->
                categories.add(group);
            case "sorted-set" -> categories.add("sortedset");
            case "generic" -> categories.add("keyspace");
            default -> {}
        }
        return group(group);
    }

    /** The group, when its ACL category does not apply. */
    Row group(String group) {
        this.group = group;
        return this;
    }

    /** Further ACL categories. */
    Row acl(String... more) {
        categories.addAll(List.of(more));
        return this;
    }

    /** One key at argument {@code index}. */
    Row key(String keyFlags, int index) {
        return keys(keyFlags, index, index, 1);
    }

    /** Keys at {@code first} to {@code last} (negative: from the end), every {@code step}-th argument. */
    Row keys(String keyFlags, int first, int last, int step) {
        keySpecs.add(KeySpec.range(keyFlags, first, last, step));
        return this;
    }

    /** Keys behind their number, which stands at argument {@code countAt}; needs {@link CommandFlag#MOVABLEKEYS}. */
    Row countedKeys(String keyFlags, int countAt) {
        return keys(new KeySpec(keyFlags, null, countAt, new KeySpec.Count(0, 1, 1)));
    }

    /** Keys that are found in a way of their own. */
    Row keys(KeySpec spec) {
        keySpecs.add(spec);
        return this;
    }

    /** Keys behind a word that is looked for from argument {@code from} on, in the first half of what follows it. */
    Row keysAfter(String keyFlags, String keyword, int from) {
        keySpecs.add(new KeySpec(keyFlags, keyword, from, new KeySpec.Range(-1, 1, 2)));
        return flag(CommandFlag.MOVABLEKEYS);
    }

    /** A remark on the key that was named last. */
    Row notes(String remark) {
        KeySpec keys = keySpecs.removeLast();
        keySpecs.add(new KeySpec(keys.flags(), keys.keyword(), keys.begin(), keys.find(), remark));
        return this;
    }

    Row tips(String... hints) {
        tips = List.of(hints);
        return this;
    }

    Row replaced(String sinceVersion, String by) {
        deprecation = new CommandSpec.Deprecation(sinceVersion, by);
        return this;
    }

    /** A command between servers, not for people. */
    Row internal() {
        internal = true;
        return this;
    }

    /** The arguments, as {@link Syntax} reads them. */
    Row syntax(String line) {
        syntax = line;
        return this;
    }

    Row doc(String version, String cost, String sentence) {
        complexity = cost;
        summary = sentence;
        return since(version);
    }

    Row since(String version) {
        since = version;
        return this;
    }

    Row subs(Row... rows) {
        subcommands = List.of(rows);
        return this;
    }

    private Row flag(CommandFlag flag) {
        flags.add(flag);
        return this;
    }

    private Command command(String container) {
        String fullName = container + name;
        List<Command> subs = new ArrayList<>();
        List<CommandSpec> subSpecs = new ArrayList<>();
        for (Row row : subcommands) {
            Command sub = row.command(name + "|");
            subs.add(sub);
            subSpecs.add(sub.spec());
        }
        long flagBits = 0;
        for (CommandFlag flag : flags) {
            flagBits |= flag.bit();
        }
        int first = 0;
        int last = 0;
        int step = 0;
        for (KeySpec keys : keySpecs) {
            if (!(keys.find() instanceof KeySpec.Range range) || keys.keyword() != null) {
                continue;
            }
            int end = range.last() < 0 ? range.last() : keys.begin() + range.last();
            if (first == 0) {
                first = keys.begin();
                step = range.step();
            }
            last = end;
        }
        String spoken = fullName.replace('|', ' ').toUpperCase(Locale.ROOT);
        String says = refusal == null ? summary : "Refused: it" + refusal;
        var doc = new CommandSpec.Doc(says, since, group, complexity, deprecation, internal,
                Syntax.parse(syntax));
        var spec = new CommandSpec(
                fullName, arity, flagBits, first, last, step, keySpecs, shownCategories(), subSpecs, doc, tips);
        String error = refusal == null ? null : "ERR " + spoken + refusal;
        return new Command(spec, name.toUpperCase(Locale.ROOT), body, List.copyOf(subs), error);
    }

    private List<String> shownCategories() {
        Set<String> all = new TreeSet<>(categories);
        all.add(flags.contains(CommandFlag.FAST) ? "fast" : "slow");
        for (CommandFlag flag : flags) {
            switch (flag) {
                case WRITE -> all.add("write");
                case READONLY -> all.addAll(categories.contains("scripting") ? List.of() : List.of("read"));
                case PUBSUB -> all.add("pubsub");
                case BLOCKING -> all.add("blocking");
                case ADMIN -> all.addAll(List.of("admin", "dangerous"));
                default -> {}
            }
        }
        List<String> shown = new ArrayList<>();
        for (String category : CATEGORIES) {
            if (all.remove(category)) {
                shown.add(category);
            }
        }
        if (!all.isEmpty()) {
            throw new IllegalStateException("unknown ACL categories " + all + " of " + name);
        }
        return shown;
    }
}
