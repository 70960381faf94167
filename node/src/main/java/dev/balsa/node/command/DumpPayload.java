package dev.balsa.node.command;

import dev.balsa.node.engine.Database;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * What DUMP replies and RESTORE takes is a piece of an RDB file with a foot:
 *
 *   type (1)  value as in an RDB file  RDB version (2, low byte first)  CRC64 of everything before (8, low byte first)
 *
 * A string is a length and its bytes, or a small integer, or a length pair and LZF data. Lengths take 1, 2, 5 or 9
 * bytes, told by the two upper bits. Strings are written without LZF: that is valid for every reader, and nothing is
 * lost on the short life of a payload.
 */

/** Serialized values of DUMP and RESTORE. Pure functions. */
final class DumpPayload {
    /** Of Redis 7.2. */
    private static final int RDB_VERSION = 11;

    private static final int FOOT_BYTES = 10;
    private static final int TYPE_STRING = 0;
    private static final int INT8 = 0xc0;
    private static final int INT16 = 0xc1;
    private static final int INT32 = 0xc2;
    private static final int LZF = 0xc3;
    private static final long[] CRC64 = crcTable();

    private DumpPayload() {}

    /** The payload of a live string. */
    static byte[] write(Database db, int ref) {
        byte[] value = writeString(db, ref);
        byte[] payload = Arrays.copyOf(value, value.length + FOOT_BYTES);
        payload[value.length] = RDB_VERSION;
        littleEndian(payload, value.length + 2, 8, crc64(payload, 0, value.length + 2));
        return payload;
    }

    /** Bytes of the value in an RDB file, without its type. */
    static int serializedLength(Database db, int ref) {
        return writeString(db, ref).length - 1;
    }

    /** Whether the payload is long enough, of a version we know, and its checksum is right (or zero: not computed). */
    static boolean isIntact(byte[] array, int offset, int length) {
        if (length < FOOT_BYTES) {
            return false;
        }
        int foot = offset + length - FOOT_BYTES;
        if (littleEndian(array, foot, 2) > RDB_VERSION) {
            return false;
        }
        long checksum = littleEndian(array, foot + 2, 8);
        return checksum == 0 || checksum == crc64(array, offset, length - 8);
    }

    /** The string in an intact payload, or null if it holds anything else or is cut short. */
    static byte @Nullable [] readString(byte[] array, int offset, int length) {
        Input in = new Input(array, offset, offset + length - FOOT_BYTES);
        return in.left() > 0 && in.next() == TYPE_STRING ? in.string() : null;
    }

    private static byte[] writeString(Database db, int ref) {
        if (db.isInteger(ref)) {
            long value = db.integer(ref);
            int bytes = value == (byte) value ? 1 : value == (short) value ? 2 : value == (int) value ? 4 : 0;
            if (bytes > 0) {
                byte[] out = new byte[2 + bytes];
                out[1] = (byte) (bytes == 1 ? INT8 : bytes == 2 ? INT16 : INT32);
                littleEndian(out, 2, bytes, value);
                return out;
            }
        }
        return withLength(Strings.bytes(db, ref));
    }

    private static byte[] withLength(byte[] text) {
        int n = text.length;
        int head = n < 1 << 6 ? 1 : n < 1 << 14 ? 2 : 5;
        byte[] out = new byte[1 + head + n];
        if (head == 1) {
            out[1] = (byte) n;
        } else if (head == 2) {
            out[1] = (byte) (0x40 | n >>> 8);
            out[2] = (byte) n;
        } else {
            out[1] = (byte) 0x80;
            for (int i = 0; i < 4; i++) {
                out[2 + i] = (byte) (n >>> (24 - 8 * i));
            }
        }
        System.arraycopy(text, 0, out, 1 + head, n);
        return out;
    }

    private static void littleEndian(byte[] array, int at, int bytes, long value) {
        for (int i = 0; i < bytes; i++) {
            array[at + i] = (byte) (value >>> (8 * i));
        }
    }

    private static long littleEndian(byte[] array, int at, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (array[at + i] & 0xffL) << (8 * i);
        }
        return value;
    }

    private static long crc64(byte[] array, int offset, int length) {
        long crc = 0;
        for (int i = offset; i < offset + length; i++) {
            crc = CRC64[(int) (crc ^ array[i]) & 0xff] ^ (crc >>> 8);
        }
        return crc;
    }

    /** Of the polynomial ad93d23594c935a9 (Jones), bits reflected. */
    private static long[] crcTable() {
        long polynomial = Long.reverse(0xad93d23594c935a9L);
        long[] table = new long[256];
        for (int i = 0; i < table.length; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ polynomial : crc >>> 1;
            }
            table[i] = crc;
        }
        return table;
    }

    /** Reads RDB encodings within bounds; owned by one call. */
    private static final class Input {
        private final byte[] array;
        private final int end;
        private int at;

        Input(byte[] array, int from, int end) {
            this.array = array;
            this.at = from;
            this.end = end;
        }

        int left() {
            return end - at;
        }

        int next() {
            return array[at++] & 0xff;
        }

        byte @Nullable [] string() {
            if (left() == 0) {
                return null;
            }
            int first = array[at] & 0xff;
            return switch (first) {
                case INT8 -> integer(1);
                case INT16 -> integer(2);
                case INT32 -> integer(4);
                case LZF -> {
                    at++;
                    yield compressed();
                }
                default -> {
                    long size = length();
                    if (size < 0 || size > left()) {
                        yield null;
                    }
                    at += (int) size;
                    yield Arrays.copyOfRange(array, at - (int) size, at);
                }
            };
        }

        private byte @Nullable [] integer(int bytes) {
            if (left() < 1 + bytes) {
                return null;
            }
            int unused = 64 - 8 * bytes;
            long value = littleEndian(array, at + 1, bytes) << unused >> unused;
            at += 1 + bytes;
            return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
        }

        /** A length, or -1 where it is cut short, too large or no length at all. */
        private long length() {
            if (left() == 0) {
                return -1;
            }
            int first = next();
            int more = first < 0x40 ? 0 : first < 0x80 ? 1 : first == 0x80 ? 4 : first == 0x81 ? 8 : -1;
            if (more < 0 || left() < more) {
                return -1;
            }
            long value = first < 0x80 ? first & 0x3f : 0;
            for (int i = 0; i < more; i++) {
                value = value << 8 | next();
            }
            return value > Strings.LENGTH_MAX_BYTES ? -1 : value;
        }

        private byte @Nullable [] compressed() {
            long packed = length();
            long size = length();
            if (packed < 0 || size < 1 || packed > left()) {
                return null;
            }
            byte[] out = new byte[(int) size];
            boolean whole = Lzf.expand(array, at, (int) packed, out);
            at += (int) packed;
            return whole ? out : null;
        }
    }
}
