package dev.balsa.node.observe;

import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.config.Settings;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** What takes memory: INFO memory and the MEMORY commands that are about the node. Immutable. */
final class MemoryFigures {
    private final NodeState node;
    private final Settings settings;
    private final Sampler sampler;

    MemoryFigures(NodeState node, Settings settings, Sampler sampler) {
        this.node = node;
        this.settings = settings;
        this.sampler = sampler;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("memory|doctor", 2, this::doctor),
                new AdminRow("memory|stats", 2, this::stats),
                new AdminRow("memory|purge", 2, MemoryFigures::purge),
                new AdminRow("memory|malloc-stats", 2, call -> call.reply()
                        .verbatim("txt", "Keys and values lie in arenas of Balsa's own, see MEMORY STATS; malloc "
                        + "holds next to nothing.\n")),
                new AdminRow("memory|help", 2, MemoryFigures::help));
    }

    /** Exact bytes of keys, values and tables: what maxmemory bounds. */
    private long usedBytes() {
        long used = 0;
        for (GroupState group : node.groups()) {
            used += group.usedBytes();
        }
        return used;
    }

    private long keys() {
        long keys = 0;
        for (GroupState group : node.groups()) {
            keys += group.keyCount();
        }
        return keys;
    }

    /** Of a figure that is about the same in every group. */
    private long most(ToLongFunction<GroupState.Scripts> figure) {
        return node.groups().stream().map(GroupState::scripts).mapToLong(figure).max().orElse(0);
    }

    void info(InfoText text) {
        ProcessFigures process = ProcessFigures.now();
        long used = usedBytes();
        long peak = Math.max(used, sampler.peakBytes());
        long resident = process.residentBytes() < 0 ? used : process.residentBytes();
        long max = Long.parseLong(settings.value("maxmemory"));
        text.section("Memory");
        text.bytes("used_memory", used)
                .bytes("used_memory_rss", resident)
                .bytes("used_memory_peak", peak)
                .field("used_memory_peak_perc", String.format(Locale.ROOT, "%.2f%%", peak == 0 ? 100.0
                : 100.0 * used / peak))
                .field("used_memory_overhead", 0)
                .field("used_memory_startup", 0)
                .field("used_memory_dataset", used)
                .field("used_memory_dataset_perc", "100.00%")
                .field("allocator_allocated", used)
                .field("allocator_active", used)
                .field("allocator_resident", resident)
                .bytes("total_system_memory", process.machineBytes())
                .bytes("used_memory_lua", 0)
                .bytes("used_memory_scripts", node.groups().stream().mapToLong(group -> group.scripts().bytes()).sum())
                .field("number_of_cached_scripts", most(GroupState.Scripts::cached))
                .field("number_of_functions", most(GroupState.Scripts::functions))
                .field("number_of_libraries", most(GroupState.Scripts::libraries))
                .bytes("maxmemory", max)
                .field("maxmemory_policy", settings.value("maxmemory-policy"))
                .ratio("mem_fragmentation_ratio", used == 0 ? 1 : (double) resident / used)
                .field("mem_fragmentation_bytes", resident - used)
                .field("mem_not_counted_for_evict", 0)
                .field("mem_replication_backlog", 0)
                .field("mem_clients_slaves", 0)
                .field("mem_clients_normal", 0)
                .field("mem_aof_buffer", 0)
                .field("mem_allocator", "balsa-arena")
                .field("active_defrag_running", 0)
                .field("lazyfree_pending_objects", 0)
                .field("lazyfreed_objects", 0)
                .bytes("jvm_heap_used", process.heapUsedBytes())
                .bytes("jvm_heap_max", process.heapMaxBytes());
    }

    // MEMORY DOCTOR
    private void doctor(AdminCall call) {
        ProcessFigures process = ProcessFigures.now();
        long used = usedBytes();
        long max = Long.parseLong(settings.value("maxmemory"));
        StringBuilder text = new StringBuilder();
        if (max > 0 && used > max * 9 / 10 && settings.value("maxmemory-policy").equals("noeviction")) {
            text.append("* Keys and values take ").append(InfoText.human(used)).append(" of maxmemory ")
                    .append(InfoText.human(max))
                    .append(": writes will soon be refused with -OOM. Raise maxmemory, delete keys, or choose a "
                            + "maxmemory-policy that evicts.\n");
        }
        if (max == 0 && used > process.machineBytes() / 2) {
            text.append("* Keys and values take ").append(InfoText.human(used))
                    .append(" and maxmemory is 0: set it below the machine's ")
                    .append(InfoText.human(process.machineBytes())).append(".\n");
        }
        if (process.heapUsedBytes() > process.heapMaxBytes() * 9 / 10) {
            text.append("* The Java heap is nearly full (").append(InfoText.human(process.heapUsedBytes()))
                    .append(" of ")
                    .append(InfoText.human(process.heapMaxBytes()))
                    .append("): start with a larger -Xmx in BALSA_JAVA_OPTS.\n");
        }
        call.reply().verbatim("txt", text.isEmpty()
                ? "No memory problem found: keys and values take " + InfoText.human(used) + ".\n"
                : "Found:\n" + text);
    }

    // MEMORY STATS
    private void stats(AdminCall call) {
        ProcessFigures process = ProcessFigures.now();
        long used = usedBytes();
        long keys = keys();
        long peak = Math.max(used, sampler.peakBytes());
        RespWriter reply = call.reply();
        reply.map(13);
        figure(reply, "peak.allocated", peak);
        figure(reply, "total.allocated", used);
        figure(reply, "startup.allocated", 0);
        figure(reply, "replication.backlog", 0);
        figure(reply, "overhead.total", 0);
        figure(reply, "keys.count", keys);
        figure(reply, "keys.bytes-per-key", keys == 0 ? 0 : used / keys);
        figure(reply, "dataset.bytes", used);
        reply.bulk("dataset.percentage");
        reply.real("100");
        reply.bulk("peak.percentage");
        reply.real(peak == 0 ? "100" : Double.toString(100.0 * used / peak));
        figure(reply, "allocator.resident", process.residentBytes());
        figure(reply, "jvm.heap.used", process.heapUsedBytes());
        figure(reply, "jvm.heap.max", process.heapMaxBytes());
    }

    private static void figure(RespWriter reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }

    // MEMORY PURGE
    private static void purge(AdminCall call) {
        // The arena gives pages back as they become free; what is left to give back is the Java heap's.
        call.answerFrom(reply -> {
            System.gc();
            reply.ok();
        });
    }

    private static void help(AdminCall call) {
        call.help(
                "MEMORY",
                "DOCTOR",
                "    Return memory problems reports.",
                "MALLOC-STATS",
                "    Return internal statistics report from the memory allocator.",
                "PURGE",
                "    Attempt to purge dirty pages for reclamation by the allocator.",
                "STATS",
                "    Return information about the memory usage of the server.",
                "USAGE <key> [SAMPLES <count>]",
                "    Return memory in bytes used by <key> and its value. Nested values are",
                "    sampled up to <count> times (default: 5, 0 means sample all).");
    }
}
