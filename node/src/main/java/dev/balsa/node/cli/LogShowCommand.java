package dev.balsa.node.cli;

import dev.balsa.proto.log.EntryFormatException;
import dev.balsa.proto.log.EntryReader;
import dev.balsa.proto.resp.Args;
import dev.balsa.raft.segment.LogDamagedException;
import dev.balsa.raft.segment.LogRecord;
import dev.balsa.raft.segment.MembershipText;
import dev.balsa.raft.segment.SegmentLogReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code balsa log show}. */
@Command(
        name = "show",
        sortOptions = false,
        description = "Prints the entries of a group's log: index, term, time (UTC), and the commands in them.",
        footer = {
            "",
            "Commands are quoted as redis-cli does, long arguments and long commands cut. Every record's checksum is",
            "verified, those before --from too; damage is reported with file and offset, exit status 1.",
            "",
            "Examples:",
            "  balsa log show --dir .balsa/node1",
            "  balsa log show --dir /var/lib/balsa --group 2 --from 1000 --to 1010"
        })
final class LogShowCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

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

    private final EntryReader entry = new EntryReader();
    private final Args args = new Args();
    private long shown;
    private long commands;
    private long last;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (SegmentLogReader reader =
                SegmentLogReader.open(LogCommand.groupDirectory(directory, group).resolve("log"))) {
            out.printf("%10s %6s  %-23s%n", "index", "term", "time");
            show(reader, out);
            out.println(shown + (shown == 1 ? " entry, " : " entries, ") + commands
                    + (commands == 1 ? " command" : " commands") + "; the log begins at index "
                    + reader.firstIndex());
            return 0;
        } catch (LogDamagedException | DamagedEntryException e) {
            return damaged(out, e.getMessage());
        } catch (IOException e) {
            throw new UserError(e.getMessage() + " (the node must be stopped)");
        } finally {
            out.flush();
        }
    }

    private void show(SegmentLogReader reader, PrintWriter out) throws IOException {
        for (long read = reader.firstIndex() - 1; read < to; read++) {
            @Nullable LogRecord record = reader.next();
            if (record == null) {
                return;
            }
            if (record.index() >= from) {
                print(out, record);
                shown++;
            }
            last = record.index();
        }
    }

    private int damaged(PrintWriter out, @Nullable String message) {
        out.flush();
        spec.commandLine().getErr().println("balsa: " + message
                + (last > 0 ? "; entries up to " + last + " are whole" : ""));
        return 1;
    }

    private void print(PrintWriter out, LogRecord record) throws IOException {
        String head = "%10d %6d  ".formatted(record.index(), record.term());
        switch (record.type()) {
            case NO_OP -> out.println(head + "(a new leader)");
            case CONFIGURATION -> out.println(head + members(MembershipText.decode(record.payload())));
            case DATA -> printCommands(out, head, record);
        }
    }

    private static String members(MembershipText text) {
        return "(members " + String.join(" ", text.peers())
                + (text.learners().isEmpty() ? "" : ", learners " + String.join(" ", text.learners()))
                + (text.oldPeers().isEmpty() ? "" : ", before " + String.join(" ", text.oldPeers())) + ")";
    }

    private void printCommands(PrintWriter out, String head, LogRecord record) throws IOException {
        int number = 0;
        try {
            entry.wrap(record.payload(), 0, record.payload().length);
            String time = TIME.format(Instant.ofEpochMilli(entry.leaderMillis()));
            if (entry.count() == 0) {
                out.println(head + time + "  (time only)");
            }
            while (entry.next(args)) {
                out.println((number++ == 0 ? head + time : " ".repeat(head.length() + time.length()))
                        + (entry.database() == 0 ? "  " : "  [" + entry.database() + "] ") + CommandText.of(args));
            }
        } catch (EntryFormatException e) {
            throw new DamagedEntryException(record, e);
        }
        commands += number;
    }

    /** A record is whole by its checksum, and what is in it is no entry. */
    private static final class DamagedEntryException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedEntryException(LogRecord record, EntryFormatException cause) {
            super("Damaged log: " + record.file() + " at offset " + record.offset() + ", entry " + record.index() + ": "
                    + cause.getMessage(), cause);
        }
    }
}
