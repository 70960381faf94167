package dev.balsa.node.engine.value;

/*
 * Which blobs of a value are newer than its readers: asked at each change while there are readers, so a lookup has to
 * be a probe or two. Open addressing with linear probing at a load of up to a half; a removal moves what follows back
 * (Knuth vol. 3, 6.4, algorithm R), so there are no tombstones.
 *
 *     places   [ 0 | ref | ref | 0 | ... ]     0 = free; 8 to 16 bytes a reference
 */

/** A set of references, none of them 0. Its order is never seen. Owned by one thread. */
final class RefSet {
    private static final int[] NOTHING = {};

    private int[] places = NOTHING;
    private int size;

    boolean contains(int ref) {
        return size > 0 && places[placeOf(ref)] == ref;
    }

    /** Adds one that is not in the set. */
    void add(int ref) {
        if (size * 2 >= places.length) {
            grow();
        }
        places[placeOf(ref)] = ref;
        size++;
    }

    /** False if it was not there. */
    boolean remove(int ref) {
        if (!contains(ref)) {
            return false;
        }
        int mask = places.length - 1;
        int gap = placeOf(ref);
        for (int i = (gap + 1) & mask; places[i] != 0; i = (i + 1) & mask) {
            // It may move to the gap unless its home lies behind the gap.
            if (((i - home(places[i])) & mask) >= ((i - gap) & mask)) {
                places[gap] = places[i];
                gap = i;
            }
        }
        places[gap] = 0;
        size--;
        return true;
    }

    /** Where it is, or the free place where it would be. */
    private int placeOf(int ref) {
        int i = home(ref);
        while (places[i] != 0 && places[i] != ref) {
            i = (i + 1) & (places.length - 1);
        }
        return i;
    }

    private int home(int ref) {
        return ref * 0x9E37_79B9 >>> Integer.numberOfLeadingZeros(places.length - 1);
    }

    private void grow() {
        int[] before = places;
        places = new int[Math.max(16, before.length * 2)];
        for (int ref : before) {
            if (ref != 0) {
                places[placeOf(ref)] = ref;
            }
        }
    }
}
