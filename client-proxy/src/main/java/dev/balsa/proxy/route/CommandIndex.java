package dev.balsa.proxy.route;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.SpecTable;
import dev.balsa.proto.resp.Args;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The commands that a front knows. Immutable. */
public final class CommandIndex {
    private final SpecTable table;
    private final List<CommandEntry> entries = new ArrayList<>();
    /** By position in the table. */
    private final Row[] rows;
    private final Map<String, CommandEntry> byName = new HashMap<>();

    private record Row(CommandEntry command, List<CommandEntry> subcommands) {}

    public CommandIndex(List<CommandSpec> specs) {
        table = new SpecTable(specs);
        rows = new Row[specs.size()];
        for (int i = 0; i < rows.length; i++) {
            CommandEntry command = enter(specs.get(i));
            List<CommandEntry> subcommands = new ArrayList<>();
            for (CommandSpec subcommand : specs.get(i).subcommands()) {
                subcommands.add(enter(subcommand));
            }
            rows[i] = new Row(command, subcommands);
        }
    }

    private CommandEntry enter(CommandSpec spec) {
        CommandEntry entry = CommandEntry.of(spec, entries.size());
        entries.add(entry);
        byName.put(entry.name(), entry);
        return entry;
    }

    /** All entries, subcommands included; entry {@code i} has index {@code i}. */
    public List<CommandEntry> entries() {
        return List.copyOf(entries);
    }

    /** The specs, as they were given. */
    public List<CommandSpec> specs() {
        return table.all();
    }

    /**
     * The command that the request names: for a container with a second argument its subcommand. Null if there is none;
     * then {@link #container} tells which half is unknown.
     */
    public @Nullable CommandEntry find(Args args) {
        int at = table.indexOf(args);
        if (at < 0) {
            return null;
        }
        Row row = rows[at];
        if (row.subcommands.isEmpty() || args.count() < 2) {
            return row.command;
        }
        CommandSpec subcommand = SpecTable.sub(row.command.spec(), args);
        for (int i = 0; i < row.subcommands.size() && subcommand != null; i++) {
            if (row.subcommands.get(i).name().equals(subcommand.name())) {
                return row.subcommands.get(i);
            }
        }
        return null;
    }

    /** The command of that name, whatever its case; a subcommand is {@code container|sub}. */
    public @Nullable CommandEntry find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** The command that argument 0 alone names. */
    public @Nullable CommandEntry container(Args args) {
        int at = table.indexOf(args);
        return at < 0 ? null : rows[at].command;
    }
}
