package dev.balsa.node.replication;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import java.io.IOException;
import java.nio.file.Path;

/** A group's snapshot on disk: one RDB file that redis-server loads too; what only Balsa needs stands in AUX fields. */
public final class SnapshotFiles {
    /** Name of the RDB file in a snapshot's directory. */
    public static final String FILE = "dump.rdb";

    private SnapshotFiles() {}

    static void write(Path directory, Snapshot view, long nowMillis, boolean compress) throws IOException {
        throw new IOException("no writer " + directory + view + nowMillis + compress);
    }

    public static long load(Path directory, Keyspace into) throws IOException {
        throw new IOException("no reader " + directory + " " + into.usedBytes());
    }
}
