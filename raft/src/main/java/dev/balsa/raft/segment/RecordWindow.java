package dev.balsa.raft.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Looks at records of a segment through a bounded buffer and verifies their checksums. Owned by one thread.
 *
 * <p>{@link #probe} moves it to a record; the accessors then describe that record.
 */
final class RecordWindow {
    private final ByteBuffer buffer;
    private final CRC32C crc = new CRC32C();
    private @Nullable LogFile file;
    private long salt;
    private long limit;
    private long start;
    private int filled;

    private long at;
    private String fault = "";
    private long index;
    private long term;
    private long mark;
    private int unsynced;
    private int length;
    private byte flags;
    private RecordType type = RecordType.NO_OP;

    RecordWindow(int bytes) {
        buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to another file, or to the same after it has changed. {@code limit}: records end before that offset. */
    void attach(LogFile segment, long segmentSalt, long segmentLimit) {
        file = segment;
        salt = segmentSalt;
        limit = segmentLimit;
        start = 0;
        filled = 0;
    }

    /** Drops the reference to the file. */
    void detach() {
        file = null;
    }

    /** Whether an intact record of this segment's life stands at {@code offset}; if not, {@link #fault} says why. */
    boolean probe(long offset) throws IOException {
        at = offset;
        if (offset + RecordFormat.HEADER_BYTES > limit) {
            return refuse("the segment ends");
        }
        int p = place(offset, RecordFormat.HEADER_BYTES);
        if (p < 0) {
            return refuse("the file ends");
        }
        if (buffer.getLong(p + RecordFormat.SALT) != salt) {
            return refuse(zeros(p) ? "zeros stand there" : "no record of this segment stands there");
        }
        length = buffer.getInt(p + RecordFormat.LENGTH);
        if (length < 0 || length > RecordFormat.LENGTH_MAX || end() > limit) {
            return refuse("its length says " + length);
        }
        index = buffer.getLong(p + RecordFormat.INDEX);
        term = buffer.getLong(p + RecordFormat.TERM);
        mark = buffer.getLong(p + RecordFormat.MARK);
        unsynced = buffer.getInt(p + RecordFormat.UNSYNCED);
        flags = buffer.get(p + RecordFormat.FLAGS);
        @Nullable RecordType known = RecordType.ofCode(buffer.get(p + RecordFormat.TYPE));
        int written = buffer.getInt(p + RecordFormat.CRC);
        int computed = checksum();
        if (written != computed) {
            return refuse("its checksum says " + Integer.toHexString(written) + ", its bytes give "
                    + Integer.toHexString(computed));
        }
        if (known == null) {
            return refuse("a type of a newer program");
        }
        type = known;
        return true;
    }

    private boolean refuse(String why) {
        fault = why;
        return false;
    }

    private boolean zeros(int p) {
        for (int i = 0; i < RecordFormat.HEADER_BYTES; i += Long.BYTES) {
            if (buffer.getLong(p + i) != 0) {
                return false;
            }
        }
        return true;
    }

    private int checksum() throws IOException {
        crc.reset();
        long from = at + Integer.BYTES;
        long to = end();
        while (from < to) {
            int count = (int) Math.min(to - from, buffer.capacity());
            int p = place(from, count);
            if (p < 0) {
                return ~(int) crc.getValue();
            }
            RecordFormat.update(crc, buffer, p, p + count);
            from += count;
        }
        return (int) crc.getValue();
    }

    /**
     * Where {@code [offset, offset + count)} of the file stands in the buffer, read if needed; -1 if the file is
     * shorter.
     */
    private int place(long offset, int count) throws IOException {
        if (offset < start || offset + count > start + filled) {
            buffer.clear();
            buffer.limit((int) Math.min(buffer.capacity(), Math.max(count, limit - offset)));
            Objects.requireNonNull(file).read(buffer, offset);
            start = offset;
            filled = buffer.position();
            buffer.clear();
            if (filled < count) {
                return -1;
            }
        }
        return (int) (offset - start);
    }

    /**
     * The next multiple of 8 from {@code offset} on where the header of a record of this life might begin, judged by
     * the salt alone; -1 if there is none.
     */
    long nextCandidate(long offset) throws IOException {
        for (long p = offset; p + RecordFormat.HEADER_BYTES <= limit; ) {
            int count = (int) Math.min(buffer.capacity() & -RecordFormat.ALIGNMENT_BYTES, limit - p);
            int from = start <= p && p + RecordFormat.HEADER_BYTES <= start + filled
                    ? (int) (p - start)
                    : place(p, RecordFormat.HEADER_BYTES);
            if (from < 0) {
                return -1;
            }
            int to = Math.min(filled, from + count) - RecordFormat.HEADER_BYTES;
            for (int i = from; i <= to; i += RecordFormat.ALIGNMENT_BYTES) {
                if (buffer.getLong(i + RecordFormat.SALT) == salt) {
                    return start + i;
                }
                p += RecordFormat.ALIGNMENT_BYTES;
            }
        }
        return -1;
    }

    long offset() {
        return at;
    }

    /** Where the next record begins. */
    long end() {
        return at + RecordFormat.bytes(length);
    }

    String fault() {
        return fault;
    }

    long index() {
        return index;
    }

    /** All entries up to this one were on the disk when the record was written. */
    long syncedBefore() {
        return index - 1 - unsynced;
    }

    RecordType type() {
        return type;
    }

    /** The record with a copy of its payload. */
    LogRecord record(String path) throws IOException {
        byte[] payload = new byte[length];
        long from = at + RecordFormat.HEADER_BYTES;
        if (length <= buffer.capacity()) {
            int p = place(from, length);
            if (p < 0) {
                throw new LogDamagedException(path, at, index, "the file has become shorter");
            }
            buffer.get(p, payload);
        } else {
            ByteBuffer into = ByteBuffer.wrap(payload);
            Objects.requireNonNull(file).read(into, from);
            if (into.hasRemaining()) {
                throw new LogDamagedException(path, at, index, "the file has become shorter");
            }
        }
        boolean hasMark = (flags & RecordFormat.FLAG_MARK) != 0;
        return new LogRecord(index, term, type, payload, hasMark, mark, path, at);
    }
}
