package dev.balsa.node.replication;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbProgress;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.node.engine.rdb.RdbSaveOptions;
import dev.balsa.node.engine.rdb.RdbWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** A group's snapshot on disk: one RDB file that redis-server loads too; what only Balsa needs stands in AUX fields. */
public final class SnapshotFiles {
    /** Name of the RDB file in a snapshot's directory. */
    public static final String FILE = "dump.rdb";

    private static final String LOG_TIME = "balsa-log-time";

    private SnapshotFiles() {}

    /** Writes the view; the file is on disk when it returns. */
    static void write(Path directory, Snapshot view, SaveOptions options) throws IOException {
        LinkedHashMap<String, byte[]> fields = new LinkedHashMap<>();
        fields.put(LOG_TIME, Long.toString(view.logMillis()).getBytes(StandardCharsets.US_ASCII));
        RdbWriter.save(
                view,
                directory.resolve(FILE),
                new RdbSaveOptions(
                        options.createdMillis() / 1000, options.usedBytes(), fields, options.compress(), RdbProgress.NONE));
    }

    /** @param compress whether long strings are compressed */
    record SaveOptions(long createdMillis, long usedBytes, boolean compress) {}

    /** Loads the file into an empty keyspace; returns the log time of the view that was written, 0 for a file of Redis'. */
    public static long load(Path directory, Keyspace into) throws IOException {
        LogTime time = new LogTime();
        RdbReader.load(directory.resolve(FILE), into, time);
        return time.millis;
    }

    private static final class LogTime implements RdbListener {
        long millis;

        @Override
        public void field(String name, byte[] value) {
            if (name.equals(LOG_TIME)) {
                millis = Long.parseLong(new String(value, StandardCharsets.US_ASCII));
            }
        }

        @Override
        public void moved(long bytes, long keys) {}
    }
}
