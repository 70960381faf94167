package dev.balsa.node.replication;

/** The seeds that a leader writes into its entries: SplitMix64 from a start that differs between processes. Owned by the group's loop. */
public final class SeedSequence {
    private long state;

    SeedSequence(long start) {
        state = start;
    }

    long next() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** The seed of command {@code index} within an entry. */
    public static long ofCommand(long entrySeed, int index) {
        return entrySeed + index * 0x9E3779B97F4A7C15L;
    }
}
