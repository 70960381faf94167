package dev.balsa.node.observe;

import dev.balsa.proto.resp.RespWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** LATENCY: how long commands run. Immutable. */
final class LatencyCommands {
    private final CommandStats stats;

    LatencyCommands(CommandStats stats) {
        this.stats = stats;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("latency|histogram", -2, this::histogram),
                new AdminRow("latency|latest", 2, call -> call.reply().array(0)),
                new AdminRow("latency|history", 3, call -> call.reply().array(0)),
                new AdminRow("latency|reset", -2, call -> call.reply().integer(0)),
                new AdminRow("latency|doctor", 2, call -> call.reply()
                        .verbatim("txt", "No latency events are recorded here. See LATENCY HISTOGRAM, SLOWLOG GET "
                        + "and INFO latencystats.\n")),
                new AdminRow("latency|help", 2, LatencyCommands::help));
    }

    // LATENCY HISTOGRAM [command ...]
    private void histogram(AdminCall call) {
        Map<String, CommandStats.Cell> shown = new LinkedHashMap<>();
        Map<String, CommandStats.Cell> all = stats.cells();
        if (call.args().count() == 2) {
            shown.putAll(all);
        }
        for (int i = 2; i < call.args().count(); i++) {
            String name = call.word(i);
            all.forEach((command, cell) -> {
                if (command.equals(name) || command.startsWith(name + "|")) {
                    shown.put(command, cell);
                }
            });
        }
        RespWriter reply = call.reply();
        reply.map(shown.size());
        shown.forEach((name, cell) -> one(reply, name, cell));
    }

    /** Cumulative counts up to each power of two microseconds, those where something was added. */
    private static void one(RespWriter reply, String name, CommandStats.Cell cell) {
        Map<Long, Long> counts = new LinkedHashMap<>();
        long total = cell.latencies.count();
        long before = 0;
        for (long micros = 1; before < total && micros < 1L << 32; micros <<= 1) {
            // A little below the power, so that its own bucket is counted with the next.
            long atMost = cell.latencies.atMost(micros * 1000 - 1);
            if (atMost > before) {
                counts.put(micros, atMost);
                before = atMost;
            }
        }
        reply.bulk(name);
        reply.map(2);
        reply.bulk("calls");
        reply.integer(total);
        reply.bulk("histogram_usec");
        reply.map(counts.size());
        counts.forEach((micros, count) -> {
            reply.integer(micros);
            reply.integer(count);
        });
    }

    private static void help(AdminCall call) {
        call.help(
                "LATENCY",
                "DOCTOR",
                "    Return a human readable latency analysis report.",
                "HISTORY <event>",
                "    Return time-latency samples for the <event> class.",
                "LATEST",
                "    Return the latest latency samples for all events.",
                "RESET [<event> ...]",
                "    Reset latency data of one or more <event> classes.",
                "HISTOGRAM [COMMAND ...]",
                "    Return a cumulative distribution of commands in histogram format.");
    }
}
