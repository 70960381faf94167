package dev.balsa.node.command;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.Glob;
import dev.balsa.proto.command.KeyPositions;
import dev.balsa.proto.command.KeySpec;
import dev.balsa.proto.command.SpecReply;
import dev.balsa.proto.command.SpecTable;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * COMMAND and its subcommands, answered from a table of specs alone, in the shapes of Redis 7.2. Commands come in the
 * order of the table, where Redis has the order of a hash table. Keeps nothing; thread-safe.
 */
public final class CommandCommands {
    private final SpecTable table;

    public CommandCommands(SpecTable table) {
        this.table = table;
    }

    /** Replies to {@code COMMAND [subcommand ...]}; the arity of the subcommand is checked here too. */
    public void run(Args args, RespWriter reply) {
        if (args.count() == 1) {
            info(table.all(), reply);
            return;
        }
        CommandSpec command = table.find("command");
        CommandSpec sub = command == null ? null : SpecTable.sub(command, args);
        if (sub == null) {
            reply.error(CommandError.unknownSubcommand(args.text(1), "command"));
        } else if (!sub.accepts(args.count())) {
            reply.error(CommandError.arity(sub.name()));
        } else {
            switch (sub.name()) {
                case "command|count" -> reply.integer(table.all().size());
                case "command|docs" -> docs(args, reply);
                case "command|getkeys" -> keys(args, reply, false);
                case "command|getkeysandflags" -> keys(args, reply, true);
                case "command|help" -> CommandTable.help("command", reply);
                case "command|info" -> info(args, reply);
                case "command|list" -> list(args, reply);
                default -> throw new IllegalStateException(sub.name());
            }
        }
    }

    // COMMAND INFO [name ...]
    private void info(Args args, RespWriter reply) {
        if (args.count() == 2) {
            info(table.all(), reply);
            return;
        }
        reply.array(args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            CommandSpec spec = table.find(args.text(i));
            if (spec == null) {
                reply.nil();
            } else {
                SpecReply.write(spec, reply);
            }
        }
    }

    private static void info(List<CommandSpec> specs, RespWriter reply) {
        reply.array(specs.size());
        for (CommandSpec spec : specs) {
            SpecReply.write(spec, reply);
        }
    }

    private static void keyFlags(String[] flags, RespWriter reply) {
        reply.set(flags.length);
        for (String flag : flags) {
            reply.simple(flag.length() == 2 ? flag : flag.toLowerCase(Locale.ROOT));
        }
    }

    // COMMAND DOCS [name ...]
    private void docs(Args args, RespWriter reply) {
        List<CommandSpec> specs = new ArrayList<>();
        for (int i = 2; i < args.count(); i++) {
            CommandSpec spec = table.find(args.text(i));
            if (spec != null) {
                specs.add(spec);
            }
        }
        CommandDocs.write(args.count() == 2 ? table.all() : specs, reply);
    }

    // COMMAND GETKEYS name [argument ...], COMMAND GETKEYSANDFLAGS name [argument ...]
    private void keys(Args args, RespWriter reply, boolean withFlags) {
        Args request = behind(args);
        CommandSpec spec = table.find(request);
        if (spec != null && !spec.subcommands().isEmpty() && request.count() > 1) {
            spec = SpecTable.sub(spec, request);
        }
        if (spec == null) {
            reply.error(CommandError.INVALID_COMMAND);
            return;
        }
        if (spec.keySpecs().isEmpty()) {
            reply.error(CommandError.NO_KEY_ARGUMENTS);
            return;
        }
        if (!spec.accepts(request.count())) {
            reply.error(CommandError.INVALID_ARGUMENT_COUNT);
            return;
        }
        List<Integer> positions = new ArrayList<>();
        if (KeyPositions.find(spec, request, positions::add) == KeyPositions.MALFORMED) {
            reply.error(CommandError.INVALID_ARGUMENTS);
            return;
        }
        reply.array(positions.size());
        for (int position : positions) {
            if (withFlags) {
                reply.array(2);
                reply.bulk(request, position);
                keyFlags(flagsOf(spec, request, position).split(" "), reply);
            } else {
                reply.bulk(request, position);
            }
        }
    }

    /** The request that stands behind COMMAND GETKEYS. */
    private static Args behind(Args args) {
        Args request = new Args();
        request.reset(args.array());
        for (int i = 2; i < args.count(); i++) {
            request.add(args.offset(i), args.length(i));
        }
        return request;
    }

    private static String flagsOf(CommandSpec spec, Args request, int position) {
        if (spec.name().equals("set")) {
            // The only command here whose access to its key depends on its options.
            SetOptions options = SetOptions.ofSet(request);
            return options != null && options.get() ? "RW ACCESS UPDATE" : "OW UPDATE";
        }
        for (KeySpec keys : spec.keySpecs()) {
            CommandSpec one = new CommandSpec(
                    spec.name(), spec.arity(), spec.flagBits() | CommandFlag.MOVABLEKEYS.bit(), 0, 0, 0, List.of(keys),
                    List.of(), List.of(), CommandSpec.Doc.NONE, List.of());
            boolean[] found = new boolean[1];
            KeyPositions.find(one, request, at -> found[0] |= at == position);
            if (found[0]) {
                return keys.flags();
            }
        }
        throw new IllegalStateException(spec.name() + " has no key at " + position);
    }

    // COMMAND LIST [FILTERBY MODULE module | ACLCAT category | PATTERN pattern]
    private void list(Args args, RespWriter reply) {
        boolean filtered = args.count() == 5 && args.is(2, "FILTERBY");
        if (args.count() != 2 && !(filtered && (args.is(3, "MODULE") || args.is(3, "ACLCAT") || args.is(3,
                "PATTERN")))) {
            reply.error(CommandError.SYNTAX);
            return;
        }
        List<String> names = new ArrayList<>();
        for (CommandSpec spec : table.all()) {
            addIfListed(spec, args, names);
            for (CommandSpec sub : spec.subcommands()) {
                addIfListed(sub, args, names);
            }
        }
        reply.array(names.size());
        for (String name : names) {
            reply.bulk(name);
        }
    }

    private static void addIfListed(CommandSpec spec, Args args, List<String> names) {
        if (args.count() == 2 || passes(spec, args)) {
            names.add(spec.name());
        }
    }

    private static boolean passes(CommandSpec spec, Args args) {
        if (args.is(3, "ACLCAT")) {
            return spec.categories().contains(args.text(4).toLowerCase(Locale.ROOT));
        }
        if (args.is(3, "PATTERN")) {
            byte[] name = spec.name().getBytes(StandardCharsets.US_ASCII);
            byte[] pattern = args.text(4).toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1);
            return Glob.matches(pattern, 0, pattern.length, name, 0, name.length);
        }
        return false;
    }
}
