package dev.balsa.node.engine;

import dev.balsa.node.engine.memory.Slabs;
import java.util.Arrays;

/*
 * The problem: millions of deadlines, set, moved and dropped at the speed of SET; the next one at any time; the due
 * ones in bounded slices.
 *
 * A hierarchical timing wheel (Varghese and Lauck, SOSP 1987), eight levels of 256 buckets. A deadline that differs
 * from the wheel's time first
 * in byte k (counted from the lowest) lies on level k, in the bucket of its own byte k:
 *
 *     wheel's time  0x 00 00 01 8f 3a 20 11 07
 *     deadline      0x 00 00 01 8f 3a 21 00 00     ->  level 2, bucket 0x21
 *
 * When the wheel's time reaches a bucket of level k > 0, its entries move to lower levels; a bucket of level 0 holds
 * one single millisecond, so
 * its whole list becomes due at once. Entries are doubly linked in arrays; the blob of a key knows its entry, the
 * entry its blob.
 *
 *     add, remove, move     O(1), no search: a list needs no head to unlink from
 *     advance               skips empty buckets by a bitmap; moves at most `limit` entries a call, so a million
 *     equal deadlines stall nobody
 *     memory                12 bytes an entry, and 12 in the blob
 *
 * The deadlines themselves stay in the blobs. Of hashes whose fields have deadlines an entry knows whether the key has one
 * of its own, for counting.
 */

/** References of keys by deadline. Owned by the engine thread. */
final class ExpiryIndex {
    /** Bytes of an entry beside the blob's own. */
    static final int ENTRY_BYTES = 12;

    private static final int LEVELS = 8;
    private static final int BUCKETS = 256;
    private static final int DUE = LEVELS * BUCKETS; // the list of those whose time has come
    private static final int SENTINELS = DUE + 1;

    private static final int RANDOM_STEPS = 1024;
    private static final byte FIELDS = 1;
    private static final byte ONLY_FIELDS = 2;

    private final Blobs blobs;
    private int[] refs = new int[SENTINELS + 15]; // a free entry's ref links to the next free one
    private int[] next = new int[SENTINELS + 15];
    private int[] previous = new int[SENTINELS + 15];
    private final long[] occupied = new long[DUE / 64];
    private int firstFree;
    private int entries = SENTINELS;
    private int size;
    private byte[] marks = {}; // as long as an entry is marked
    private int ofFields;
    private int ofFieldsOnly;
    private int sinking; // the bucket of level > 0 that the wheel's time stands in, 0 = none
    private long wheelMillis;

    ExpiryIndex(Blobs blobs) {
        this.blobs = blobs;
        for (int i = 0; i < SENTINELS; i++) {
            next[i] = i;
            previous[i] = i;
        }
    }

    int size() {
        return size;
    }

    /** Hashes of which a field has a deadline. */
    int ofFields() {
        return ofFields;
    }

    /** Those of them whose key has none of its own. */
    int ofFieldsOnly() {
        return ofFieldsOnly;
    }

    /** The entry is that of a hash whose fields have deadlines; until it is moved or removed. */
    void mark(int entry, boolean onlyFields) {
        unmark(entry);
        if (marks.length <= entry) {
            marks = Arrays.copyOf(marks, refs.length);
        }
        marks[entry] = onlyFields ? ONLY_FIELDS : FIELDS;
        ofFields++;
        ofFieldsOnly += onlyFields ? 1 : 0;
    }

    private void unmark(int entry) {
        if (entry < marks.length && marks[entry] != 0) {
            ofFields--;
            ofFieldsOnly -= marks[entry] == ONLY_FIELDS ? 1 : 0;
            marks[entry] = 0;
            marks = ofFields == 0 ? new byte[0] : marks;
        }
    }

    /** A reference with a deadline, picked by {@code seed}; 0 when none was met within {@link #RANDOM_STEPS}. */
    int random(long seed) {
        int used = entries - SENTINELS;
        int start = used == 0 ? 0 : (int) Long.remainderUnsigned(seed, used);
        for (int i = 0; i < Math.min(used, RANDOM_STEPS); i++) {
            int entry = SENTINELS + (start + i) % used;
            if (next[entry] != entry) {
                return refs[entry];
            }
        }
        return 0;
    }

    long usedBytes() {
        return 3L * (16 + 4L * refs.length) + marks.length;
    }

    /** Takes in a blob with a deadline (positive); returns the entry that the blob has to remember. */
    int add(int ref, long deadlineMillis) {
        int entry = firstFree;
        if (entry != 0) {
            firstFree = refs[entry];
        } else {
            if (entries == refs.length) {
                grow();
            }
            entry = entries++;
        }
        refs[entry] = ref;
        link(bucket(deadlineMillis), entry);
        size++;
        return entry;
    }

    /** The key of an entry has a new blob or a new deadline. */
    void move(int entry, int ref, long deadlineMillis) {
        unmark(entry);
        refs[entry] = ref;
        unlink(entry);
        link(bucket(deadlineMillis), entry);
    }

    void remove(int entry) {
        unmark(entry);
        unlink(entry);
        next[entry] = entry; // free
        refs[entry] = firstFree;
        firstFree = entry;
        size--;
    }

    /**
     * A key whose deadline is at most {@code millis}; 0 when there is none, or when {@code limit} entries were moved
     * (then {@link #nextMillis} is due).
     */
    int due(long millis, int limit) {
        int left = limit;
        while (next[DUE] == DUE) {
            if (sinking != 0) {
                left = sink(left);
                if (left == 0) {
                    return 0;
                }
                continue;
            }
            int bucket = firstOccupied();
            long start = bucket < 0 ? Long.MAX_VALUE : start(bucket);
            if (start > millis) {
                wheelMillis = Math.max(wheelMillis, millis);
                return 0;
            }
            wheelMillis = Math.max(wheelMillis, start);
            if (bucket < BUCKETS) {
                spliceToDue(bucket);
            } else {
                sinking = bucket;
            }
        }
        return refs[next[DUE]];
    }

    /** A lower bound of all deadlines, exact to the width of its bucket; Long.MAX_VALUE when there is none. */
    long nextMillis() {
        if (next[DUE] != DUE || sinking != 0) {
            return Math.max(wheelMillis, 1);
        }
        int bucket = firstOccupied();
        return bucket < 0 ? Long.MAX_VALUE : Math.max(start(bucket), 1);
    }

    // -- wheel --------------------------------------------------------------------------------------------------

    private int bucket(long deadlineMillis) {
        if (deadlineMillis <= wheelMillis) {
            return DUE;
        }
        int level = (63 - Long.numberOfLeadingZeros(deadlineMillis ^ wheelMillis)) >> 3;
        return level * BUCKETS + (int) ((deadlineMillis >>> (level * 8)) & 0xff);
    }

    /** The first millisecond of a bucket: the wheel's time above its level, its own number there, zeros below. */
    private long start(int bucket) {
        int level = bucket / BUCKETS;
        long above = level == LEVELS - 1 ? 0 : wheelMillis & (-1L << ((level + 1) * 8));
        return above | ((long) (bucket % BUCKETS) << (level * 8));
    }

    /**
     * All buckets of a lower level come before those of a higher one, so the first bit of the bitmap is the earliest
     * bucket.
     */
    private int firstOccupied() {
        for (int word = 0; word < occupied.length; word++) {
            while (occupied[word] != 0) {
                int bucket = word * 64 + Long.numberOfTrailingZeros(occupied[word]);
                if (next[bucket] != bucket) {
                    return bucket;
                }
                occupied[word] &= occupied[word] - 1; // emptied by remove, which does not know its bucket
            }
        }
        return -1;
    }

    private void spliceToDue(int bucket) {
        int first = next[bucket];
        int last = previous[bucket];
        int tail = previous[DUE];
        next[tail] = first;
        previous[first] = tail;
        next[last] = DUE;
        previous[DUE] = last;
        next[bucket] = bucket;
        previous[bucket] = bucket;
    }

    private int sink(int limit) {
        int bucket = sinking;
        int left = limit;
        for (int entry = next[bucket]; entry != bucket && left > 0; entry = next[bucket], left--) {
            unlink(entry);
            link(bucket(blobs.deadline(Slabs.offset(refs[entry]))), entry);
        }
        if (next[bucket] == bucket) {
            sinking = 0;
        }
        return left;
    }

    private void link(int list, int entry) {
        int tail = previous[list];
        next[tail] = entry;
        previous[entry] = tail;
        next[entry] = list;
        previous[list] = entry;
        if (list != DUE) {
            occupied[list >> 6] |= 1L << list;
        }
    }

    private void unlink(int entry) {
        next[previous[entry]] = next[entry];
        previous[next[entry]] = previous[entry];
    }

    private void grow() {
        int length = refs.length + (refs.length >> 1);
        refs = Arrays.copyOf(refs, length);
        next = Arrays.copyOf(next, length);
        previous = Arrays.copyOf(previous, length);
    }
}
