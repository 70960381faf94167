package dev.balsa.node.command;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.SpecTable;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** All commands, by name. Immutable. */
public final class CommandTable {
    private static final List<Command> ALL = concat(List.of(
            StringCommands.TABLE,
            HashCommands.TABLE,
            HashExpireCommands.TABLE,
            SetCommands.TABLE,
            SetAlgebra.TABLE,
            ListCommands.TABLE,
            ListPopCommands.TABLE,
            SortCommands.TABLE,
            SortedSetCommands.TABLE,
            SortedSetRangeCommands.TABLE,
            SortedSetPopCommands.TABLE,
            SortedSetScanCommands.TABLE,
            SortedSetAlgebraCommands.TABLE,
            GeoCommands.TABLE,
            BitCommands.TABLE,
            HyperLogLogCommands.TABLE,
            StreamCommands.TABLE,
            StreamReadCommands.TABLE,
            StreamGroupCommands.TABLE,
            StreamClaimCommands.TABLE,
            StreamInfoCommands.TABLE,
            KeyCommands.TABLE,
            ObjectCommands.TABLE,
            ExpireCommands.TABLE,
            ConnectionCommands.TABLE,
            TransactionCommands.TABLE,
            PubSubCommands.TABLE,
            ScriptCommands.TABLE,
            FunctionCommands.TABLE,
            UserCommands.TABLE,
            ServerCommands.TABLE,
            ClusterCommands.TABLE,
            RefusedCommands.TABLE));
    private static final SpecTable SPECS = new SpecTable(ALL.stream().map(Command::spec).toList());

    private CommandTable() {}

    /** Every row of every family, in the order of the families. */
    public static List<Command> all() {
        return ALL;
    }

    /** What is known of every command, in the order of {@link #all}: for the front's lookups and for COMMAND. */
    public static SpecTable specs() {
        return SPECS;
    }

    /**
     * The command that the request names, whatever its case: of a container the subcommand that argument 1 names.
     * Null for an unknown command or subcommand; the container itself if there is no argument 1. Allocates nothing.
     */
    public static @Nullable Command find(Args args) {
        int index = SPECS.indexOf(args);
        if (index < 0) {
            return null;
        }
        Command command = ALL.get(index);
        return command.subcommands().isEmpty() || args.count() == 1 ? command : subcommand(command, args);
    }

    /** The error line (without the minus) for a request whose command is known but never carried out, else null. */
    public static @Nullable String refusal(Args args) {
        Command command = find(args);
        return command == null ? null : command.refusal();
    }

    /** Replies what {@code <container> HELP} shows: the subcommands of the table, each with its summary. */
    public static void help(String container, RespWriter reply) {
        CommandSpec command = SPECS.find(container);
        if (command == null) {
            throw new IllegalArgumentException(container);
        }
        reply.array(1 + 2L * command.subcommands().size());
        reply.simple(container.toUpperCase(Locale.ROOT) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (CommandSpec sub : command.subcommands()) {
            reply.simple(sub.name().substring(container.length() + 1).toUpperCase(Locale.ROOT));
            reply.simple("    " + sub.doc().summary());
        }
    }

    private static @Nullable Command subcommand(Command container, Args args) {
        List<Command> subs = container.subcommands();
        for (int i = 0; i < subs.size(); i++) {
            if (args.is(1, subs.get(i).word())) {
                return subs.get(i);
            }
        }
        return null;
    }

    private static List<Command> concat(List<List<Command>> tables) {
        List<Command> all = new ArrayList<>();
        for (List<Command> table : tables) {
            all.addAll(table);
        }
        return List.copyOf(all);
    }
}
