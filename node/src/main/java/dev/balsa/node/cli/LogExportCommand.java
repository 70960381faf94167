package dev.balsa.node.cli;

import dev.balsa.node.export.LogExport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code balsa log export}. */
@Command(
        name = "export",
        sortOptions = false,
        description = "Writes the newest snapshot and the log after it as an appendonly file of Redis.",
        footer = {
            "",
            "The file is one RDB file, if there is a snapshot, and then commands: the form that redis-server reads",
            "since version 4. To load it:",
            "  mkdir restored && mv appendonly.aof restored/",
            "  redis-check-aof restored/appendonly.aof",
            "  redis-server --dir restored --appendonly yes",
            "A cluster of several groups gives one file per group; their keys do not overlap.",
            "",
            "Times to live are written as moments, and a key that had died before a later command came is deleted",
            "before it, so the result does not depend on when the file is loaded. The entries are run for that: it",
            "takes as much memory as the data.",
            "",
            "Exported is what stands in this node's log. Whether the last entries were committed only a majority of",
            "the group knows: they may be writes that nobody was answered, and an answered write may be missing if",
            "this node was behind. Prefer the node that led last (balsa status), or cut with --until. In a group of",
            "one member every entry is committed.",
            "",
            "Examples:",
            "  balsa log export --dir .balsa/node1",
            "  balsa log export --dir /var/lib/balsa --group 2 --until 1000 --out group2.aof"
        })
final class LogExportCommand implements Callable<Integer> {
    private static final int REDIS_DATABASES = 16;

    @Option(names = "--dir", required = true, description = "The node's directory (dir).")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Option(names = "--group", defaultValue = "0", description = "Which group (default ${DEFAULT-VALUE}).")
    private int group;

    @Option(names = "--out", defaultValue = "appendonly.aof", paramLabel = "FILE",
            description = "The file to write, which must not exist (default ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(names = "--until", defaultValue = "9223372036854775807", showDefaultValue = Visibility.NEVER,
            paramLabel = "INDEX", description = "Index of the last entry to export.")
    private long until;

    @Option(names = "--databases", defaultValue = "16", paramLabel = "N",
            description = "How many the node is configured with (default ${DEFAULT-VALUE}).")
    private int databases;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Logs.quiet();
        Path source = LogCommand.groupDirectory(directory, group);
        if (Files.exists(out)) {
            throw new UserError(out + " exists already: name another file with --out");
        }
        if (databases < 1) {
            throw new UserError("--databases must be at least 1");
        }
        Path target = out.toAbsolutePath();
        Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            LogExport.Result result = LogExport.write(new LogExport.Source(source, until, databases), temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            report(result);
            return 0;
        } catch (IOException e) {
            spec.commandLine().getErr().println("balsa: nothing was exported: " + e.getMessage());
            return 1;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void report(LogExport.Result result) {
        PrintWriter print = spec.commandLine().getOut();
        print.println(out + ": " + result.bytes() + " bytes");
        print.println("  " + (result.snapshotIndex() == 0
                ? "no snapshot"
                : "snapshot up to index " + result.snapshotIndex()));
        print.println("  " + result.entries() + " entries of the log up to index " + result.lastIndex() + ": "
                + result.commands() + " commands, " + result.expired() + " of them the DEL of a key whose time was up");
        if (result.damagedSnapshot() != null) {
            print.println("  a newer snapshot is damaged and was not needed: " + result.damagedSnapshot());
        }
        if (result.members() > 1) {
            print.println("  the group has " + result.members()
                    + " members: the last entries may not be committed (see --help)");
        }
        print.println("To load it into an empty redis-server:");
        print.println("  mkdir restored && cp " + out + " restored/appendonly.aof");
        print.println("  redis-check-aof restored/appendonly.aof");
        print.println("  redis-server --dir restored --appendonly yes"
                + (result.databases() > REDIS_DATABASES ? " --databases " + result.databases() : ""));
        print.flush();
    }
}
