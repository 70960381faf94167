package dev.balsa.node.engine;

/** A table that its database let go and whose blobs are still to be freed, leaf by leaf. Owned by the engine thread. */
final class DroppedTable implements Dropped {
    private final Keyspace keyspace;
    private final SlotTable table;
    private int slot;
    private long hash;

    DroppedTable(Keyspace keyspace, SlotTable table) {
        this.keyspace = keyspace;
        this.table = table;
    }

    @Override
    public boolean isEmpty() {
        return slot == KeyHash.SLOTS;
    }

    @Override
    public long bytes() {
        return table.usedBytes();
    }

    /** Frees at least one leaf's blobs; large values among them are dropped in their turn. */
    @Override
    public int free(int limit) {
        int work = 0;
        while (slot < KeyHash.SLOTS && work < limit) {
            work++;
            long[] leaf = table.leaf(slot, (int) hash);
            if (leaf != null) {
                int end = SlotTable.end(leaf);
                for (int i = SlotTable.lowerBound(leaf, hash); i < end; i = SlotTable.following(leaf, i)) {
                    keyspace.freeDropped(SlotTable.refAt(leaf, i));
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
