package dev.balsa.node.cli;

import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.ProxyMain;
import java.io.IOException;
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
        footer = {
            "",
            "The file names nodes to ask first: seeds 10.0.0.1:6380 10.0.0.2:6380 (their cluster ports); masterauth "
                    + "is the",
            "nodes' password, requirepass the clients'.",
            "",
            "Examples:",
            "  balsa proxy /etc/balsa/proxy.conf",
            "  balsa proxy proxy.conf --port 7000 --bind 0.0.0.0 --requirepass secret"
        })
final class ProxyCommand implements Callable<Integer> {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Parameters(arity = "1..*", paramLabel = "CONFIG-FILE", description = "The file, then directives that win over it.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        return ProxyMain.run(ProxyConfig.read(arguments));
    }
}
