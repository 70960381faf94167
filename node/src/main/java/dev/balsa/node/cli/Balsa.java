package dev.balsa.node.cli;

import dev.balsa.proxy.ConfigFile;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code balsa} command. */
@Command(
        name = "balsa",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "A Redis-compatible, strongly consistent, sharded in-memory store: a reply of OK is never "
                + "taken back.",
        footer = {
            "",
            "Examples:",
            "  balsa up                       three nodes on this machine, redis-cli -p 6379 talks to them",
            "  balsa server --port 7000       one process, as redis-server",
            "  balsa status                   who leads what, and how far everyone is",
            "  balsa help up                  more about one command"
        },
        subcommands = {
            UpCommand.class,
            ServerCommand.class,
            NodeCommand.class,
            ProxyCommand.class,
            StatusCommand.class,
            ImportCommand.class,
            LogCommand.class,
            HelpCommand.class
        })
public final class Balsa implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    public static void main(String[] arguments) {
        int status = commandLine().execute(arguments);
        // Netty's and JRaft's threads must not keep a finished process alive.
        System.exit(status);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Balsa());
        line.setUsageHelpWidth(110);
        line.setUsageHelpAutoWidth(true);
        line.getSubcommands().forEach((name, command) -> {
            if (name.equals("server") || name.equals("node") || name.equals("proxy")) {
                command.setUnmatchedOptionsArePositionalParams(true);
            }
        });
        line.setExecutionExceptionHandler(Balsa::failed);
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? For example: balsa up");
    }

    /** What went wrong, in one line if it is the user's to mend, with its trace if it is ours. */
    private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        if (e instanceof ConfigFile.ConfigException || e instanceof UserError) {
            line.getErr().println("balsa: " + e.getMessage());
            return 2;
        }
        line.getErr().println("balsa: " + parsed.originalArgs() + " failed");
        e.printStackTrace(line.getErr());
        return 1;
    }
}
