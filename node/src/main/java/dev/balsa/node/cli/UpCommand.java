package dev.balsa.node.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code balsa up}: a cluster on this machine. */
@Command(
        name = "up",
        sortOptions = false,
        description = "Runs a whole cluster on this machine, and a front that plain clients connect to. Ctrl-C "
                + "stops it; the same command resumes it.",
        footer = {
            "",
            "Node i listens on port+i for plain clients, on port+100+i for cluster-aware clients, and on "
                    + "port+10000+i for",
            "replication. Its configuration, data and log are in DIR/nodei.",
            "",
            "Examples:",
            "  balsa up                                  then: redis-cli -p 6379 set greeting hello",
            "  balsa up --nodes 5 --groups 4 --port 7000 --dir /tmp/five",
            "  balsa up --tls --dir /tmp/secret          certificates for clients are in /tmp/secret/tls",
            "  redis-cli -c -p 6480 cluster shards       node 1 as a cluster-aware client sees it",
            "  kill -9 <pid of a node>                   it comes back after 3 s, and nothing that was answered is lost"
        })
final class UpCommand implements Callable<Integer> {
    @Option(names = "--nodes", defaultValue = "3",
            description = "How many nodes (default ${DEFAULT-VALUE}). Three survive the loss of one, five of two.")
    private int nodes;

    @Option(names = "--groups", defaultValue = "3",
            description = "How many groups share the slots (default ${DEFAULT-VALUE}).")
    private int groups;

    @Option(names = "--port", defaultValue = "6379", description = "The front's port (default ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--bind", defaultValue = "127.0.0.1",
            description = "The front's address (default ${DEFAULT-VALUE}); nodes listen on 127.0.0.1.")
    @SuppressWarnings("NullAway.Init")
    private String bind;

    @Option(names = "--dir", defaultValue = ".balsa",
            description = "Where everything is kept (default ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Option(names = "--tls",
            description = "A new cluster speaks TLS on every port, by certificates of an authority made for it alone: "
                    + "see DIR/tls.")
    private boolean tls;

    @Option(names = "--no-restart", description = "Leaves a node that died down.")
    private boolean noRestart;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        UpOptions options = new UpOptions(nodes, groups, port, bind, directory.toAbsolutePath().normalize(),
                tls, !noRestart);
        options.check();
        Logs.quiet();
        PrintWriter out = spec.commandLine().getOut();
        try (Up up = new Up(options, UpFiles.open(options), out)) {
            // Ctrl-C and SIGTERM: the hook returns when nothing is left running.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(up), "stop"));
            up.start();
            up.awaitStop();
        }
        return 0;
    }

    private static void stop(Up up) {
        up.stop();
        try {
            up.close();
        } catch (IOException e) {
            System.err.println("balsa: " + e.getMessage());
        }
    }
}
