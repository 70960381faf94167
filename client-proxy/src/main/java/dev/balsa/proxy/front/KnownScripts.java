package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import java.util.Arrays;

/**
 * Which groups have which scripts in their state, as far as the connections of one event loop have heard. A group may
 * have forgotten one since: then a client gets NOSCRIPT, and {@link #forget} is called. Owned by the loop.
 */
final class KnownScripts {
    /** What is known of a script in a group. */
    enum What { NOTHING, MAY_WRITE, ONLY_READS }

    /** No key: what was asked for is no SHA-1. */
    static final long NONE = 0;

    private static final What[] WHATS = What.values();
    private static final int PLACES_BITS = 12;
    private static final int SHA_LENGTH = 40;
    private static final int DIGITS = 16;
    private static final long WHAT = 3;

    private final Front front;
    /** Keys, with what is known in the lowest bits. */
    private long[] places = {};
    private int flushes;

    KnownScripts(Front front) {
        this.front = front;
    }

    /** The first 62 bits of the SHA-1 in argument {@code at}, mixed with the group; {@link #NONE} if it is none. */
    static long key(Args args, int at, int group) {
        if (args.count() <= at || args.length(at) != SHA_LENGTH) {
            return NONE;
        }
        long bits = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = Character.digit(args.array()[args.offset(at) + i], DIGITS);
            if (digit < 0) {
                return NONE;
            }
            bits = bits << 4 | digit;
        }
        return (bits ^ group * 0x9E3779B97F4A7C15L) & ~WHAT;
    }

    What find(long key) {
        if (flushes != front.scriptFlushes()) {
            flushes = front.scriptFlushes();
            Arrays.fill(places, 0);
        }
        long found = places.length == 0 ? 0 : places[place(key)];
        return (found & ~WHAT) == key ? WHATS[(int) (found & WHAT)] : What.NOTHING;
    }

    void learn(long key, What what) {
        if (places.length == 0) {
            places = new long[1 << PLACES_BITS];
        }
        places[place(key)] = key | what.ordinal();
    }

    /** The group did not have it. */
    void forget(long key) {
        if (find(key) != What.NOTHING) {
            places[place(key)] = 0;
        }
    }

    private static int place(long key) {
        return (int) (key >>> Long.SIZE - PLACES_BITS);
    }
}
