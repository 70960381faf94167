package dev.balsa.raft.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Encodes a batch into one reused buffer and writes it: one write for a batch that fits, several for a larger one.
 * Owned by the thread that holds the log's append lock. Allocates nothing.
 */
final class BatchWriter {
    /**
     * Zeros are written ahead of the records in steps of this size. The fdatasync that follows then pays for the
     * allocation of blocks once in a step instead of each time; measured as good as zeroing the whole file, which
     * would hold up the log when it rolls.
     */
    private static final int STRIDE_BYTES = 256 << 10;

    private final ByteBuffer buffer;
    private final ByteBuffer zeros;
    private final CRC32C crc = new CRC32C();
    private long writtenEnd;

    BatchWriter(int bufferBytes) {
        buffer = ByteBuffer.allocateDirect(bufferBytes).order(ByteOrder.LITTLE_ENDIAN);
        zeros = ByteBuffer.allocateDirect(Math.min(STRIDE_BYTES, bufferBytes));
    }

    ByteBuffer zeros() {
        return zeros;
    }

    /** Space for copying bytes of the file. */
    ByteBuffer scratch() {
        return buffer;
    }

    /**
     * Writes all entries behind the segment's end and stages them. Returns where they end. After an exception {@link
     * #writtenEnd} says how far bytes may have come.
     */
    long write(Segment segment, EntryBatch batch, long syncedIndex) throws IOException {
        long salt = segment.header().salt();
        long at = segment.end();
        long bufferAt = at;
        writtenEnd = at;
        buffer.clear();
        int count = batch.count();
        for (int i = 0; i < count; i++) {
            ByteBuffer payload = batch.payload(i);
            long bytes = RecordFormat.bytes(payload.remaining());
            segment.stage(at);
            if (bytes > buffer.remaining()) {
                flush(segment, bufferAt);
                bufferAt = at;
            }
            int p = buffer.position();
            RecordFormat.putHeader(buffer, p, batch, i, payload.remaining());
            RecordFormat.putPlace(buffer, p, salt, batch.index(i) - 1 - syncedIndex);
            if (bytes > buffer.capacity()) {
                writeLarge(segment, at, payload);
                bufferAt = at + bytes;
            } else {
                encode(p, payload, (int) bytes);
            }
            at += bytes;
        }
        flush(segment, bufferAt);
        prepare(segment, at);
        return at;
    }

    /** How far the last {@link #write} may have changed the file. */
    long writtenEnd() {
        return writtenEnd;
    }

    private void encode(int p, ByteBuffer payload, int bytes) {
        int length = payload.remaining();
        buffer.put(p + RecordFormat.HEADER_BYTES, payload, payload.position(), length);
        int end = p + bytes;
        for (int i = p + RecordFormat.HEADER_BYTES + length; i < end; i++) {
            buffer.put(i, (byte) 0);
        }
        crc.reset();
        RecordFormat.update(crc, buffer, p + Integer.BYTES, end);
        buffer.putInt(p, (int) crc.getValue());
        buffer.position(end);
    }

    private void flush(Segment segment, long at) throws IOException {
        buffer.flip();
        try {
            segment.file().write(buffer, at);
        } finally {
            writtenEnd = Math.max(writtenEnd, at + buffer.position());
            buffer.clear();
        }
    }

    /**
     * The header stands at the buffer's begin. The checksum needs the whole payload, so that it goes through the
     * buffer twice.
     */
    private void writeLarge(Segment segment, long offset, ByteBuffer payload) throws IOException {
        int header = RecordFormat.HEADER_BYTES;
        long size = RecordFormat.bytes(payload.remaining());
        int chunk = buffer.capacity() - header;
        crc.reset();
        RecordFormat.update(crc, buffer, Integer.BYTES, header);
        for (long done = header; done < size; done += chunk) {
            int count = (int) Math.min(chunk, size - done);
            fill(payload, done - header, count);
            RecordFormat.update(crc, buffer, header, header + count);
        }
        buffer.putInt(0, (int) crc.getValue());
        buffer.clear().limit(header);
        writeOut(segment, offset);
        for (long done = header; done < size; done += chunk) {
            int count = (int) Math.min(chunk, size - done);
            fill(payload, done - header, count);
            buffer.limit(header + count).position(header);
            writeOut(segment, offset + done);
        }
        buffer.clear();
    }

    /** Puts {@code count} bytes of the padded payload behind the header's place. */
    private void fill(ByteBuffer payload, long from, int count) {
        int header = RecordFormat.HEADER_BYTES;
        int real = (int) Math.max(0, Math.min(count, payload.remaining() - from));
        buffer.clear();
        buffer.put(header, payload, payload.position() + (int) from, real);
        for (int i = real; i < count; i++) {
            buffer.put(header + i, (byte) 0);
        }
    }

    private void writeOut(Segment segment, long at) throws IOException {
        int start = buffer.position();
        try {
            segment.file().write(buffer, at);
        } finally {
            writtenEnd = Math.max(writtenEnd, at + buffer.position() - start);
        }
    }

    private void prepare(Segment segment, long end) {
        if (end <= segment.preparedEnd()) {
            return;
        }
        long to = Math.min(segment.sizeBytes(), (end / STRIDE_BYTES + 1) * STRIDE_BYTES);
        try {
            segment.zero(end, to, zeros);
        } catch (IOException e) {
            // Only speed is lost: the batch itself is written, and a disk that is full or broken says so at its own
            // write or fdatasync.
        }
        segment.prepared(to);
    }
}
