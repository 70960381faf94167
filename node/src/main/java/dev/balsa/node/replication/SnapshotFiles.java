package dev.balsa.node.replication;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.SharedUsers;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbProgress;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.node.engine.rdb.RdbSaveOptions;
import dev.balsa.node.engine.rdb.RdbWriter;
import dev.balsa.node.engine.rdb.Throttle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.concurrent.locks.LockSupport;

/** A group's snapshot on disk: one RDB file that redis-server loads too; what only Balsa needs stands in AUX fields. */
public final class SnapshotFiles {
    /** Name of the RDB file in a snapshot's directory. */
    public static final String FILE = "dump.rdb";

    private static final String LOG_TIME = "balsa-log-time";
    private static final String MARKS = "balsa-watched";
    private static final String WAITERS = "balsa-waiting";
    private static final String USERS = "balsa-users";
    private static final String SCRIPTS = "balsa-scripts";

    private SnapshotFiles() {}

    /** Writes the view; the file is on disk when it returns. */
    static void write(Path directory, Snapshot view, SaveOptions options) throws IOException {
        LinkedHashMap<String, byte[]> fields = new LinkedHashMap<>();
        fields.put(LOG_TIME, Long.toString(view.logMillis()).getBytes(StandardCharsets.US_ASCII));
        fields.put(SharedSettings.FIELD, SharedSettings.toField(view.limits()));
        if (view.marks().length > 0) {
            fields.put(MARKS, view.marks());
        }
        if (view.waiters().length > 0) {
            fields.put(WAITERS, view.waiters());
        }
        if (view.users().version() > 0) {
            fields.put(USERS, view.users().toBytes());
        }
        byte[] scripts = view.scripts().toBytes();
        if (scripts.length > 0) {
            fields.put(SCRIPTS, scripts);
        }
        fields.put(SharedSettings.SCRIPTS_FIELD, SharedSettings.toField(view.scripts().limits()));
        try (FileChannel channel = FileChannel.open(
                directory.resolve(FILE),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            RdbWriter.write(
                    view,
                    channel,
                    new RdbSaveOptions(
                            options.createdMillis() / 1000,
                            options.usedBytes(),
                            fields,
                            options.compress(),
                            new Pace(channel, options.bytesPerSecondMax())));
            channel.force(true);
        }
    }

    /**
     * Keeps a snapshot out of the way of the log on the same disk and cores: written no faster than allowed, and synced in pieces, so that no fsync of the log has to wait
     * for hundreds of megabytes of it. Owned by the writing thread.
     */
    private static final class Pace implements RdbProgress {
        private static final long SYNC_BYTES = 4L << 20;

        private final FileChannel channel;
        private final Throttle throttle;
        private long syncedBytes;

        Pace(FileChannel channel, long bytesPerSecondMax) {
            this.channel = channel;
            this.throttle = new Throttle(bytesPerSecondMax, System::nanoTime, LockSupport::parkNanos);
        }

        @Override
        public void moved(long bytes, long keys) {
            if (bytes - syncedBytes >= SYNC_BYTES) {
                syncedBytes = bytes;
                sync();
            }
            throttle.moved(bytes, keys);
        }

        private void sync() {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** @param compress whether long strings are compressed */
    record SaveOptions(long createdMillis, long usedBytes, boolean compress, long bytesPerSecondMax) {}

    /** Loads the file into an empty keyspace; returns the log time of the view that was written, 0 for a file of Redis'. */
    public static long load(Path directory, Keyspace into) throws IOException {
        LogTime time = new LogTime(into);
        RdbReader.load(directory.resolve(FILE), into, time);
        if (time.marks.length > 0) {
            // Only now: a key that is loaded is changed.
            into.marks().restore(time.marks);
        }
        if (time.waiters.length > 0) {
            into.waiters().restore(time.waiters);
        }
        return time.millis;
    }

    private static final class LogTime implements RdbListener {
        private final Keyspace keyspace;
        long millis;
        byte[] marks = {};
        byte[] waiters = {};

        LogTime(Keyspace keyspace) {
            this.keyspace = keyspace;
        }

        @Override
        public void field(String name, byte[] value) {
            if (name.equals(LOG_TIME)) {
                millis = Long.parseLong(new String(value, StandardCharsets.US_ASCII));
            } else if (name.equals(SharedSettings.FIELD)) {
                keyspace.limits(SharedSettings.ofField(value));
            } else if (name.equals(MARKS)) {
                marks = value;
            } else if (name.equals(WAITERS)) {
                waiters = value;
            } else if (name.equals(USERS)) {
                keyspace.users(SharedUsers.of(value));
            } else if (name.equals(SCRIPTS)) {
                keyspace.scripts().restore(value);
            } else if (name.equals(SharedSettings.SCRIPTS_FIELD)) {
                keyspace.scripts().limits(SharedSettings.scriptLimits(value));
            }
        }

        @Override
        public void moved(long bytes, long keys) {}
    }
}
