package dev.balsa.proto.slot;

import dev.balsa.proto.resp.Args;

/**
 * The hash slot of a key, as Redis Cluster computes it: CRC16 (XMODEM) of the key, or of its hash tag, modulo 16384.
 * Thread-safe: keeps nothing.
 */
public final class Slots {
    /** Number of slots in a cluster. */
    public static final int COUNT = 16_384;

    /** Bytes that are taken at once. */
    private static final int SLICES = 8;

    private static final char[] TABLE = table();

    private Slots() {}

    /** Slot of argument {@code i}. */
    public static int slot(Args args, int i) {
        return slot(args.array(), args.offset(i), args.length(i));
    }

    /**
     * Slot of the key {@code key[offset, offset + length)}. Only the part between the first {@code {} and the next
     * {@code }} counts, if it is not empty.
     */
    public static int slot(byte[] key, int offset, int length) {
        int end = offset + length;
        for (int open = offset; open < end; open++) {
            if (key[open] == '{') {
                for (int close = open + 1; close < end; close++) {
                    if (key[close] == '}') {
                        return close == open + 1
                                ? crc16(key, offset, end) & (COUNT - 1)
                                : crc16(key, open + 1, close) & (COUNT - 1);
                    }
                }
                break;
            }
        }
        return crc16(key, offset, end) & (COUNT - 1);
    }

    private static int crc16(byte[] bytes, int from, int to) {
        int crc = 0;
        int i = from;
        for (; i <= to - SLICES; i += SLICES) {
            crc = TABLE[7 * 256 + ((bytes[i] & 0xff) ^ (crc >>> 8))]
                    ^ TABLE[6 * 256 + ((bytes[i + 1] & 0xff) ^ (crc & 0xff))]
                    ^ TABLE[5 * 256 + (bytes[i + 2] & 0xff)]
                    ^ TABLE[4 * 256 + (bytes[i + 3] & 0xff)]
                    ^ TABLE[3 * 256 + (bytes[i + 4] & 0xff)]
                    ^ TABLE[2 * 256 + (bytes[i + 5] & 0xff)]
                    ^ TABLE[256 + (bytes[i + 6] & 0xff)]
                    ^ TABLE[bytes[i + 7] & 0xff];
        }
        for (; i < to; i++) {
            crc = next(crc, bytes[i]);
        }
        return crc;
    }

    private static int next(int crc, int b) {
        return ((crc << 8) & 0xffff) ^ TABLE[((crc >>> 8) ^ b) & 0xff];
    }

    /** Part k: what a byte makes of the checksum when k bytes of zero follow; so eight bytes are eight look-ups. */
    private static char[] table() {
        char[] table = new char[SLICES * 256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            table[i] = (char) crc;
        }
        for (int i = 256; i < table.length; i++) {
            int before = table[i - 256];
            table[i] = (char) ((before << 8) ^ table[before >>> 8]);
        }
        return table;
    }
}
