package dev.balsa.node.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where a key belongs: its hash slot, and its place within the slot.
 *
 * <p>The slot is Redis Cluster's: CRC16 (XMODEM) of the key or of its hash tag, modulo 16,384; computed here four
 * bytes a step. The place is a 32-bit hash
 * in the manner of wyhash (Wang Yi, public domain): 16 bytes a step are folded by one 64 × 64 → 128-bit
 * multiplication. It has no seed and never changes:
 * the order of SCAN and of snapshots depends on it.
 */
final class KeyHash {
    /** Number of slots. */
    static final int SLOTS = 16_384;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    // Odd numbers with half their bits set, from the digits of the golden ratio, sqrt(3) and pi.
    private static final long P0 = 0x9e37_79b9_7f4a_7c15L;
    private static final long P1 = 0xbb67_ae85_84ca_a73bL;
    private static final long P2 = 0x243f_6a88_85a3_08d3L;

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
        long state = P0 ^ length;
        int at = offset;
        int left = length;
        while (left > 16) {
            state = fold((long) LONG.get(key, at) ^ P1 ^ state, (long) LONG.get(key, at + 8) ^ P2);
            at += 16;
            left -= 16;
        }
        long a;
        long b;
        if (left >= 8) {
            a = (long) LONG.get(key, at);
            b = (long) LONG.get(key, at + left - 8);
        } else if (left >= 4) {
            a = (int) INT.get(key, at);
            b = (int) INT.get(key, at + left - 4);
        } else if (left > 0) {
            a = ((key[at] & 0xffL) << 16) | ((key[at + (left >> 1)] & 0xff) << 8) | (key[at + left - 1] & 0xff);
            b = left;
        } else {
            a = 0;
            b = 0;
        }
        long mixed = fold(a ^ P1 ^ state, b ^ P2);
        return (int) (fold(mixed ^ P0, P1) >>> 32);
    }

    private static long fold(long a, long b) {
        return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
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
