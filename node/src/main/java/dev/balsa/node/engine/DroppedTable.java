package dev.balsa.node.engine;

import dev.balsa.node.engine.memory.Slabs;

/** A table that its database let go and whose blobs are still to be freed, leaf by leaf. Owned by the engine thread. */
final class DroppedTable {
    private final SlotTable table;
    private int slot;
    private long hash;

    DroppedTable(SlotTable table) {
        this.table = table;
    }

    boolean isEmpty() {
        return slot == KeyHash.SLOTS;
    }

    long bytes() {
        return table.usedBytes();
    }

    /** Frees blobs, at least one leaf's, until {@code limit} or more are freed; returns how much work it was. */
    int free(Slabs slabs, int limit) {
        int work = 0;
        while (slot < KeyHash.SLOTS && work < limit) {
            work++;
            long[] leaf = table.leaf(slot, (int) hash);
            if (leaf != null) {
                int end = SlotTable.end(leaf);
                for (int i = SlotTable.lowerBound(leaf, hash); i < end; i = SlotTable.following(leaf, i)) {
                    slabs.free(SlotTable.refAt(leaf, i));
                    work++;
                }
            }
            hash = leaf == null ? 1L << 32 : SlotTable.leafEnd(leaf, (int) hash);
            if (hash == 1L << 32) {
                hash = 0;
                slot++;
            }
        }
        return work;
    }
}
