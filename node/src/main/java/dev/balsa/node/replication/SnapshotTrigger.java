package dev.balsa.node.replication;

/**
 * Decides when a snapshot is worth its work: when the log since the last one is larger than a bound, and larger than the data. Owned by the group's loop, except
 * {@link #saved}.
 */
public final class SnapshotTrigger {
    private final long minLogBytes;
    private final Runnable start;
    private long sinceBytes;
    private boolean started;
    private volatile boolean reset;

    /** @param start begins a snapshot of the group; may fail quietly */
    public SnapshotTrigger(long minLogBytes, Runnable start) {
        this.minLogBytes = minLogBytes;
        this.start = start;
    }

    void applied(int bytes, long dataBytes) {
        if (reset) {
            reset = false;
            started = false;
            sinceBytes = 0;
        }
        sinceBytes += bytes;
        if (!started && sinceBytes >= minLogBytes && sinceBytes >= dataBytes) {
            started = true;
            start.run();
        }
    }

    /** A snapshot was saved, or one failed: count anew. */
    public void saved() {
        reset = true;
    }
}
