package dev.balsa.node.cli;

import dev.balsa.node.NodeMain;
import dev.balsa.node.config.NodeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code balsa node}: a member of a cluster. */
@Command(
        name = "node",
        description = "Runs one member of a cluster. Every member has a file that names them all.",
        customSynopsis = "balsa node CONFIG-FILE [--directive value ...]",
        footer = {
            "",
            "A file for the first of three members (the others differ in node-id and dir):",
            "  node-id 1f0e8e0e3c1d4b7f9c4f8f6a5b3c2d1e0f9a8b7c",
            "  dir /var/lib/balsa",
            "  groups 3",
            "  cluster-node 1f0e8e0e3c1d4b7f9c4f8f6a5b3c2d1e0f9a8b7c 10.0.0.1 6379 6380 16379",
            "  cluster-node 2f0e8e0e3c1d4b7f9c4f8f6a5b3c2d1e0f9a8b7c 10.0.0.2 6379 6380 16379",
            "  cluster-node 3f0e8e0e3c1d4b7f9c4f8f6a5b3c2d1e0f9a8b7c 10.0.0.3 6379 6380 16379",
            "where the numbers are the ports for clients, for cluster-aware clients, and for replication.",
            "",
            "Example:",
            "  balsa node /etc/balsa/node.conf"
        })
final class NodeCommand implements Callable<Integer> {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Option(names = "--with-parent", hidden = true, description = "Stops when standard input ends: its parent is gone.")
    private boolean withParent;

    @Parameters(arity = "1..*", paramLabel = "CONFIG-FILE", description = "The file, then directives that win over it.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        NodeConfig config = NodeConfig.load(Path.of(arguments.getFirst()), arguments.subList(1, arguments.size()));
        if (config.members().isEmpty()) {
            throw new UserError(arguments.getFirst()
                    + " has no cluster-node lines: see 'balsa help node', or start it with 'balsa server'");
        }
        Logs.configure(config);
        if (withParent) {
            ParentWatch.start();
        }
        return NodeMain.run(config);
    }
}
