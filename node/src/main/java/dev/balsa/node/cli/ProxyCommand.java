package dev.balsa.node.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code balsa proxy}: a front of its own process. */
@Command(
        name = "proxy",
        description = "Runs a front for plain clients that routes every command to the node that leads its slot.",
        customSynopsis = "balsa proxy CONFIG-FILE [--directive value ...]",
        footer = {"", "Example:", "  balsa proxy /etc/balsa/proxy.conf --port 6379"})
final class ProxyCommand implements Callable<Integer> {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Parameters(arity = "1..*", paramLabel = "CONFIG-FILE", description = "The file, then directives that win over it.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        throw new UserError("this build has no proxy: " + arguments);
    }
}
