package dev.balsa.raft.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The head of a segment file; records begin at {@link #DATA_START}, so that no write to records touches its page.
 * Immutable.
 *
 * <pre>
 *  0 long magic   8 int version   12 int CRC32C of the other bytes of [0, 64)
 * 16 long log id, so that files of two logs are not mixed   24 long salt   32 long first index   40 zeros
 * </pre>
 *
 * @param firstIndex of the record at {@link #DATA_START}; also the file's name
 */
record SegmentHeader(long logId, long salt, long firstIndex) {
    static final int DATA_START = 4096;
    static final String SUFFIX = ".log";

    private static final int BYTES = 64;
    private static final long MAGIC = 0x474f4c41534c4142L; // "BALSALOG" as bytes on disk
    private static final int VERSION = 1;

    /** 20 digits, so that names sort as indexes do. */
    static String fileName(long firstIndex) {
        String digits = Long.toString(firstIndex);
        return "0".repeat(20 - digits.length()) + digits + SUFFIX;
    }

    /** The first index that a file's name says; -1 if it is not the name of a segment. */
    static long firstIndexOf(String fileName) {
        if (fileName.length() != 20 + SUFFIX.length() || !fileName.endsWith(SUFFIX)) {
            return -1;
        }
        try {
            return Long.parseLong(fileName, 0, 20, 10);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    void write(LogFile file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(0, MAGIC).putInt(8, VERSION).putLong(16, logId).putLong(24, salt).putLong(32, firstIndex);
        buffer.putInt(12, checksum(buffer));
        buffer.clear();
        file.write(buffer, 0);
    }

    /** Throws {@link LogDamagedException} if this is not the header of that segment of that log. */
    static SegmentHeader read(LogFile file, String path, long logId, long firstIndex) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(buffer, 0);
        if (buffer.hasRemaining()) {
            throw new LogDamagedException(path, 0, -1, "a segment header expected, the file ends");
        }
        if (buffer.getLong(0) != MAGIC || buffer.getInt(12) != checksum(buffer)) {
            throw new LogDamagedException(path, 0, -1, "a segment header expected, magic or checksum is wrong");
        }
        if (buffer.getInt(8) != VERSION) {
            throw new IOException(path + " has format " + buffer.getInt(8) + ", this program reads " + VERSION);
        }
        SegmentHeader header = new SegmentHeader(buffer.getLong(16), buffer.getLong(24), buffer.getLong(32));
        if (header.logId != logId || header.firstIndex != firstIndex) {
            throw new LogDamagedException(
                    path,
                    0,
                    -1,
                    "segment " + firstIndex + " of log " + Long.toHexString(logId) + " expected, it is segment "
                            + header.firstIndex + " of log " + Long.toHexString(header.logId));
        }
        return header;
    }

    private static int checksum(ByteBuffer buffer) {
        CRC32C crc = new CRC32C();
        RecordFormat.update(crc, buffer, 0, 12);
        RecordFormat.update(crc, buffer, 16, BYTES);
        return (int) crc.getValue();
    }
}
