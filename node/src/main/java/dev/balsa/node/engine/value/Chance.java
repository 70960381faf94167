package dev.balsa.node.engine.value;

/**
 * A row of random numbers from one seed: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). The same seed gives the same
 * row on every replica. Owned by one thread.
 */
public final class Chance {
    private long state;

    public Chance(long seed) {
        state = seed;
    }

    /** 64 random bits. */
    public long next() {
        state += 0x9e37_79b9_7f4a_7c15L;
        return mixed(state);
    }

    /** 64 bits in which each bit of {@code seed} has changed half of them. */
    public static long mixed(long seed) {
        long z = seed;
        z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return z ^ (z >>> 31);
    }

    /** A number of [0, bound); its bias is below bound / 2^64. */
    public long below(long bound) {
        return Math.unsignedMultiplyHigh(next(), bound);
    }
}
