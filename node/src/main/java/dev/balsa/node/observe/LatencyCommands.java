package dev.balsa.node.observe;

import dev.balsa.proto.resp.RespWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** LATENCY: how long commands run, and what held the process up. Thread-safe. */
final class LatencyCommands {
    private final CommandStats stats;
    private final LatencyEvents events;
    private final LongSupplier wallMillis;

    LatencyCommands(CommandStats stats, LatencyEvents events, LongSupplier wallMillis) {
        this.stats = stats;
        this.events = events;
        this.wallMillis = wallMillis;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("latency|histogram", -2, this::histogram),
                new AdminRow("latency|latest", 2, this::latest),
                new AdminRow("latency|history", 3, this::history),
                new AdminRow("latency|reset", -2, this::reset),
                new AdminRow("latency|graph", 3, this::graph),
                new AdminRow("latency|doctor", 2, this::doctor),
                new AdminRow("latency|help", 2, LatencyCommands::help));
    }

    // LATENCY LATEST
    private void latest(AdminCall call) {
        List<LatencyEvents.History> all = events.all();
        call.reply().array(all.size());
        for (LatencyEvents.History history : all) {
            call.reply().array(4);
            call.reply().bulk(history.event());
            call.reply().integer(history.latest().seconds());
            call.reply().integer(history.latest().millis());
            call.reply().integer(history.maxMillis());
        }
    }

    // LATENCY HISTORY event
    private void history(AdminCall call) {
        LatencyEvents.History history = events.history(call.word(2));
        List<LatencyEvents.Sample> samples = history == null ? List.of() : history.samples();
        call.reply().array(samples.size());
        for (LatencyEvents.Sample sample : samples) {
            call.reply().array(2);
            call.reply().integer(sample.seconds());
            call.reply().integer(sample.millis());
        }
    }

    // LATENCY RESET [event ...]
    private void reset(AdminCall call) {
        List<String> names = new ArrayList<>();
        for (int i = 2; i < call.args().count(); i++) {
            names.add(call.word(i));
        }
        call.reply().integer(events.reset(names));
    }

    // LATENCY GRAPH event
    private void graph(AdminCall call) {
        LatencyEvents.History history = events.history(call.word(2));
        if (history == null) {
            call.reply().error("ERR No samples available for event '" + call.args().text(2) + "'");
            return;
        }
        long now = wallMillis.getAsLong() / 1000;
        List<Sparkline.Bar> bars = new ArrayList<>();
        long low = Long.MAX_VALUE;
        long high = 0;
        for (LatencyEvents.Sample sample : history.samples()) {
            bars.add(new Sparkline.Bar(sample.millis(), ago(now - sample.seconds())));
            low = Math.min(low, sample.millis());
            high = Math.max(high, sample.millis());
        }
        call.reply().verbatim("txt", history.event() + " - high " + high + " ms, low " + low + " ms (all time high "
                + history.maxMillis() + " ms)\n" + "-".repeat(Sparkline.COLUMNS) + '\n' + Sparkline.of(bars));
    }

    private static String ago(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m";
        }
        return seconds < 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }

    // LATENCY DOCTOR
    private void doctor(AdminCall call) {
        StringBuilder text = new StringBuilder();
        List<LatencyEvents.History> all = events.all();
        if (events.thresholdMillis() == 0) {
            text.append("""
                    No latency events are recorded: latency-monitor-threshold is 0. Set it with
                    CONFIG SET latency-monitor-threshold <milliseconds>. LATENCY HISTOGRAM, SLOWLOG GET and INFO
                    latencystats work without it.
                    """);
        } else if (all.isEmpty()) {
            text.append("Nothing took ").append(events.thresholdMillis()).append(" ms or more.\n");
        }
        for (LatencyEvents.History history : all) {
            double mean = history.samples().stream().mapToLong(LatencyEvents.Sample::millis).average().orElse(0);
            text.append("* ").append(history.event()).append(": ").append(history.samples().size())
                    .append(" seconds with an event, ").append(Math.round(mean)).append(" ms in the mean, ")
                    .append(history.maxMillis()).append(" ms at worst. ").append(advice(history.event())).append('\n');
        }
        call.reply().verbatim("txt", text.toString());
    }

    private static String advice(String event) {
        return switch (event) {
            case LatencyEvents.COMMAND -> "SLOWLOG GET names the commands; ask for less at a time, as with SCAN.";
            case LatencyEvents.FAST_COMMAND ->
                "Such commands are never slow by themselves: look for swapping, or for too few cores.";
            case LatencyEvents.GC_PAUSE ->
                "Look at jvm_heap_used in INFO memory: with a nearly full heap, more -Xmx makes pauses rarer.";
            default -> "";
        };
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
                "GRAPH <event>",
                "    Return an ASCII latency graph for the <event> class.",
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
