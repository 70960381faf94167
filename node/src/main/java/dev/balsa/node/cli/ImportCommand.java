package dev.balsa.node.cli;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.rdb.DumpPayload;
import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.proto.resp.RespReply;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code balsa import}: a dump of Redis into a running cluster. */
@Command(
        name = "import",
        sortOptions = false,
        description = "Copies the keys of an RDB file into a running server or cluster, with their times to live.",
        footer = {
            "",
            "Keys that exist are left alone and counted, unless --replace is given. The file is read into memory "
                    + "first.",
            "",
            "Examples:",
            "  balsa import dump.rdb",
            "  balsa import /var/lib/redis/dump.rdb --addr 10.0.0.1:6379 --replace"
        })
final class ImportCommand implements Callable<Integer> {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int DATABASES = 1024;
    private static final long ARENA_BYTES = 1L << 36;

    /** Requests on their way before replies are read: hides the way there and back, bounds what is unanswered. */
    private static final int PIPELINE = 64;

    @Parameters(paramLabel = "FILE", description = "A dump, e.g. dump.rdb.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--addr", defaultValue = "127.0.0.1:6379", paramLabel = "HOST:PORT",
            description = "Where to (default ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String address;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private AccessOptions access;

    @Option(names = "--replace", description = "Overwrites keys that exist.")
    private boolean replace;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private long sent;
    private long restored;
    private long existed;
    private long total;
    private int unanswered;

    @Override
    public Integer call() throws IOException {
        if (!Files.isReadable(file)) {
            throw new UserError(file + " cannot be read");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Keyspace keyspace = new Keyspace(DATABASES, ARENA_BYTES);
                RespClient client = RespClient.open(address, access.access(), TIMEOUT_MILLIS)) {
            total = RdbReader.load(file, keyspace, new Quiet());
            out.println(total + " keys in " + file);
            for (byte[] code : keyspace.scripts().libraries().values()) {
                client.send(word("FUNCTION"), word("LOAD"), word("REPLACE"), code);
                if (client.receive() instanceof RespReply.Error(String line)) {
                    throw new UserError(line);
                }
            }
            for (int i = 0; i < DATABASES; i++) {
                if (keyspace.database(i).size() > 0) {
                    copy(keyspace.database(i), i, client, out);
                }
            }
        }
        out.println("imported " + restored + " of " + total + " keys"
                + (existed > 0 ? ", " + existed + " existed already" : ""));
        out.flush();
        return 0;
    }

    private void copy(Database database, int index, RespClient client, PrintWriter out) throws IOException {
        client.ask("SELECT", Integer.toString(index));
        long cursor = 0;
        IOException[] failure = new IOException[1];
        do {
            cursor = database.scan(cursor, PIPELINE, ref -> {
                try {
                    if (failure[0] == null) {
                        send(database, ref, client);
                    }
                } catch (IOException e) {
                    failure[0] = e;
                }
            });
            if (failure[0] != null) {
                throw failure[0];
            }
            receiveAll(client, out);
        } while (cursor != 0);
    }

    private void send(Database database, int ref, RespClient client) throws IOException {
        byte[] key = new byte[database.keyLength(ref)];
        MemorySegment.copy(database.segment(), ValueLayout.JAVA_BYTE, database.keyOffset(ref), key, 0, key.length);
        byte[] deadline = Long.toString(database.deadlineMillis(ref)).getBytes(StandardCharsets.US_ASCII);
        byte[] payload = DumpPayload.dump(database, ref);
        if (replace) {
            client.send(word("RESTORE"), key, deadline, payload, word("ABSTTL"), word("REPLACE"));
        } else {
            client.send(word("RESTORE"), key, deadline, payload, word("ABSTTL"));
        }
        unanswered++;
    }

    private void receiveAll(RespClient client, PrintWriter out) throws IOException {
        while (unanswered > 0) {
            RespReply reply = client.receive();
            unanswered--;
            sent++;
            if (!(reply instanceof RespReply.Error(String line))) {
                restored++;
            } else if (line.startsWith("BUSYKEY")) {
                existed++;
            } else {
                throw new UserError("key " + sent + " of " + total + " was refused: " + line);
            }
            if (sent % 100_000 == 0) {
                out.println("  " + sent + " of " + total);
                out.flush();
            }
        }
    }

    private static byte[] word(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The file's own remarks are of no interest here. */
    private static final class Quiet implements RdbListener {
        @Override
        public void field(String name, byte[] value) {}

        @Override
        public void moved(long bytes, long keys) {}
    }
}
