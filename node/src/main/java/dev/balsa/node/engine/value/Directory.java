package dev.balsa.node.engine.value;

import java.util.Arrays;

/** The leaves of a slot that outgrew one. Leaves of depth d fill 2^(depth - d) neighbouring places. */
final class Directory {
    final int epoch;
    final int depth;
    final long[][] leaves;
    int count;

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
    }
}
