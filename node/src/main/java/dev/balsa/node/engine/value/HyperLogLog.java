package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/*
 * The problem: how many different elements were seen, in at most 12 KiB, within 1 %. 16,384 registers each keep the
 * longest run of zeros (plus one) that the hashes ending in its number had before that end.
 *
 *     "HYLL"  encoding (1)  unused (3)  count (8, little-endian; top bit: out of date)  registers
 *
 *     dense (0)    6 bits a register, the low ones first: 12,304 bytes in all
 *     sparse (1)   runs: 00llllll      l + 1 registers of 0
 *                        01llllll l8   l + 1 registers of 0
 *                        1vvvvvll      l + 1 registers of v + 1
 *
 * Counting does not keep its result in the string, as Redis does: it is a read, and reads change nothing here.
 *
 * Source: the layout of the strings that Redis keeps; the estimator is O. Ertl's ("New cardinality estimation
 * algorithms for HyperLogLog sketches", 2017); the hash is A. Appleby's MurmurHash64A.
 */

/** Reads the strings of PFADD, at {@code at} in memory, {@code length} bytes long. Pure functions. */
public final class HyperLogLog {
    public static final int REGISTERS = 1 << 14;
    public static final int HEAD_BYTES = 16;
    public static final int DENSE_BYTES = HEAD_BYTES + REGISTERS * 6 / 8;
    public static final int SPARSE = 1;
    public static final int DENSE = 0;

    /** Where the encoding stands, and the byte whose top bit says that the count is out of date. */
    public static final int AT_ENCODING = 4;

    public static final int AT_COUNT_END = 15;

    private static final byte[] MAGIC = {'H', 'Y', 'L', 'L'};
    private static final int HASH_BITS = 50;
    private static final long SEED = 0xadc83b19L;
    private static final double ALPHA = 0.7213475204444817;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private HyperLogLog() {}

    /** A string that has seen nothing: one run of zeros. */
    public static byte[] empty() {
        byte[] bytes = new byte[HEAD_BYTES + 2];
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        bytes[AT_ENCODING] = SPARSE;
        bytes[HEAD_BYTES] = 0x7f;
        bytes[HEAD_BYTES + 1] = (byte) 0xff;
        return bytes;
    }

    /** Whether the string has such a head, and the length that goes with it. */
    public static boolean isValid(MemorySegment memory, long at, int length) {
        if (length < HEAD_BYTES) {
            return false;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (memory.get(BYTE, at + i) != MAGIC[i]) {
                return false;
            }
        }
        int encoding = memory.get(BYTE, at + AT_ENCODING) & 0xff;
        return encoding == SPARSE || (encoding == DENSE && length == DENSE_BYTES);
    }

    public static boolean isDense(MemorySegment memory, long at) {
        return memory.get(BYTE, at + AT_ENCODING) == DENSE;
    }

    /** The count in the head, or -1 if it is out of date. */
    public static long knownCount(MemorySegment memory, long at) {
        return Math.max(-1, memory.get(LONG, at + HEAD_BYTES - Long.BYTES));
    }

    // -- elements -----------------------------------------------------------------------------------------------

    /** The hash of an element; its register and its value follow from it. */
    public static long hash(byte[] bytes, int offset, int length) {
        long m = 0xc6a4a7935bd1e995L;
        long h = SEED ^ (length * m);
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            long k = (long) LONGS.get(bytes, offset + i) * m;
            k ^= k >>> 47;
            h = (h ^ k * m) * m;
        }
        if (i < length) {
            for (int j = length - 1; j >= i; j--) {
                h ^= (bytes[offset + j] & 0xffL) << 8 * (j - i);
            }
            h *= m;
        }
        h = (h ^ h >>> 47) * m;
        return h ^ h >>> 47;
    }

    public static int register(long hash) {
        return (int) hash & (REGISTERS - 1);
    }

    /** What the hash asks its register to be at least: 1 to 51. */
    public static int value(long hash) {
        return 1 + Long.numberOfTrailingZeros(hash >>> 14 | 1L << HASH_BITS);
    }

    // -- registers ----------------------------------------------------------------------------------------------

    /** A register of a dense string. */
    public static int dense(MemorySegment memory, long at, int register) {
        long byteAt = at + HEAD_BYTES + register * 6 / 8;
        int shift = register * 6 & 7;
        int bits = memory.get(BYTE, byteAt) & 0xff;
        if (shift > 2) {
            bits |= (memory.get(BYTE, byteAt + 1) & 0xff) << 8;
        }
        return bits >> shift & 0x3f;
    }

    /** Sets a register of a dense string. */
    public static void dense(MemorySegment memory, long at, int register, int value) {
        long byteAt = at + HEAD_BYTES + register * 6 / 8;
        int shift = register * 6 & 7;
        int low = memory.get(BYTE, byteAt) & 0xff & ~(0x3f << shift) | value << shift;
        memory.set(BYTE, byteAt, (byte) low);
        if (shift > 2) {
            int high = memory.get(BYTE, byteAt + 1) & 0xff & ~(0x3f >> 8 - shift) | value >> 8 - shift;
            memory.set(BYTE, byteAt + 1, (byte) high);
        }
    }

    /** Whether the runs of a sparse string cover exactly all registers; a dense one is whole. */
    public static boolean isWhole(MemorySegment memory, long at, int length) {
        if (isDense(memory, at)) {
            return true;
        }
        long end = at + length;
        int covered = 0;
        for (long p = at + HEAD_BYTES; p < end; p += runBytes(memory, p)) {
            if (p + runBytes(memory, p) > end) {
                return false;
            }
            covered += runLength(memory, p);
            if (covered > REGISTERS) {
                return false;
            }
        }
        return covered == REGISTERS;
    }

    /** Raises {@code registers} to those of a whole string. */
    public static void merge(MemorySegment memory, long at, int length, byte[] registers) {
        if (isDense(memory, at)) {
            for (int i = 0; i < REGISTERS; i++) {
                registers[i] = (byte) Math.max(registers[i], dense(memory, at, i));
            }
            return;
        }
        long end = at + length;
        int register = 0;
        for (long p = at + HEAD_BYTES; p < end; p += runBytes(memory, p)) {
            int run = runLength(memory, p);
            int value = runValue(memory, p);
            for (int i = 0; value > 0 && i < run; i++) {
                registers[register + i] = (byte) Math.max(registers[register + i], value);
            }
            register += run;
        }
    }

    /** Bytes of the run at {@code p}. */
    public static int runBytes(MemorySegment memory, long p) {
        return (memory.get(BYTE, p) & 0xc0) == 0x40 ? 2 : 1;
    }

    /** Registers of the run at {@code p}. */
    public static int runLength(MemorySegment memory, long p) {
        int first = memory.get(BYTE, p) & 0xff;
        return first >= 0x80 ? (first & 3) + 1
                : first < 0x40 ? first + 1
                : ((first & 0x3f) << 8 | (memory.get(BYTE, p + 1) & 0xff)) + 1;
    }

    /** The value of the registers of the run at {@code p}, 0 to 32. */
    public static int runValue(MemorySegment memory, long p) {
        int first = memory.get(BYTE, p) & 0xff;
        return first >= 0x80 ? (first >> 2 & 0x1f) + 1 : 0;
    }

    // -- counting -----------------------------------------------------------------------------------------------

    /** How many different elements registers have seen, about. */
    public static long count(byte[] registers) {
        int[] histogram = new int[64];
        for (byte register : registers) {
            histogram[register]++;
        }
        double m = REGISTERS;
        double z = m * tau((m - histogram[HASH_BITS + 1]) / m);
        for (int i = HASH_BITS; i >= 1; i--) {
            z = (z + histogram[i]) * 0.5;
        }
        z += m * sigma(histogram[0] / m);
        return Math.round(ALPHA * m * m / z);
    }

    private static double sigma(double share) {
        if (share == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double x = share;
        double y = 1;
        double z = x;
        double before;
        do {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        } while (before != z);
        return z;
    }

    private static double tau(double share) {
        if (share == 0 || share == 1) {
            return 0;
        }
        double x = share;
        double y = 1;
        double z = 1 - x;
        double before;
        do {
            x = Math.sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        } while (before != z);
        return z / 3;
    }
}
