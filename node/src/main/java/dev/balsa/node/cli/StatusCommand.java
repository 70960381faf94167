package dev.balsa.node.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code balsa status}: who leads what. */
@Command(
        name = "status",
        description = "Shows nodes, groups, leaders and how far everyone is, as every node of the cluster says.",
        footer = {"", "Examples:", "  balsa status", "  balsa status --addr 10.0.0.1:6379 --json"})
final class StatusCommand implements Callable<Integer> {
    @Option(names = "--addr", defaultValue = "127.0.0.1:6379", description = "Any node or front (default ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String address;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Override
    public Integer call() {
        throw new UserError("this build cannot ask " + address);
    }
}
