package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.EntryView;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The value of one key as DUMP gives and RESTORE takes it: type, value as in an RDB file, RDB version (two bytes),
 * CRC64 of all that. Stateless.
 */
public final class DumpPayload {
    private static final int FOOTER_BYTES = 2 + RdbFormat.CHECKSUM_BYTES;

    private DumpPayload() {}

    /** How a RESTORE ended. */
    public enum Restored {
        DONE,
        /** "DUMP payload version or checksum are wrong". */
        WRONG_VERSION_OR_CHECKSUM,
        /** "Bad data format". */
        BAD_FORMAT
    }

    /** The payload of a live key. */
    public static byte[] dump(Database database, int ref) {
        return dump(database.entry(ref));
    }

    /** The payload of a key and value. */
    public static byte[] dump(EntryView entry) {
        try {
            RdbOutput out = new RdbOutput(64);
            int code = ValueFormat.code(entry);
            out.writeByte(code);
            ValueFormat.write(entry, out);
            out.writeShort(HashFormat.isTimed(code) ? RdbFormat.VERSION_FIELD_EXPIRY : RdbFormat.VERSION);
            out.writeChecksum();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail", e);
        }
    }

    /** Whether version and checksum of {@code payload[offset, offset + length)} are right. */
    public static boolean verify(byte[] payload, int offset, int length) {
        if (length < FOOTER_BYTES) {
            return false;
        }
        int end = offset + length;
        int version = (payload[end - FOOTER_BYTES] & 0xff) | ((payload[end - FOOTER_BYTES + 1] & 0xff) << 8);
        long written = 0;
        for (int i = 1; i <= RdbFormat.CHECKSUM_BYTES; i++) {
            written = (written << 8) | (payload[end - i] & 0xff);
        }
        return version <= RdbFormat.VERSION_MAX
                && written == Crc64.update(0, payload, offset, end - RdbFormat.CHECKSUM_BYTES);
    }

    /**
     * Sets {@code key} (all of it) to the payload's value, replacing what is there; unless the result is DONE
     * nothing has changed.
     */
    public static Restored restore(
            byte[] payload, int offset, int length, Database database, byte[] key, long deadlineMillis) {
        if (!verify(payload, offset, length)) {
            return Restored.WRONG_VERSION_OR_CHECKSUM;
        }
        RdbInput in = new RdbInput(payload, offset, length - FOOTER_BYTES);
        try {
            ValueFormat.read(in.readByte(), in, database, key, deadlineMillis, null);
        } catch (IOException e) {
            return Restored.BAD_FORMAT;
        }
        return Restored.DONE;
    }
}
