package dev.balsa.node.observe;

import dev.balsa.node.cluster.ClusterCommands;
import dev.balsa.node.command.CommandCommands;
import dev.balsa.node.command.CommandTable;
import dev.balsa.proxy.config.Settings;
import io.netty.channel.EventLoop;
import java.util.List;

/** Everything that answers for the node itself, put together. Thread-safe. */
public final class Administration implements AutoCloseable {
    private final AdminBackend backend;
    private final Sampler sampler;
    private final InfoReport info;

    /**
     * @param stats of the commands that the groups run, with the slow log in it
     * @param events what held the process up
     * @param loop for the sampling of rates
     */
    public Administration(NodeState node, Settings settings, CommandStats stats, SlowLog slowLog, LatencyEvents events, EventLoop loop) {
        this.sampler = new Sampler(node, loop);
        MemoryFigures memory = new MemoryFigures(node, settings, sampler);
        this.info = new InfoReport(node, settings, stats, sampler, memory);
        settings.found("node-id", node.nodeId());
        settings.onChange("slowlog-log-slower-than", value -> {
            slowLog.thresholdMicros(Long.parseLong(value));
            return null;
        });
        settings.onChange("slowlog-max-len", value -> {
            slowLog.lengthMax(Integer.parseInt(value));
            return null;
        });
        settings.onChange("latency-monitor-threshold", value -> {
            events.thresholdMillis(Long.parseLong(value));
            return null;
        });
        settings.onChange("loglevel", value -> {
            LogLevels.set(value);
            return null;
        });
        ConfigCommands config = new ConfigCommands(node.config(), settings, () -> {
            stats.reset();
            node.resetCounts();
        });
        CommandCommands commands = new CommandCommands(CommandTable.specs());
        this.backend = new AdminBackend(
                List.of(
                        NodeCommands.TABLE,
                        List.of(new AdminRow("command", -1, call -> commands.run(call.args(), call.reply()))),
                        info.table(),
                        config.table(),
                        memory.table(),
                        new SlowLogCommands(slowLog).table(),
                        new LatencyCommands(stats, events, System::currentTimeMillis).table(),
                        new PersistenceCommands(node).table(),
                        new ReplicationCommands(node, settings).table(),
                        new DebugCommands(node).table(),
                        new BalsaCommands(node).table(),
                        ClusterRows.of(new ClusterCommands(node))),
                stats);
    }

    /** Serves the commands. */
    public AdminBackend backend() {
        return backend;
    }

    @Override
    public void close() {
        sampler.close();
    }
}
