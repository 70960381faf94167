package dev.balsa.node.engine.rdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The checksum of RDB files and DUMP payloads: CRC-64 with Jones' polynomial, reflected, starting at 0, without a
 * final xor. Eight bytes a step by
 * eight tables ("slicing", Kounavis and Berry 2005). Its check value for {@code 123456789} is {@code
 * e9c6d914c4b8d9ca}. Stateless.
 */
final class Crc64 {
    private static final long POLYNOMIAL_REFLECTED = 0x95ac_9329_ac4b_c9b5L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    // TABLE[k][b]: the effect of byte b that is followed by k more bytes of the step.
    private static final long[][] TABLE = tables();

    private Crc64() {}

    /** The checksum of what {@code crc} covers, followed by {@code bytes[from, to)}. */
    static long update(long crc, byte[] bytes, int from, int to) {
        long[] t0 = TABLE[0];
        long[] t1 = TABLE[1];
        long[] t2 = TABLE[2];
        long[] t3 = TABLE[3];
        long[] t4 = TABLE[4];
        long[] t5 = TABLE[5];
        long[] t6 = TABLE[6];
        long[] t7 = TABLE[7];
        long state = crc;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long word = state ^ (long) LONG.get(bytes, at);
            state = t7[(int) word & 0xff]
                    ^ t6[(int) (word >>> 8) & 0xff]
                    ^ t5[(int) (word >>> 16) & 0xff]
                    ^ t4[(int) (word >>> 24) & 0xff]
                    ^ t3[(int) (word >>> 32) & 0xff]
                    ^ t2[(int) (word >>> 40) & 0xff]
                    ^ t1[(int) (word >>> 48) & 0xff]
                    ^ t0[(int) (word >>> 56)];
        }
        for (; at < to; at++) {
            state = t0[(int) (state ^ bytes[at]) & 0xff] ^ (state >>> 8);
        }
        return state;
    }

    private static long[][] tables() {
        long[][] tables = new long[8][256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL_REFLECTED : crc >>> 1;
            }
            tables[0][i] = crc;
        }
        for (int k = 1; k < 8; k++) {
            for (int i = 0; i < 256; i++) {
                long before = tables[k - 1][i];
                tables[k][i] = (before >>> 8) ^ tables[0][(int) before & 0xff];
            }
        }
        return tables;
    }
}
