package dev.balsa.raft.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How far the log was synced, written after each fdatasync and itself never synced. Owned by the appending thread.
 *
 * <p>After the process was killed the page cache still has it, so it is exact: a record at or below it that is not
 * intact is damage. After a power failure it may be older than the truth, never newer: some damage at the very end
 * then passes for a torn write, but nothing that is there is given up. Two slots are written in turn, each with a
 * checksum, so that a kill in the middle of one leaves the other: that is the mark of the fdatasync before, and the
 * last one had not been reported to anybody.
 *
 * <pre>
 * slot at 0 and at 512: 0 long log id   8 long epoch   16 long number   24 long synced index   32 int CRC32C of [0, 32)
 * </pre>
 */
final class Watermark implements Closeable {
    static final String FILE = "watermark";

    private static final int SLOT_BYTES = 40;
    private static final int SLOT_DISTANCE_BYTES = 512;
    private static final int CHECKED_BYTES = 32;

    private final LogFile file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private final long logId;
    private long number;

    private Watermark(LogFile file, long logId, long number) {
        this.file = file;
        this.logId = logId;
        this.number = number;
    }

    /** Opens the file for writing; takes space for it, so that a full disk cannot refuse a mark later. */
    static Watermark open(LogFiles files, long logId) throws IOException {
        LogFile file = files.open(FILE);
        try {
            if (file.size() < 2 * SLOT_DISTANCE_BYTES) {
                file.write(ByteBuffer.allocateDirect(2 * SLOT_DISTANCE_BYTES), 0);
                file.force();
            }
            @Nullable Slot newest = newest(file, logId);
            return new Watermark(file, logId, newest == null ? 0 : newest.number);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    void write(long epoch, long syncedIndex) throws IOException {
        number++;
        buffer.clear();
        buffer.putLong(0, logId).putLong(8, epoch).putLong(16, number).putLong(24, syncedIndex);
        crc.reset();
        RecordFormat.update(crc, buffer, 0, CHECKED_BYTES);
        buffer.putInt(CHECKED_BYTES, (int) crc.getValue());
        buffer.clear();
        file.write(buffer, (number & 1) * SLOT_DISTANCE_BYTES);
    }

    /** The synced index of that epoch, or {@code otherwise} if the file says nothing about it. */
    static long read(LogFiles files, LogMeta meta, long otherwise) throws IOException {
        if (!files.exists(FILE)) {
            return otherwise;
        }
        try (LogFile file = files.openForReading(FILE)) {
            @Nullable Slot newest = newest(file, meta.logId());
            return newest == null || newest.epoch != meta.epoch() ? otherwise : newest.syncedIndex;
        }
    }

    private record Slot(long epoch, long number, long syncedIndex) {}

    private static @Nullable Slot newest(LogFile file, long logId) throws IOException {
        @Nullable Slot first = slot(file, 0, logId);
        @Nullable Slot second = slot(file, SLOT_DISTANCE_BYTES, logId);
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.number > second.number ? first : second;
    }

    private static @Nullable Slot slot(LogFile file, long position, long logId) throws IOException {
        ByteBuffer slot = ByteBuffer.allocateDirect(SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(slot, position);
        CRC32C crc = new CRC32C();
        RecordFormat.update(crc, slot, 0, CHECKED_BYTES);
        boolean intact = slot.getInt(CHECKED_BYTES) == (int) crc.getValue() && slot.getLong(0) == logId;
        return intact ? new Slot(slot.getLong(8), slot.getLong(16), slot.getLong(24)) : null;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
