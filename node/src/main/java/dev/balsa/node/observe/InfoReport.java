package dev.balsa.node.observe;

import dev.balsa.node.cluster.ClusterIds;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proxy.config.Settings;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * INFO: what the node says of itself, with Redis' section and field names where there is a truth to report. Immutable.
 */
final class InfoReport {
    private static final Set<String> DEFAULT = Set.of(
            "server", "clients", "memory", "persistence", "stats", "replication", "cpu", "modules", "errorstats",
                    "cluster", "keyspace",
            "balsa_groups");

    private final NodeState node;
    private final Settings settings;
    private final CommandStats stats;
    private final Sampler sampler;
    private final String runId;
    private final Map<String, Consumer<InfoText>> sections;

    InfoReport(NodeState node, Settings settings, CommandStats stats, Sampler sampler, MemoryFigures memory) {
        this.node = node;
        this.settings = settings;
        this.stats = stats;
        this.sampler = sampler;
        this.runId = ClusterIds.sha1(node.nodeId() + node.startMillis() + ProcessHandle.current().pid());
        this.sections = new LinkedHashMap<>();
        sections.put("server", this::server);
        sections.put("clients", this::clients);
        sections.put("memory", memory::info);
        sections.put("persistence", this::persistence);
        sections.put("stats", this::stats);
        sections.put("replication", this::replication);
        sections.put("cpu", InfoReport::cpu);
        sections.put("modules", text -> text.section("Modules"));
        sections.put("commandstats", this::commandStats);
        sections.put("errorstats", this::errorStats);
        sections.put("latencystats", this::latencyStats);
        sections.put("cluster", text -> {
            text.section("Cluster");
            text.field("cluster_enabled", node.config().clusterPort() != 0 ? 1 : 0);
        });
        sections.put("keyspace", this::keyspace);
        sections.put("balsa_groups", this::groups);
    }

    List<AdminRow> table() {
        return List.of(new AdminRow("info", -1, this::info));
    }

    // INFO [section ...]
    private void info(AdminCall call) {
        Set<String> wanted = new LinkedHashSet<>();
        for (int i = 1; i < call.args().count(); i++) {
            wanted.add(call.word(i));
        }
        call.reply().verbatim("txt", text(wanted));
    }

    /** @param wanted names of sections, or {@code default}, {@code all}, {@code everything}; empty = default */
    String text(Set<String> wanted) {
        InfoText text = new InfoText();
        boolean everything = wanted.contains("everything");
        boolean all = everything || wanted.contains("all");
        boolean byDefault = wanted.isEmpty() || wanted.contains("default");
        sections.forEach((name, section) -> {
            if (everything || (all && !name.equals("modules")) || (byDefault && DEFAULT.contains(name))
                    || wanted.contains(name)) {
                section.accept(text);
            }
        });
        return text.toString();
    }

    private void server(InfoText text) {
        text.section("Server");
        long now = System.currentTimeMillis();
        long uptime = Math.max(0, (now - node.startMillis()) / 1000);
        text.field("redis_version", Versions.REDIS)
                .field("redis_git_sha1", "00000000")
                .field("redis_git_dirty", 0)
                .field("redis_build_id", ClusterIds.sha1(Versions.BALSA).substring(0, 16))
                .field("redis_mode", node.config().clusterPort() != 0 ? "cluster" : "standalone")
                .field("os", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"))
                .field("arch_bits", 64)
                .field("monotonic_clock", "JVM System.nanoTime")
                .field("multiplexing_api", node.config().ioTransport().toString())
                .field("gcc_version", "0.0.0")
                .field("process_id", ProcessHandle.current().pid())
                .field("process_supervised", "no")
                .field("run_id", runId)
                .field("tcp_port", tcpPort())
                .field("server_time_usec", now * 1000)
                .field("uptime_in_seconds", uptime)
                .field("uptime_in_days", uptime / 86_400)
                .field("hz", 10)
                .field("configured_hz", 10)
                .field("lru_clock", (now / 1000) & 0xffffff)
                .field("executable", ProcessHandle.current().info().command().orElse("java"))
                .field("config_file", node.config().file() == null ? "" : String.valueOf(node.config().file()))
                .field("io_threads_active", node.config().ioThreads() > 1 ? 1 : 0)
                .field("balsa_version", Versions.BALSA)
                .field("balsa_node_id", node.nodeId())
                .field("java_version", Runtime.version().toString());
    }

    private long tcpPort() {
        int port = node.config().port();
        int tls = Integer.parseInt(settings.value("tls-port"));
        return port != 0 ? port : tls != 0 ? tls : node.config().clusterPort();
    }

    private void clients(InfoText text) {
        FrontFigures front = node.front();
        text.section("Clients");
        text.field("connected_clients", front.connected())
                .field("cluster_connections", 0)
                .field("maxclients", settings.value("maxclients"))
                .field("client_recent_max_input_buffer", 0)
                .field("client_recent_max_output_buffer", 0)
                .field("blocked_clients", front.blocked())
                .field("tracking_clients", front.tracking().clients())
                .field("clients_in_timeout_table", 0);
    }

    private void persistence(InfoText text) {
        Saves saves = Saves.of(node.groups(), System.currentTimeMillis());
        text.section("Persistence");
        text.field("loading", 0)
                .field("async_loading", 0)
                .field("current_cow_peak", 0)
                .field("current_cow_size", 0)
                .field("current_fork_perc", "0.00")
                .field("current_save_keys_processed", 0)
                .field("current_save_keys_total", 0)
                .field("rdb_changes_since_last_save", saves.changesSince())
                .field("rdb_bgsave_in_progress", saves.running() ? 1 : 0)
                .field("rdb_last_save_time", saves.oldestMillis() / 1000)
                .field("rdb_last_bgsave_status", saves.allOk() ? "ok" : "err")
                .field("rdb_last_bgsave_time_sec", saves.tookSeconds())
                .field("rdb_current_bgsave_time_sec", saves.runningSeconds())
                .field("rdb_last_cow_size", 0)
                .field("rdb_saves", saves.count())
                .field("aof_enabled", 1)
                .field("aof_rewrite_in_progress", saves.running() ? 1 : 0)
                .field("aof_rewrite_scheduled", 0)
                .field("aof_last_rewrite_time_sec", saves.tookSeconds())
                .field("aof_current_rewrite_time_sec", saves.runningSeconds())
                .field("aof_last_bgrewrite_status", saves.allOk() ? "ok" : "err")
                .field("aof_last_write_status", node.groups().stream().allMatch(GroupState::isWell) ? "ok" : "err")
                .field("aof_last_cow_size", 0)
                .field("aof_current_size", saves.logBytes())
                .field("aof_base_size", 0)
                .field("aof_pending_rewrite", 0)
                .field("aof_buffer_length", 0)
                .field("aof_pending_bio_fsync", 0)
                .field("aof_delayed_fsync", 0);
    }

    private void stats(InfoText text) {
        FrontFigures.Totals front = node.front().totals();
        FrontFigures.Tracking tracking = node.front().tracking();
        long hits = 0;
        long misses = 0;
        long expired = 0;
        long evicted = 0;
        for (GroupState group : node.groups()) {
            hits += group.counts().hits();
            misses += group.counts().misses();
            expired += group.counts().expired();
            evicted += group.counts().evicted();
        }
        long errors = node.front().errors().values().stream().mapToLong(Long::longValue).sum();
        text.section("Stats");
        text.field("total_connections_received", front.received())
                .field("total_commands_processed", front.commands())
                .field("instantaneous_ops_per_sec", sampler.commandsPerSecond())
                .field("total_net_input_bytes", front.inputBytes())
                .field("total_net_output_bytes", front.outputBytes())
                .ratio("instantaneous_input_kbps", sampler.inputBytesPerSecond() / 1024.0)
                .ratio("instantaneous_output_kbps", sampler.outputBytesPerSecond() / 1024.0)
                .field("rejected_connections", front.rejected())
                .field("sync_full", 0)
                .field("sync_partial_ok", 0)
                .field("sync_partial_err", 0)
                .field("expired_keys", expired)
                .field("expired_stale_perc", "0.00")
                .field("expired_time_cap_reached_count", 0)
                .field("evicted_keys", evicted)
                .field("evicted_clients", node.front().evicted())
                .field("keyspace_hits", hits)
                .field("keyspace_misses", misses)
                .field("pubsub_channels", node.front().channels())
                .field("pubsub_patterns", node.front().patterns())
                .field("pubsubshard_channels", node.front().shardChannels())
                .field("latest_fork_usec", 0)
                .field("total_forks", 0)
                .field("migrate_cached_sockets", 0)
                .field("slave_expires_tracked_keys", 0)
                .field("active_defrag_running", 0)
                .field("tracking_total_keys", tracking.keys())
                .field("tracking_total_items", tracking.items())
                .field("tracking_total_prefixes", tracking.prefixes())
                .field("unexpected_error_replies", 0)
                .field("total_error_replies", errors)
                .field("dump_payload_sanitizations", 0)
                .field("balsa_commands_executed_here", stats.total())
                .field("balsa_tracked_keys_sent", tracking.sent());
    }

    private void replication(InfoText text) {
        ReplicationFigures figures = ReplicationFigures.of(node);
        text.section("Replication");
        text.field("role", figures.master() ? "master" : "slave");
        if (!figures.master()) {
            ClusterMap.Node leader = figures.leader();
            text.field("master_host", leader == null ? "?" : leader.host())
                    .field("master_port", leader == null ? 0 : ReplicationFigures.shownPort(leader))
                    .field("master_link_status", leader == null ? "down" : "up")
                    .field("master_last_io_seconds_ago", leader == null ? -1 : 0)
                    .field("master_sync_in_progress", 0)
                    .field("slave_read_repl_offset", figures.offset())
                    .field("slave_repl_offset", figures.offset())
                    .field("slave_priority", 100)
                    .field("slave_read_only", 1)
                    .field("replica_announced", 1);
        }
        long live = figures.replicas().stream().filter(ReplicationFigures.Replica::alive).count();
        text.field("connected_slaves", live);
        int i = 0;
        for (ReplicationFigures.Replica replica : figures.replicas()) {
            if (replica.alive()) {
                text.field("slave" + i++, "ip=" + replica.node().host() + ",port="
                        + ReplicationFigures.shownPort(replica.node())
                        + ",state=online,offset=" + replica.offset() + ",lag=" + replica.lag());
            }
        }
        text.field("master_failover_state", "no-failover")
                .field("master_replid", ClusterIds.replicationId(node.map()))
                .field("master_replid2", "0".repeat(40))
                .field("master_repl_offset", figures.offset())
                .field("second_repl_offset", -1)
                .field("repl_backlog_active", 1)
                .field("repl_backlog_size", node.config().logMemoryMaxBytes())
                .field("repl_backlog_first_byte_offset", 0)
                .field("repl_backlog_histlen", 0);
    }

    private static void cpu(InfoText text) {
        ProcessFigures process = ProcessFigures.now();
        text.section("CPU");
        text.field("used_cpu_sys", seconds(process.systemSeconds()))
                .field("used_cpu_user", seconds(process.userSeconds()))
                .field("used_cpu_sys_children", seconds(0))
                .field("used_cpu_user_children", seconds(0));
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    private void commandStats(InfoText text) {
        text.section("Commandstats");
        for (FrontFigures.CommandFigures command : node.front().commands()) {
            double perCall = command.calls() == 0 ? 0 : (double) command.micros() / command.calls();
            text.field("cmdstat_" + command.name(), String.format(
                    Locale.ROOT,
                    "calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
                    command.calls(), command.micros(), perCall, command.rejected(), command.failed()));
        }
    }

    private void errorStats(InfoText text) {
        text.section("Errorstats");
        node.front().errors().forEach((code, count) -> text.field("errorstat_" + code, "count=" + count));
    }

    private void latencyStats(InfoText text) {
        text.section("Latencystats");
        SortedMap<String, CommandStats.Cell> cells = stats.cells();
        cells.forEach((name, cell) -> text.field("latency_percentiles_usec_" + name, String.format(
                Locale.ROOT,
                "p50=%.3f,p99=%.3f,p99.9=%.3f",
                cell.latencies.percentile(0.5) / 1e3,
                cell.latencies.percentile(0.99) / 1e3,
                cell.latencies.percentile(0.999) / 1e3)));
    }

    private void keyspace(InfoText text) {
        text.section("Keyspace");
        List<GroupState> groups = node.groups();
        for (int db = 0; db < node.config().databases(); db++) {
            long keys = 0;
            long expires = 0;
            long fieldsExpire = 0;
            for (GroupState group : groups) {
                if (db < group.keyspaces().size()) {
                    keys += group.keyspaces().get(db).count();
                    expires += group.keyspaces().get(db).withDeadline();
                    fieldsExpire += group.keyspaces().get(db).withFieldDeadlines();
                }
            }
            if (keys > 0) {
                text.field("db" + db, 
                        "keys=" + keys + ",expires=" + expires + ",avg_ttl=0,subexpiry=" + fieldsExpire);
            }
        }
    }

    private void groups(InfoText text) {
        text.section("Balsa_groups");
        for (GroupState group : node.groups()) {
            text.field("group" + group.id(), GroupLine.of(group, node.leaders()));
        }
    }
}
