package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;

/*
 * Clients compute the digest of a value they hold and have it compared with the one in here (SET ... IFDEQ, DELEX), so
 * it must be XXH3's 64 bits exactly; source: the xxHash specification of XXH3, version 0.8, seed 0.
 *
 *     length      0 | 1..3 | 4..8 | 9..16        one mix of first and last bytes
 *                 17..128                        pairs of 16 bytes from both ends towards the middle
 *                 129..240                       16 bytes a step, in two runs
 *                 241..                          stripes of 64 bytes into 8 accumulators; after 16 stripes (a block)
 *                                                they are scrambled; the last stripe ends with the value
 *
 * Each step takes other bytes of a fixed secret of 192. Linear in the length, allocates the accumulators only.
 */

/** The hash XXH3_64bits of bytes in memory. Pure functions. */
public final class Xxh3 {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final MemorySegment SECRET = MemorySegment.ofArray(HexFormat.of()
            .parseHex("b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
                    + "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
                    + "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
                    + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
                    + "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
                    + "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"));

    private static final long PRIME32_1 = 0x9E3779B1L;
    private static final long PRIME32_2 = 0x85EBCA77L;
    private static final long PRIME32_3 = 0xC2B2AE3DL;
    private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME64_3 = 0x165667B19E3779F9L;
    private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME64_5 = 0x27D4EB2F165667C5L;
    private static final long PRIME_MX1 = 0x165667919E3779F9L;
    private static final long PRIME_MX2 = 0x9FB21C651E98DF25L;

    private static final int STRIPE_BYTES = 64;
    private static final int BLOCK_STRIPES = 16;
    private static final int BLOCK_BYTES = STRIPE_BYTES * BLOCK_STRIPES;
    private static final int SECRET_BYTES = 192;

    private Xxh3() {}

    /** The hash of {@code memory[offset, offset + length)}. */
    public static long hash(MemorySegment memory, long offset, int length) {
        if (length <= 16) {
            return upTo16(memory, offset, length);
        }
        if (length <= 128) {
            return upTo128(memory, offset, length);
        }
        return length <= 240 ? upTo240(memory, offset, length) : longer(memory, offset, length);
    }

    private static long upTo16(MemorySegment m, long at, int length) {
        if (length == 0) {
            return strongAvalanche(secret(56) ^ secret(64));
        }
        if (length <= 3) {
            long bytes = (m.get(ValueLayout.JAVA_BYTE, at) & 0xffL) << 16
                    | (m.get(ValueLayout.JAVA_BYTE, at + (length >> 1)) & 0xffL) << 24
                    | (m.get(ValueLayout.JAVA_BYTE, at + length - 1) & 0xffL)
                    | (long) length << 8;
            return strongAvalanche(bytes ^ ((SECRET.get(INT, 0) ^ SECRET.get(INT, 4)) & 0xffff_ffffL));
        }
        if (length <= 8) {
            long first = m.get(INT, at) & 0xffff_ffffL;
            long last = m.get(INT, at + length - 4) & 0xffff_ffffL;
            long h = (last + (first << 32)) ^ secret(8) ^ secret(16);
            h ^= Long.rotateLeft(h, 49) ^ Long.rotateLeft(h, 24);
            h *= PRIME_MX2;
            h ^= (h >>> 35) + length;
            h *= PRIME_MX2;
            return h ^ (h >>> 28);
        }
        long low = m.get(LONG, at) ^ secret(24) ^ secret(32);
        long high = m.get(LONG, at + length - 8) ^ secret(40) ^ secret(48);
        return avalanche(length + Long.reverseBytes(low) + high + fold(low, high));
    }

    private static long upTo128(MemorySegment m, long at, int length) {
        long sum = length * PRIME64_1;
        for (int i = (length - 1) / 32; i >= 0; i--) {
            sum += mix(m, at + 16L * i, 32 * i);
            sum += mix(m, at + length - 16L * (i + 1), 32 * i + 16);
        }
        return avalanche(sum);
    }

    private static long upTo240(MemorySegment m, long at, int length) {
        long sum = length * PRIME64_1;
        for (int i = 0; i < 8; i++) {
            sum += mix(m, at + 16L * i, 16 * i);
        }
        sum = avalanche(sum);
        for (int i = 8; i < length / 16; i++) {
            sum += mix(m, at + 16L * i, 16 * (i - 8) + 3);
        }
        return avalanche(sum + mix(m, at + length - 16, 136 - 17));
    }

    private static long longer(MemorySegment m, long at, int length) {
        long[] sums = {
            PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1
        };
        long block = at;
        for (int left = length; left > BLOCK_BYTES; left -= BLOCK_BYTES, block += BLOCK_BYTES) {
            for (int i = 0; i < BLOCK_STRIPES; i++) {
                accumulate(sums, m, block + (long) i * STRIPE_BYTES, 8 * i);
            }
            for (int i = 0; i < 8; i++) {
                long sum = sums[i];
                sums[i] = (sum ^ (sum >>> 47) ^ secret(SECRET_BYTES - STRIPE_BYTES + 8 * i)) * PRIME32_1;
            }
        }
        int stripes = (int) ((at + length - 1 - block) / STRIPE_BYTES);
        for (int i = 0; i < stripes; i++) {
            accumulate(sums, m, block + (long) i * STRIPE_BYTES, 8 * i);
        }
        accumulate(sums, m, at + length - STRIPE_BYTES, SECRET_BYTES - STRIPE_BYTES - 7);
        long merged = length * PRIME64_1;
        for (int i = 0; i < 4; i++) {
            merged += fold(sums[2 * i] ^ secret(11 + 16 * i), sums[2 * i + 1] ^ secret(19 + 16 * i));
        }
        return avalanche(merged);
    }

    private static void accumulate(long[] sums, MemorySegment m, long at, int secretAt) {
        for (int i = 0; i < 8; i++) {
            long data = m.get(LONG, at + 8L * i);
            long keyed = data ^ secret(secretAt + 8 * i);
            sums[i ^ 1] += data;
            sums[i] += (keyed & 0xffff_ffffL) * (keyed >>> 32);
        }
    }

    private static long mix(MemorySegment m, long at, int secretAt) {
        return fold(m.get(LONG, at) ^ secret(secretAt), m.get(LONG, at + 8) ^ secret(secretAt + 8));
    }

    private static long secret(int at) {
        return SECRET.get(LONG, at);
    }

    private static long fold(long a, long b) {
        return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static long avalanche(long h) {
        long mixed = (h ^ (h >>> 37)) * PRIME_MX1;
        return mixed ^ (mixed >>> 32);
    }

    /** The one of XXH64, for the shortest inputs. */
    private static long strongAvalanche(long h) {
        long mixed = (h ^ (h >>> 33)) * PRIME64_2;
        mixed = (mixed ^ (mixed >>> 29)) * PRIME64_3;
        return mixed ^ (mixed >>> 32);
    }
}
