package dev.balsa.node.replication;

/**
 * Reads that share one barrier. Answered once: by the ReadIndex round that was started for them, or, if it comes first, by a committed entry that was
 * proposed after they had arrived (its commit proves the same: this replica still led then). The latter keeps a connection's order: a write never
 * overtakes a read that was sent before it. Owned by the group's loop.
 */
final class ReadRound {
    final Batch reads;
    /** Whether no ReadIndex round is out for it any more, so that only an entry in flight can answer it. */
    final boolean leftToEntry;

    boolean answered;

    ReadRound(Batch reads, boolean leftToEntry) {
        this.reads = reads;
        this.leftToEntry = leftToEntry;
    }
}
