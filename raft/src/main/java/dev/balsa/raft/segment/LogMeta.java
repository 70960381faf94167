package dev.balsa.raft.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What a log must know besides its records. Immutable; the file is replaced as a whole (write aside, sync, rename,
 * sync the directory), so one state or the next is there, never a mix.
 *
 * @param logId random, the same in every file of the log
 * @param epoch grows with each change here; a watermark of another epoch says nothing
 * @param firstIndex entries before it are dead, wherever they still stand
 * @param pending a cut that was decided and perhaps not finished; it is finished when the log is opened
 * @param pendingIndex with SUFFIX: the last index that stays; with ALL: not used
 * @param syncedIndex everything up to it was on the disk when this was written
 */
record LogMeta(long logId, long epoch, long firstIndex, Pending pending, long pendingIndex, long syncedIndex) {
    static final String FILE = "meta";

    private static final String ASIDE = "meta.tmp";
    private static final int BYTES = 64;
    private static final long MAGIC = 0x4154454d534c4142L; // "BALSMETA" as bytes on disk
    private static final int VERSION = 1;

    /** The codes on disk are the ordinals: never reorder. */
    enum Pending {
        NONE,
        /** Entries after {@code pendingIndex} are dead. */
        SUFFIX,
        /** All entries are dead; the next one is {@code firstIndex}. */
        ALL
    }

    static LogMeta founded(long logId) {
        return new LogMeta(logId, 0, 1, Pending.NONE, 0, 0);
    }

    LogMeta withFirstIndex(long index, long synced) {
        return new LogMeta(logId, epoch + 1, index, pending, pendingIndex, synced);
    }

    /** The log is to end with {@code lastIndexKept}. */
    LogMeta cuttingSuffix(long lastIndexKept, long synced) {
        return new LogMeta(
                logId, epoch + 1, firstIndex, Pending.SUFFIX, lastIndexKept, Math.min(synced, lastIndexKept));
    }

    /** The log is to be empty, its next entry {@code nextIndex}. */
    LogMeta cuttingAll(long nextIndex) {
        return new LogMeta(logId, epoch + 1, nextIndex, Pending.ALL, 0, nextIndex - 1);
    }

    /** The pending cut is done and on the disk. */
    LogMeta cut() {
        return new LogMeta(logId, epoch + 1, firstIndex, Pending.NONE, 0, syncedIndex);
    }

    /** Writes the new state aside and makes it the log's. */
    void write(LogFiles files) throws IOException {
        writeAside(files);
        takeOver(files);
    }

    /** Puts the new state on the disk without touching the old one: a failure changes nothing. */
    void writeAside(LogFiles files) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(0, MAGIC).putInt(8, VERSION).putLong(16, logId).putLong(24, epoch).putLong(32, firstIndex);
        buffer.putInt(40, pending.ordinal()).putLong(48, pendingIndex).putLong(56, syncedIndex);
        buffer.putInt(12, checksum(buffer));
        buffer.clear();
        try (LogFile file = files.open(ASIDE)) {
            file.write(buffer, 0);
            file.force();
        }
    }

    /** What was written aside becomes the log's state. After a failure nobody knows which of the two it is. */
    static void takeOver(LogFiles files) throws IOException {
        files.rename(ASIDE, FILE);
        files.syncDirectory();
        try (LogFile next = files.open(ASIDE)) {
            // Takes the block for the next change now: a full disk must not refuse the cut that would make room.
            next.extend(BYTES);
        } catch (IOException e) {
            // Then the next change asks for it again.
        }
    }

    static LogMeta read(LogFiles files) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (LogFile file = files.openForReading(FILE)) {
            file.read(buffer, 0);
        }
        String path = files.path(FILE);
        int pending = buffer.getInt(40);
        if (buffer.hasRemaining()
                || buffer.getLong(0) != MAGIC
                || buffer.getInt(12) != checksum(buffer)
                || pending < 0
                || pending >= Pending.values().length) {
            throw new LogDamagedException(path, 0, -1, "the log's metadata expected, magic or checksum is wrong");
        }
        if (buffer.getInt(8) != VERSION) {
            throw new IOException(path + " has format " + buffer.getInt(8) + ", this program reads " + VERSION);
        }
        return new LogMeta(
                buffer.getLong(16),
                buffer.getLong(24),
                buffer.getLong(32),
                Pending.values()[pending],
                buffer.getLong(48),
                buffer.getLong(56));
    }

    private static int checksum(ByteBuffer buffer) {
        CRC32C crc = new CRC32C();
        RecordFormat.update(crc, buffer, 0, 12);
        RecordFormat.update(crc, buffer, 16, BYTES);
        return (int) crc.getValue();
    }
}
