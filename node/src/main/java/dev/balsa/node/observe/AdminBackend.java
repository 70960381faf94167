package dev.balsa.node.observe;

import dev.balsa.node.command.Command;
import dev.balsa.node.command.CommandTable;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.Request;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the commands that are about the node and not about its keys. Immutable; runs each command on its request's
 * loop.
 */
public final class AdminBackend implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(AdminBackend.class);

    private final Map<String, AdminRow> rows = new HashMap<>();
    private final Set<String> containers = new HashSet<>();
    private final CommandStats stats;

    /** @param tables of all families */
    public AdminBackend(Collection<List<AdminRow>> tables, CommandStats stats) {
        this.stats = stats;
        for (List<AdminRow> table : tables) {
            for (AdminRow row : table) {
                if (rows.put(row.name(), row) != null) {
                    throw new IllegalArgumentException("two rows for " + row.name());
                }
                int bar = row.name().indexOf('|');
                if (bar > 0) {
                    containers.add(row.name().substring(0, bar));
                }
            }
        }
    }

    /** Whether it serves a command: lower case, {@code container|sub} for a subcommand, or the container alone. */
    public boolean serves(String name) {
        return rows.containsKey(name) || containers.contains(name);
    }

    /** The names of all commands and subcommands served. */
    public Set<String> names() {
        return Set.copyOf(rows.keySet());
    }

    /** WAIT and WAITAOF look themselves. */
    @Override
    public boolean unblock(Request request) {
        return true;
    }

    @Override
    public void submit(Request request, Args args) {
        long from = System.nanoTime();
        // Once it is answered the request may serve another command: what is needed of it afterwards is read now.
        CommandSpec spec = request.spec();
        long clientId = request.clientId();
        AdminCall call = new AdminCall(request, args);
        String name = args.text(0).toLowerCase(Locale.ROOT);
        if (containers.contains(name) && args.count() > 1) {
            name = name + "|" + args.text(1).toLowerCase(Locale.ROOT);
        }
        AdminRow row = rows.get(name);
        try {
            if (row != null && row.accepts(args.count())) {
                row.body().run(call);
            } else if (isHelpOfTable(args)) {
                CommandTable.help(name, call.reply());
            } else {
                refuse(call, name, row != null || args.count() == 1);
            }
        } catch (RuntimeException e) {
            // One broken report must not take the node with it.
            LOG.error("{} failed", name, e);
            call.reply().reset();
            call.reply().error("ERR internal error in '" + name + "': " + e);
        }
        call.finish();
        stats.ran(spec, clientId, args, System.nanoTime() - from);
    }

    /** Of containers whose other subcommands have keys: their HELP has none, so it comes here. */
    private static boolean isHelpOfTable(Args args) {
        if (args.count() != 2 || !args.is(1, "HELP")) {
            return false;
        }
        Command command = CommandTable.find(args);
        return command != null && !command.isElsewhere();
    }

    private static void refuse(AdminCall call, String name, boolean known) {
        String refusal = CommandTable.refusal(call.args());
        if (refusal != null) {
            call.reply().error(refusal);
        } else if (known) {
            call.reply().error("ERR wrong number of arguments for '" + name + "' command");
        } else if (name.indexOf('|') > 0) {
            call.reply().error("ERR unknown subcommand '" + shortened(call.args().text(1)) + "'. Try "
                    + call.args().text(0).toUpperCase(Locale.ROOT) + " HELP.");
        } else {
            call.reply().error("ERR unknown command '" + shortened(call.args().text(0)) + "'");
        }
    }

    private static String shortened(String text) {
        return text.length() > 128 ? text.substring(0, 128) : text;
    }
}
