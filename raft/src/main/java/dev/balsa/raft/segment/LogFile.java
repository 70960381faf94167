package dev.balsa.raft.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One open file, addressed by position. Reads may run beside a write. */
interface LogFile extends Closeable {
    /** Fills the buffer as far as the file reaches. */
    void read(ByteBuffer into, long position) throws IOException;

    /** Writes all of the buffer; after an exception the buffer's position tells how much may have been written. */
    void write(ByteBuffer from, long position) throws IOException;

    /** Returns when what was written is on the disk (fdatasync). */
    void force() throws IOException;

    long size() throws IOException;

    /** Makes the file this long if it is shorter; what is new reads as zeros. */
    void extend(long bytes) throws IOException;

    @Override
    void close() throws IOException;
}
