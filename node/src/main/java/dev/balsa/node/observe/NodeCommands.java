package dev.balsa.node.observe;

import dev.balsa.proto.resp.RespWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** TIME, LOLWUT, MODULE, and what a cluster on Raft refuses, with what to do instead. Stateless. */
final class NodeCommands {
    private static final String RAFT = "replication is Raft. Name every member in a cluster-node line of its "
            + "configuration";

    private NodeCommands() {}

    static final List<AdminRow> TABLE = List.of(
            new AdminRow("time", 1, NodeCommands::time),
            new AdminRow("lolwut", -1, NodeCommands::lolwut),
            new AdminRow("module|list", 2, call -> call.reply().array(0)),
            new AdminRow("module|help", 2, call -> call.help("MODULE", "LIST", "    Return a list of loaded modules.")),
            refused("module|load", "native modules cannot run in a Java process. Use the built-in commands"),
            refused("module|loadex", "native modules cannot run in a Java process. Use the built-in commands"),
            refused("module|unload", "native modules cannot run in a Java process. Use the built-in commands"),
            refused("replicaof", RAFT),
            refused("slaveof", RAFT),
            refused("replconf", RAFT),
            refused("psync", RAFT),
            refused("sync", RAFT),
            refused("migrate", "slots move as a whole, not key by key. Use DUMP and RESTORE, or 'balsa import'"),
            refused("restore-asking", "no slot is ever half moved. Use RESTORE"));

    static AdminRow refused(String name, String why) {
        String line = "ERR " + name.replace('|', ' ').toUpperCase(Locale.ROOT) + " is not supported: " + why + ".";
        return new AdminRow(name, -1, call -> call.reply().error(line));
    }

    // TIME
    private static void time(AdminCall call) {
        Instant now = Instant.now();
        RespWriter reply = call.reply();
        reply.array(2);
        reply.bulk(Long.toString(now.getEpochSecond()));
        reply.bulk(Long.toString(now.getNano() / 1000));
    }

    // LOLWUT [VERSION version] [width ...]: a raft of logs, as wide as asked.
    private static void lolwut(AdminCall call) {
        int at = call.args().count() > 1 && call.args().is(1, "VERSION") ? 3 : 1;
        int width = 46;
        if (at < call.args().count()) {
            Long asked = call.number(at, "value is not an integer or out of range");
            if (asked == null) {
                return;
            }
            width = Math.clamp(asked, 16, 200);
        }
        StringBuilder text = new StringBuilder();
        text.append(" ".repeat(width / 2)).append("|\\\n");
        text.append(" ".repeat(width / 2)).append("| \\\n");
        text.append(" ".repeat(width / 2)).append("|__\\\n");
        text.append(" ".repeat(width / 2)).append("|\n");
        for (int log = 0; log < 3; log++) {
            // Every log begins a little later: no two rafts are cut alike.
            text.append(" ".repeat(3 - log)).append("(@)").append("=".repeat(width - 4)).append(")\n");
        }
        text.append("~".repeat(width + 4)).append('\n');
        text.append("Logs, lashed together, float. Balsa ").append(Versions.BALSA).append(", redis ver. ")
                .append(Versions.REDIS).append('\n');
        call.reply().verbatim("txt", text.toString());
    }
}
