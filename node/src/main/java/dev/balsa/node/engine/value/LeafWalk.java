package dev.balsa.node.engine.value;

/** Walks all references of a table that nobody changes any more, in slices. Owned by one thread. */
public final class LeafWalk {
    private final SlotTable table;
    private int slot;
    private long hash;

    public LeafWalk(SlotTable table) {
        this.table = table;
    }

    /** Whether everything was visited. */
    public boolean isDone() {
        return slot == table.slots();
    }

    /** Visits whole leaves until about {@code limit} references or empty slots were passed; returns how many. */
    public int next(int limit, Visitor visitor) {
        int work = 0;
        while (slot < table.slots() && work < limit) {
            work++;
            long[] leaf = table.leaf(slot, (int) hash);
            if (leaf != null) {
                int end = SlotTable.end(leaf);
                for (int i = SlotTable.lowerBound(leaf, hash); i < end; i = SlotTable.following(leaf, i)) {
                    visitor.visit(SlotTable.refAt(leaf, i));
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

    /** Receives references. */
    @FunctionalInterface
    public interface Visitor {
        void visit(int ref);
    }
}
