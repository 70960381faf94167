package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.EntryView;
import dev.balsa.node.engine.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/*
 *     "REDIS0010"
 *     AUX   redis-ver, redis-bits, ctime, used-mem, aof-base, balsa-forms, then our own
 *     FUNCTION2  code                                             for each library
 *     SELECTDB n   RESIZEDB keys deadlines                        for each database with keys
 *         [AUX balsa-next form]  [EXPIRETIME_MS millis]  type  key  value
 *                                                     for each key, in the snapshot's order
 *     EOF   CRC64 of everything before it, little-endian
 *
 * Replicas write their keys in the same order, because a snapshot's order depends on the keys only. Their files may
 * still differ: one keeps as text what another, restored
 * from a file, keeps as a number. StateDigest compares states.
 */

/**
 * Writes a snapshot as an RDB file of version 10, which redis-server 7.0 and later load. Used by one thread: the
 * snapshot's reader.
 */
public final class RdbWriter {
    /** The Redis version whose formats and replies we follow; tools show it. */
    private static final String REDIS_VERSION = "7.2.0";

    private final RdbOutput out;
    private final Snapshot snapshot;
    private final RdbSaveOptions options;
    private int database = -1;

    private RdbWriter(Snapshot snapshot, RdbOutput out, RdbSaveOptions options) {
        this.snapshot = snapshot;
        this.out = out;
        this.options = options;
    }

    /**
     * Writes a new file and has it on disk when it returns (the directory is the caller's to fsync, after renaming).
     * Returns its length.
     * The snapshot is read but not closed.
     */
    public static long save(Snapshot snapshot, Path file, RdbSaveOptions options) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            long bytes = write(snapshot, channel, options);
            channel.force(true);
            return bytes;
        }
    }

    /** Writes to a channel, without forcing it; returns the number of bytes. */
    public static long write(Snapshot snapshot, FileChannel channel, RdbSaveOptions options) throws IOException {
        RdbOutput out = new RdbOutput(channel, options.progress(), options.compress());
        RdbWriter writer = new RdbWriter(snapshot, out, options);
        try {
            return writer.write();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private long write() throws IOException {
        int version = snapshot.hasFieldDeadlines() ? RdbFormat.VERSION_FIELD_EXPIRY : RdbFormat.VERSION;
        byte[] magic = "REDIS%04d".formatted(version).getBytes(StandardCharsets.US_ASCII);
        out.writeBytes(magic, magic.length);
        writeField("redis-ver", REDIS_VERSION);
        writeField("redis-bits", 64);
        writeField("ctime", options.createdSeconds());
        writeField("used-mem", options.usedBytes());
        writeField("aof-base", 0);
        writeField(RdbFormat.FORMS_FIELD, 1);
        for (Map.Entry<String, byte[]> field : options.fields().entrySet()) {
            out.writeByte(RdbFormat.OPCODE_AUX);
            out.writeString(field.getKey());
            out.writeString(field.getValue(), field.getValue().length);
        }
        for (byte[] code : snapshot.scripts().libraries().values()) {
            FunctionPayload.write(code, out);
        }
        snapshot.forEach(this::visit);
        out.writeByte(RdbFormat.OPCODE_EOF);
        out.writeChecksum();
        return out.flush();
    }

    private void writeField(String name, String value) throws IOException {
        out.writeByte(RdbFormat.OPCODE_AUX);
        out.writeString(name);
        out.writeString(value);
    }

    private void writeField(String name, long value) throws IOException {
        out.writeByte(RdbFormat.OPCODE_AUX);
        out.writeString(name);
        out.writeInteger(value);
    }

    private void visit(int ofDatabase, EntryView entry) {
        try {
            if (ofDatabase != database) {
                database = ofDatabase;
                out.writeByte(RdbFormat.OPCODE_SELECT_DB);
                out.writeLength(database);
                out.writeByte(RdbFormat.OPCODE_RESIZE_DB);
                out.writeLength(snapshot.size(database));
                out.writeLength(snapshot.sizeWithDeadline(database));
            }
            writeEntry(entry);
            out.keyDone();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeEntry(EntryView entry) throws IOException {
        String form = ValueFormat.form(entry);
        if (form != null) {
            writeField(RdbFormat.NEXT_FIELD, form);
        }
        long deadline = entry.deadlineMillis();
        if (deadline != 0) {
            out.writeByte(RdbFormat.OPCODE_EXPIRE_MILLIS);
            out.writeLong(deadline);
        }
        out.writeByte(ValueFormat.code(entry));
        out.writeString(entry.segment(), entry.keyOffset(), entry.keyLength());
        ValueFormat.write(entry, out);
    }
}
