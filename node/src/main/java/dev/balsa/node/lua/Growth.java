package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/**
 * How large a table becomes when a new key finds no node: the sizes that C computes from the same keys.
 *
 * @param total how many keys there are, the new one too
 */
record Growth(int array, int nodes, int total) {
    private static final int ARRAY_BITS_MAX = 26;

    /** For a table whose keys from 1 are in {@code array} and whose others are the first {@code used} nodes. */
    static Growth of(@Nullable Object[] array, @Nullable Object[] keys, @Nullable Object[] values, int used,
            Object extra) {
        int[] counts = new int[ARRAY_BITS_MAX + 1];
        int inArray = 0;
        for (int i = 0; i < array.length; i++) {
            if (array[i] != null) {
                counts[ceilLog2(i + 1)]++;
                inArray++;
            }
        }
        int total = inArray + 1;
        int integers = inArray + count(extra, counts);
        for (int i = 0; i < used; i++) {
            if (values[i] != null) {
                total++;
                integers += count(keys[i], counts);
            }
        }
        return of(counts, integers, total);
    }

    /** The array becomes the largest power of two of which more than half would be in use. */
    private static Growth of(int[] counts, int integers, int total) {
        int size = 0;
        int kept = 0;
        int sum = 0;
        for (int i = 0, power = 1; i <= ARRAY_BITS_MAX && power / 2 < integers; i++, power *= 2) {
            sum += counts[i];
            if (counts[i] > 0 && sum > power / 2) {
                size = power;
                kept = sum;
            }
            if (sum == integers) {
                break;
            }
        }
        return new Growth(size, total - kept, total);
    }

    private static int count(@Nullable Object key, int[] counts) {
        int place = place(key);
        if (place == 0 || place > 1 << ARRAY_BITS_MAX) {
            return 0;
        }
        counts[ceilLog2(place)]++;
        return 1;
    }

    /** The place of a key in an array that is long enough, or 0. */
    static int place(@Nullable Object key) {
        return key instanceof Double d && d == (int) (double) d ? Math.max(0, (int) (double) d) : 0;
    }

    static int ceilLog2(int n) {
        return 32 - Integer.numberOfLeadingZeros(n - 1);
    }
}
