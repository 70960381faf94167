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

/** {@code balsa server}: one process, like redis-server. */
@Command(
        name = "server",
        sortOptions = false,
        description = "Runs one process with one replica, like redis-server: the directives are redis.conf's.",
        customSynopsis = "balsa server [CONFIG-FILE] [--directive value ...]",
        footer = {
            "",
            "Every directive of the file can be given as an argument, which then wins.",
            "",
            "Examples:",
            "  balsa server",
            "  balsa server --port 7000 --dir /var/lib/balsa",
            "  balsa server redis.conf --maxmemory 2gb --requirepass secret",
            "  balsa server --appendfsync everysec       an answered write may be lost in a power cut"
        })
final class ServerCommand implements Callable<Integer> {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Parameters(arity = "0..*", paramLabel = "CONFIG-FILE | --directive value",
            description = "A file, then directives.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        boolean file = !arguments.isEmpty() && !arguments.getFirst().startsWith("--");
        NodeConfig config = NodeConfig.load(
                file ? Path.of(arguments.getFirst()) : null, file ? arguments.subList(1, arguments.size()) : arguments);
        if (!config.members().isEmpty()) {
            throw new UserError("this file names cluster members: start it with 'balsa node " + arguments.getFirst()
                    + "'");
        }
        Logs.configure(config);
        return NodeMain.run(config);
    }
}
