package dev.balsa.node.engine.value;

import java.util.Arrays;

/** The leaves of a slot that outgrew one. Leaves of depth d fill 2^(depth - d) neighbouring places. */
final class Directory {
    final int epoch;
    final int depth;
    final long[][] leaves;
    int count;
    private long places; // 0 = not known

    Directory(int epoch, int depth, long[][] leaves, int count) {
        this.epoch = epoch;
        this.depth = depth;
        this.leaves = leaves;
        this.count = count;
    }

    int place(int hash) {
        return depth == 0 ? 0 : hash >>> (32 - depth);
    }

    void put(int from, int to, long[] leaf) {
        Arrays.fill(leaves, from, to, leaf);
        places = 0;
    }

    /** How many places there would be if all leaves were as full of them as the one that has most for its width. */
    long places() {
        if (places == 0) {
            for (long[] leaf : leaves) {
                places = Math.max(places, (long) leaf.length << SlotTable.depth(leaf));
            }
        }
        return places;
    }
}
