package dev.balsa.node.engine;

import dev.balsa.node.engine.value.ByteHash;

/**
 * Where a key belongs: its hash slot, and its place within the slot.
 *
 * <p>The slot is Redis Cluster's: CRC16 (XMODEM) of the key or of its hash tag, modulo 16,384; computed here four
 * bytes a step. The place is a {@link ByteHash}.
 */
final class KeyHash {
    /** Number of slots. */
    static final int SLOTS = 16_384;

    // CRC[k][b]: the effect of byte b that is followed by k more bytes of the step.
    private static final char[][] CRC = crcTables();

    private KeyHash() {}

    /**
     * The slot of {@code key[offset, offset + length)}: only the part between the first brace and the next closing
     * one counts, if it is not empty.
     */
    static int slot(byte[] key, int offset, int length) {
        int end = offset + length;
        for (int open = offset; open < end; open++) {
            if (key[open] == '{') {
                int close = indexOf(key, open + 1, end, (byte) '}');
                return close > open + 1 ? crc16(key, open + 1, close) : crc16(key, offset, end);
            }
        }
        return crc16(key, offset, end);
    }

    /** The place within the slot, unsigned. */
    static int hash(byte[] key, int offset, int length) {
        return ByteHash.of(key, offset, length);
    }

    private static int crc16(byte[] bytes, int from, int to) {
        int crc = 0;
        int at = from;
        for (; at + 4 <= to; at += 4) {
            crc = CRC[3][(bytes[at] ^ (crc >>> 8)) & 0xff]
                    ^ CRC[2][(bytes[at + 1] ^ crc) & 0xff]
                    ^ CRC[1][bytes[at + 2] & 0xff]
                    ^ CRC[0][bytes[at + 3] & 0xff];
        }
        for (; at < to; at++) {
            crc = ((crc << 8) & 0xffff) ^ CRC[0][((crc >>> 8) ^ bytes[at]) & 0xff];
        }
        return crc & (SLOTS - 1);
    }

    private static int indexOf(byte[] bytes, int from, int to, byte wanted) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static char[][] crcTables() {
        char[][] tables = new char[4][256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            tables[0][i] = (char) crc;
        }
        for (int k = 1; k < 4; k++) {
            for (int i = 0; i < 256; i++) {
                int before = tables[k - 1][i];
                tables[k][i] = (char) ((before << 8) ^ tables[0][before >>> 8]);
            }
        }
        return tables;
    }
}
