package dev.balsa.node.cli;

import dev.balsa.proto.log.EntryReader;
import dev.balsa.proto.resp.Args;
import dev.balsa.raft.segment.LogRecord;
import dev.balsa.raft.segment.SegmentLogReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code balsa log}: the replicated log of a stopped node. */
@Command(
        name = "log",
        description = "Reads the replicated log of a stopped node. Changes nothing.",
        footer = {"", "Example:", "  balsa log show --dir .balsa/node1 --group 0 --from 100 --to 120"},
        subcommands = LogCommand.Show.class)
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

    /** {@code balsa log show}. */
    @Command(
            name = "show",
            sortOptions = false,
            description = "Prints the entries of a group's log: index, term, time, and the commands in them.",
            footer = {
                "",
                "Every record's checksum is verified; damage is reported with file and offset.",
                "",
                "Examples:",
                "  balsa log show --dir .balsa/node1",
                "  balsa log show --dir /var/lib/balsa --group 2 --from 1000 --to 1010"
            })
    static final class Show implements Callable<Integer> {
        private static final int ARGUMENT_COLUMNS = 64;

        @Option(names = "--dir", required = true, description = "The node's directory (dir).")
        @SuppressWarnings("NullAway.Init")
        private Path directory;

        @Option(names = "--group", defaultValue = "0", description = "Which group (default ${DEFAULT-VALUE}).")
        private int group;

        @Option(names = "--from", defaultValue = "0", description = "First index to show.")
        private long from;

        @Option(names = "--to", defaultValue = "9223372036854775807", showDefaultValue = Visibility.NEVER,
                description = "Last index to show.")
        private long to;

        @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
        private boolean unusedHelp;

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Path log = directory.resolve("g" + group).resolve("log");
            if (!Files.isDirectory(log)) {
                throw new UserError(log + " is not there: is " + directory + " a node's dir, and does it have group "
                        + group + "?");
            }
            PrintWriter out = spec.commandLine().getOut();
            long shown = 0;
            try (SegmentLogReader reader = SegmentLogReader.open(log)) {
                for (@Nullable LogRecord entry = reader.next(); entry != null
                        && entry.index() <= to; entry = reader.next()) {
                    if (entry.index() >= from) {
                        print(out, entry);
                        shown++;
                    }
                }
                out.println(shown + " entries; the log begins at index " + reader.firstIndex());
            } catch (IOException e) {
                out.flush();
                throw new UserError(e.getMessage() + " (the node must be stopped)");
            }
            out.flush();
            return 0;
        }

        private static void print(PrintWriter out, LogRecord entry) {
            String head = entry.index() + " term " + entry.term() + " ";
            switch (entry.type()) {
                case NO_OP -> out.println(head + "new leader");
                case CONFIGURATION -> out.println(head + "members "
                        + new String(entry.payload(), StandardCharsets.UTF_8));
                case DATA -> commands(out, head, entry.payload());
            }
        }

        private static void commands(PrintWriter out, String head, byte[] payload) {
            EntryReader reader = new EntryReader().wrap(payload, 0, payload.length);
            out.println(head + Instant.ofEpochMilli(reader.leaderMillis()) + " " + reader.count()
                    + (reader.count() == 1 ? " command" : " commands"));
            Args args = new Args();
            while (reader.next(args)) {
                StringBuilder line = new StringBuilder("    db").append(reader.database());
                for (int i = 0; i < args.count(); i++) {
                    line.append(' ').append(shown(args.text(i)));
                }
                out.println(line);
            }
        }

        /** Printable, and not longer than a line bears. */
        private static String shown(String text) {
            StringBuilder shown = new StringBuilder();
            for (int i = 0; i < Math.min(text.length(), ARGUMENT_COLUMNS); i++) {
                char c = text.charAt(i);
                shown.append(c >= ' ' && c < 127 ? c : '.');
            }
            return text.length() > ARGUMENT_COLUMNS ? shown + "...(" + text.length() + " bytes)" : shown.toString();
        }
    }
}
