package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LeafWalk;
import dev.balsa.node.engine.value.SlotTable;

/** A table that its database let go and whose blobs are still to be freed, leaf by leaf. Owned by the engine thread. */
final class DroppedTable implements Dropped {
    private final Keyspace keyspace;
    private final SlotTable table;
    private final LeafWalk rest;

    DroppedTable(Keyspace keyspace, SlotTable table) {
        this.keyspace = keyspace;
        this.table = table;
        rest = new LeafWalk(table);
    }

    @Override
    public boolean isEmpty() {
        return rest.isDone();
    }

    @Override
    public long bytes() {
        return table.usedBytes();
    }

    /** Frees at least one leaf's blobs; large values among them are dropped in their turn. */
    @Override
    public int free(int limit) {
        return rest.next(limit, keyspace::freeDropped);
    }
}
