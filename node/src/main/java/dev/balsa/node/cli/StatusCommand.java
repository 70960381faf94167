package dev.balsa.node.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code balsa status}: who leads what. */
@Command(
        name = "status",
        sortOptions = false,
        description = "Shows nodes, groups, leaders and how far everyone is, as every node of the cluster says.",
        footer = {
            "",
            "A follower's number is how many log entries it is behind. Exit status: 0 when every node answers and "
                    + "every",
            "group is led, 1 otherwise.",
            "",
            "Examples:",
            "  balsa status",
            "  balsa status --addr 10.0.0.1:6379 --json",
            "  balsa status --tls --cacert ca.crt --cert client.crt --key client.key --user ops",
            "  balsa status && echo all is well"
        })
final class StatusCommand implements Callable<Integer> {
    @Option(names = "--addr", defaultValue = "127.0.0.1:6379", paramLabel = "HOST:PORT",
            description = "Any node or front (default ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String address;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private AccessOptions access;

    @Option(names = "--json", description = "JSON instead of tables.")
    private boolean json;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        ClusterReport report = ClusterReport.ask(address, access.access());
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? report.json() : StatusTable.of(report));
        out.flush();
        return report.healthy() ? 0 : 1;
    }
}
