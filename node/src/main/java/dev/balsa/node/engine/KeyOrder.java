package dev.balsa.node.engine;

import dev.balsa.node.engine.memory.Slabs;
import dev.balsa.node.engine.value.SlotTable;

/** Visits the keys of a table in their order: slot, hash, key. Lives for one call; owned by the engine thread. */
final class KeyOrder {
    /** Neighbours among which RANDOMKEY chooses: evens out the unequal gaps between hashes. */
    private static final int RANDOM_NEIGHBOURS = 16;

    private final Keyspace keyspace;
    private final SlotTable table;

    KeyOrder(Keyspace keyspace, SlotTable table) {
        this.keyspace = keyspace;
        this.table = table;
    }

    /** A live key picked by {@code seed}, or MISSING when there is none. */
    int random(long seed) {
        KeyWalker.Pick pick = new KeyWalker.Pick((int) (seed >>> 5) & (RANDOM_NEIGHBOURS - 1));
        int start = (int) (seed >>> 32) & (KeyHash.SLOTS - 1);
        walk(start, (seed * 0x9e37_79b9_7f4a_7c15L) >>> 32, KeyHash.SLOTS, pick);
        while (pick.left() >= 0) {
            int before = pick.left();
            walk(0, 0, KeyHash.SLOTS, pick);
            int live = before - pick.left();
            if (live == 0) {
                break;
            }
            pick.skipRounds(live);
        }
        return pick.picked();
    }

    /** As {@link Database#scan}. */
    long scan(long cursor, int count, Database.KeyVisitor visitor) {
        int slot = (int) (cursor >>> 33) & (KeyHash.SLOTS - 1);
        KeyWalker.Limited limited = new KeyWalker.Limited(visitor, Math.max(1, count), false);
        long end = walk(slot, cursor & 0x1_ffff_ffffL, KeyHash.SLOTS, limited);
        return end < 0 ? 0 : end;
    }

    /** As {@link Database#scanSlot}. */
    void scanSlot(int slot, int count, Database.KeyVisitor visitor) {
        walk(slot, 0, slot + 1, new KeyWalker.Limited(visitor, count, true));
    }

    /**
     * Walks keys from (slot, hash) up to the end of slot {@code slotEnd} - 1; returns the position after the last
     * one, or -1 at the end.
     */
    private long walk(int slotFrom, long hashFrom, int slotEnd, KeyWalker walker) {
        long hash = hashFrom;
        for (int at = slotFrom; at < slotEnd; at++) {
            while (hash < 1L << 32) {
                long[] leaf = table.leaf(at, (int) hash);
                if (leaf == null) {
                    break;
                }
                boolean enough = false;
                long lastHash = -1;
                int end = SlotTable.end(leaf);
                for (int i = SlotTable.lowerBound(leaf, hash); i < end; i = SlotTable.following(leaf, i)) {
                    long hashThere = SlotTable.hashAt(leaf, i);
                    if (enough && hashThere != lastHash) {
                        return (long) at << 33 | hashThere;
                    }
                    int ref = SlotTable.refAt(leaf, i);
                    enough |= !walker.visit(ref, keyspace.isDeadKey(Slabs.offset(ref)));
                    lastHash = hashThere;
                }
                hash = SlotTable.leafEnd(leaf, (int) hash);
                if (enough) {
                    return hash < 1L << 32 ? (long) at << 33 | hash : at + 1 < slotEnd ? (long) (at + 1) << 33 : -1;
                }
            }
            hash = 0;
        }
        return -1;
    }
}
