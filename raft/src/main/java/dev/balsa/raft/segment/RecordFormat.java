package dev.balsa.raft.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of one record. Immutable constants and functions on buffers in little-endian order.
 *
 * <pre>
 *  0 int   CRC32C of everything from 4 to the record's end, padding too
 *  4 int   length of the payload in bytes
 *  8 long  salt of the segment's life
 * 16 long  index
 * 24 long  term
 * 32 long  mark: the caller's own number
 * 40 int   unsynced: how many entries before this one were not yet known to be on the disk when it was written
 * 44 byte  type
 * 45 byte  flags: 1 = the mark means something
 * 46 short 0
 * 48       payload, then zeros up to a multiple of 8
 * </pre>
 *
 * <p><b>Salt.</b> A segment file lives more than once: a dropped one is renamed and written over. Each life has a
 * random salt, so what an earlier life left behind is never taken for a record, and records can be searched for
 * without knowing where they begin: they stand at multiples of 8 and carry the salt 8 bytes in.
 *
 * <p><b>Unsynced.</b> A record testifies that all entries up to {@code index - 1 - unsynced} had been synced before
 * it was written. This is how a hole is judged. A hole that such a record stands behind is damage. A hole with
 * nothing behind it but records of the same unfinished write is what a power failure leaves when the disk had taken
 * the pages of that write in another order.
 */
final class RecordFormat {
    static final int HEADER_BYTES = 48;
    static final int ALIGNMENT_BYTES = 8;
    static final int LENGTH_MAX = 1 << 30;

    static final int CRC = 0;
    static final int LENGTH = 4;
    static final int SALT = 8;
    static final int INDEX = 16;
    static final int TERM = 24;
    static final int MARK = 32;
    static final int UNSYNCED = 40;
    static final int TYPE = 44;
    static final int FLAGS = 45;
    static final int RESERVED = 46;

    static final byte FLAG_MARK = 1;

    private RecordFormat() {}

    /** Of the whole record. */
    static long bytes(int payloadLength) {
        return ((long) HEADER_BYTES + payloadLength + (ALIGNMENT_BYTES - 1)) & -ALIGNMENT_BYTES;
    }

    /** Writes the header of entry {@code i} at {@code at}, with 0 for the checksum. Moves no position. */
    static void putHeader(ByteBuffer buffer, int at, EntryBatch batch, int i, int length) {
        buffer.putInt(at + CRC, 0);
        buffer.putInt(at + LENGTH, length);
        buffer.putLong(at + INDEX, batch.index(i));
        buffer.putLong(at + TERM, batch.term(i));
        boolean marked = batch.hasMark(i);
        buffer.putLong(at + MARK, marked ? batch.mark(i) : 0);
        buffer.put(at + TYPE, batch.type(i).code());
        buffer.put(at + FLAGS, marked ? FLAG_MARK : 0);
        buffer.putShort(at + RESERVED, (short) 0);
    }

    /** The other half of the header: what the log knows of the entry. */
    static void putPlace(ByteBuffer buffer, int at, long salt, long unsynced) {
        buffer.putLong(at + SALT, salt);
        buffer.putInt(at + UNSYNCED, (int) Math.min(Integer.MAX_VALUE, unsynced));
    }

    /**
     * Adds {@code [from, to)} of the buffer to the checksum; leaves its position at {@code to} and its limit as it was.
     */
    static void update(CRC32C crc, ByteBuffer buffer, int from, int to) {
        int limit = buffer.limit();
        buffer.limit(to).position(from);
        crc.update(buffer);
        buffer.limit(limit);
    }
}
