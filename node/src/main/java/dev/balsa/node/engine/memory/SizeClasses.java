package dev.balsa.node.engine.memory;

/**
 * Rounds sizes up to the few that slabs are cut into: multiples of 8 bytes up to 512, from there eight steps per
 * doubling (at most 12.5 % more than asked for) up to
 * 128 KiB. Immutable.
 */
final class SizeClasses {
    /** Number of classes; they are numbered from 1 so that 0 can mean "none". */
    static final int COUNT;

    /** The largest size that is cut from a slab. */
    static final int LARGEST_BYTES = 128 << 10;

    private static final int FINE_MAX_BYTES = 512;
    private static final int FINE_SHIFT = 3;
    private static final int FINE_COUNT = FINE_MAX_BYTES >> FINE_SHIFT;
    private static final int STEPS_PER_DOUBLING = 8;
    private static final int[] BYTES;

    static {
        int doublings = Integer.numberOfTrailingZeros(LARGEST_BYTES / FINE_MAX_BYTES);
        COUNT = FINE_COUNT + doublings * STEPS_PER_DOUBLING;
        BYTES = new int[COUNT + 1];
        for (int i = 1; i <= COUNT; i++) {
            int coarse = i - FINE_COUNT - 1;
            BYTES[i] = i <= FINE_COUNT
                    ? i << FINE_SHIFT
                    : (FINE_MAX_BYTES << (coarse / STEPS_PER_DOUBLING)) / STEPS_PER_DOUBLING
                            * (STEPS_PER_DOUBLING + 1 + coarse % STEPS_PER_DOUBLING);
        }
    }

    private SizeClasses() {}

    /** The smallest class that holds {@code size} bytes (1 to {@link #LARGEST_BYTES}). */
    static int classFor(int size) {
        if (size <= FINE_MAX_BYTES) {
            return (size + 7) >> FINE_SHIFT;
        }
        int doubling = 31 - Integer.numberOfLeadingZeros(size - 1); // 2^doubling < size <= 2^(doubling + 1)
        int step = ((size - 1) >> (doubling - 3)) - STEPS_PER_DOUBLING;
        return FINE_COUNT + 1 + (doubling - 9) * STEPS_PER_DOUBLING + step;
    }

    /** Bytes of a class's blobs. */
    static int bytes(int sizeClass) {
        return BYTES[sizeClass];
    }
}
