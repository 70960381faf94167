package dev.balsa.node.replication;

import java.util.ArrayDeque;

/** Batches to be used again: their arrays have grown to the load. Owned by the group's loop. */
final class Batches {
    private static final int KEPT_MAX = 16;
    private static final int KEPT_BYTES_MAX = 4 * 1024 * 1024;

    private final ArrayDeque<Batch> spare = new ArrayDeque<>();

    Batch take() {
        Batch batch = spare.poll();
        return batch == null ? new Batch() : batch;
    }

    void giveBack(Batch batch) {
        boolean keep = spare.size() < KEPT_MAX && batch.bytes() <= KEPT_BYTES_MAX;
        batch.reset();
        if (keep) {
            spare.push(batch);
        }
    }
}
