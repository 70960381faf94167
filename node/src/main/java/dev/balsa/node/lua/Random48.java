package dev.balsa.node.lua;

/** The generator of math.random in Redis: 48 bits, as drand48 of C. */
public final class Random48 {
    private static final long FACTOR = 0x5DEECE66DL;
    private static final long STEP = 0xB;
    private static final long LOW = 0x330E;
    private static final long MASK = (1L << 48) - 1;

    private long state;

    public Random48(long seed) {
        seed(seed);
    }

    /** Begins anew. */
    public void seed(long seed) {
        state = (seed & 0xFFFF_FFFFL) << 16 | LOW;
    }

    /** 0 to 2^31 - 1. */
    public int next() {
        state = state * FACTOR + STEP & MASK;
        return (int) (state >>> 17);
    }
}
