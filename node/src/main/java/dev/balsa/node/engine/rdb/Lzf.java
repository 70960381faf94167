package dev.balsa.node.engine.rdb;

import java.util.Arrays;

/*
 * The compression of strings in RDB files: LZF (Marc Lehmann), a byte-wise LZ77 without entropy coding.
 *
 *     000lllll  l+1 bytes follow as they are                               (1 to 32)
 *     lllooooo oooooooo             copy l+2 bytes from o+1 bytes back     (3 to 8)
 *     111ooooo llllllll oooooooo    copy l+9 bytes from o+1 bytes back     (9 to 264)
 */

/** Compresses and expands LZF. Owned by one thread (the compressor's table is reused). */
final class Lzf {
    private static final int HASH_BITS = 14;
    private static final int LITERAL_MAX = 32;
    private static final int DISTANCE_MAX = 1 << 13;
    private static final int MATCH_MAX = 264;

    /** No input expands to more than this many times its length. */
    static final int EXPANSION_MAX = MATCH_MAX / 3;

    private final int[] lastSeen = new int[1 << HASH_BITS]; // position + 1 of three bytes with that hash

    /**
     * Compresses {@code from[0, length)} into {@code into}; returns the length, or 0 when it would not be smaller
     * than the input.
     */
    int compress(byte[] from, int length, byte[] into) {
        Arrays.fill(lastSeen, 0);
        int out = 0;
        int literals = 0; // start of the run that is not yet written
        int at = 0;
        while (at + 2 < length) {
            int hash = hash(from, at);
            int match = lastSeen[hash] - 1;
            lastSeen[hash] = at + 1;
            if (match < 0 || at - match > DISTANCE_MAX || !sameThree(from, match, at)) {
                at++;
                continue;
            }
            int matched = 3;
            int matchedMax = Math.min(MATCH_MAX, length - at);
            while (matched < matchedMax && from[match + matched] == from[at + matched]) {
                matched++;
            }
            out = writeLiterals(from, literals, at, into, out, length);
            if (out < 0 || out + 3 >= length) {
                return 0;
            }
            int distance = at - match - 1;
            int coded = matched - 2;
            if (coded < 7) {
                into[out++] = (byte) ((coded << 5) | (distance >> 8));
            } else {
                into[out++] = (byte) ((7 << 5) | (distance >> 8));
                into[out++] = (byte) (coded - 7);
            }
            into[out++] = (byte) distance;
            at += matched;
            literals = at;
        }
        out = writeLiterals(from, literals, length, into, out, length);
        return Math.max(out, 0);
    }

    /**
     * Expands {@code from[offset, offset + length)} to exactly {@code into[0, intoLength)}; false if the input is no
     * LZF of that length.
     */
    static boolean expand(byte[] from, int offset, int length, byte[] into, int intoLength) {
        int at = offset;
        int end = offset + length;
        int out = 0;
        while (at < end) {
            int control = from[at++] & 0xff;
            if (control < LITERAL_MAX) {
                int count = control + 1;
                if (count > end - at || count > intoLength - out) {
                    return false;
                }
                System.arraycopy(from, at, into, out, count);
                at += count;
                out += count;
                continue;
            }
            int count = control >> 5;
            if (count == 7) {
                if (at == end) {
                    return false;
                }
                count += from[at++] & 0xff;
            }
            count += 2;
            if (at == end) {
                return false;
            }
            int source = out - (((control & 0x1f) << 8) | (from[at++] & 0xff)) - 1;
            if (source < 0 || count > intoLength - out) {
                return false;
            }
            for (int i = 0; i < count; i++) { // may overlap: a short distance repeats
                into[out++] = into[source + i];
            }
        }
        return out == intoLength;
    }

    private static int writeLiterals(byte[] from, int start, int end, byte[] into, int at, int outMax) {
        int out = at;
        int next = start;
        while (next < end) {
            int count = Math.min(LITERAL_MAX, end - next);
            if (out + 1 + count >= outMax) {
                return -1;
            }
            into[out++] = (byte) (count - 1);
            System.arraycopy(from, next, into, out, count);
            out += count;
            next += count;
        }
        return out;
    }

    private static boolean sameThree(byte[] bytes, int a, int b) {
        return bytes[a] == bytes[b] && bytes[a + 1] == bytes[b + 1] && bytes[a + 2] == bytes[b + 2];
    }

    private static int hash(byte[] bytes, int at) {
        int three = ((bytes[at] & 0xff) << 16) | ((bytes[at + 1] & 0xff) << 8) | (bytes[at + 2] & 0xff);
        return (three * 0x9e37_79b1) >>> (32 - HASH_BITS);
    }
}
