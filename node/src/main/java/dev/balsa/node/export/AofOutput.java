package dev.balsa.node.export;

import dev.balsa.proto.resp.RespWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes an appendonly file: an RDB file first if there is one, then commands. Owned by one thread. */
final class AofOutput implements Closeable {
    private static final int BUFFER_BYTES = 256 << 10;

    private final FileChannel channel;
    private final RespWriter text = new RespWriter(BUFFER_BYTES);
    private int database = -1;
    private int highestDatabase;
    private long commands;

    /** Creates the file, or empties it. */
    AofOutput(Path file) throws IOException {
        channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    /** Copies an RDB file; comes before all commands. */
    void preamble(Path rdb) throws IOException {
        try (FileChannel from = FileChannel.open(rdb, StandardOpenOption.READ)) {
            long size = from.size();
            for (long at = 0; at < size; ) {
                at += from.transferTo(at, size - at, channel);
            }
        }
    }

    /**
     * Begins a command, with a SELECT before it where the database changes; as many arguments must follow in the
     * writer returned.
     */
    RespWriter command(int ofDatabase, int arguments) throws IOException {
        RespWriter writer = selected(ofDatabase);
        writer.array(arguments);
        return writer;
    }

    /** The writer for one command as it is, its array header included. */
    RespWriter selected(int ofDatabase) throws IOException {
        if (text.length() >= BUFFER_BYTES) {
            flush();
        }
        if (ofDatabase != database) {
            database = ofDatabase;
            highestDatabase = Math.max(highestDatabase, ofDatabase);
            text.array(2);
            text.bulk("SELECT");
            text.bulk(ofDatabase);
        }
        commands++;
        return text;
    }

    /** Commands written, SELECT not counted. */
    long commands() {
        return commands;
    }

    /** The database that is selected now. */
    int database() {
        return database;
    }

    /** The highest database that was selected. */
    int highestDatabase() {
        return highestDatabase;
    }

    /** Has everything on disk when it returns; returns the file's length. */
    long finish() throws IOException {
        flush();
        channel.force(true);
        return channel.size();
    }

    private void flush() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.array(), 0, text.length());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        text.reset();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
