package dev.balsa.node.command;

import dev.balsa.node.engine.value.Chance;

/**
 * What HRANDFIELD, SRANDMEMBER and ZRANDMEMBER have in common: their count, and choosing some of many without
 * repetition. There are two ways. Who walks over all elements takes each with the chance that makes all choices
 * equally likely ({@link #takes}; Knuth, The Art of Computer Programming 3.4.2, algorithm S): right when many are
 * wanted. Who picks one after the other drops what was picked before ({@link #isNew}).
 */
final class RandomPick {
    /** More picks with repetition than this are refused: the reply has to fit into memory. */
    static final long REPEATED_MAX = 1 << 24;

    /** From one wanted of so many on it is cheaper to pick than to walk. */
    private static final int WALK_BELOW = 4;

    private final Chance chance;
    private long left;
    private long wanted;
    private int[] picked = new int[0];

    /** @param wanted of {@code size} elements, at most as many */
    RandomPick(long seed, long size, long wanted) {
        chance = new Chance(seed);
        left = size;
        this.wanted = wanted;
    }

    /**
     * Reads argument {@code i} as a count of any sign into {@link Call#number}, or replies the error of Redis and
     * answers false.
     */
    static boolean readsCount(Call call, int i) {
        if (!call.readsInteger(i)) {
            return false;
        }
        if (call.number() == Long.MIN_VALUE) {
            call.reply().error(CommandError.range(-Long.MAX_VALUE, Long.MAX_VALUE));
            return false;
        }
        if (call.number() < -REPEATED_MAX) {
            call.reply().error(CommandError.range(-REPEATED_MAX, Long.MAX_VALUE));
            return false;
        }
        return true;
    }

    /** Whether to walk over all elements, not to pick one after the other. */
    boolean walks() {
        return wanted >= left / WALK_BELOW;
    }

    /** Whether the next element of the walk is among the chosen. */
    boolean takes() {
        boolean takes = wanted > 0 && chance.below(left) < wanted;
        left--;
        wanted -= takes ? 1 : 0;
        return takes;
    }

    /** The seed of the next pick. */
    long nextSeed() {
        return chance.next();
    }

    /** Whether a pick (known by a number other than 0) is the first of its kind. */
    boolean isNew(int pick) {
        if (picked.length == 0) {
            // Twice the room, a power of two: open addressing with few collisions.
            picked = new int[Integer.highestOneBit((int) Math.min(wanted, 1 << 28)) << 2];
        }
        int mask = picked.length - 1;
        int at = (pick * 0x9e37_79b9) >>> 7 & mask;
        while (picked[at] != 0) {
            if (picked[at] == pick) {
                return false;
            }
            at = at + 1 & mask;
        }
        picked[at] = pick;
        return true;
    }
}
