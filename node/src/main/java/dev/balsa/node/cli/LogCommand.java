package dev.balsa.node.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code balsa log}: the replicated log of a stopped node. */
@Command(
        name = "log",
        description = "Reads the replicated log of a stopped node. Changes nothing.",
        footer = {
            "",
            "Examples:",
            "  balsa log show --dir .balsa/node1 --group 0 --from 100 --to 120",
            "  balsa log export --dir .balsa/node1 --out appendonly.aof"
        },
        subcommands = {LogShowCommand.class, LogExportCommand.class})
final class LogCommand implements Runnable {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(),
                "what about the log? For example: balsa log show --dir .balsa/node1");
    }

    /** The directory of a group in a node's, or the error that says what is there instead. */
    static Path groupDirectory(Path directory, int group) {
        Path found = directory.resolve("g" + group);
        if (!Files.isDirectory(found.resolve("log"))) {
            throw new UserError(found.resolve("log") + " is not there: is " + directory
                    + " a node's dir, and does it have group " + group + "?");
        }
        return found;
    }
}
