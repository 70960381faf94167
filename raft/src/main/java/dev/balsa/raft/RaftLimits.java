package dev.balsa.raft;

/**
 * What a group guards itself with. Immutable.
 *
 * @param diskFreeBytesMin below this much free space in the group's directory new entries are refused; 0 = no check
 * @param applyStallMaxMillis a replica with committed entries that applies none of them for this long is broken
 * @param readTimeoutMillis a read barrier that is not passed within this time fails
 * @param readsInFlightMax read barriers that may be on their way at once; one more is refused as Busy
 * @param snapshotBytesPerSecondMax how fast a snapshot is sent to a replica that fell behind
 * @param snapshotCloseMaxMillis how long closing waits for a snapshot that is being written
 */
public record RaftLimits(
        long diskFreeBytesMin,
        int applyStallMaxMillis,
        int readTimeoutMillis,
        int readsInFlightMax,
        long snapshotBytesPerSecondMax,
        int snapshotCloseMaxMillis) {

    public static final RaftLimits DEFAULTS = new RaftLimits(64L << 20, 30_000, 5_000, 4_096, 256L << 20, 30_000);

    public RaftLimits withDiskFreeBytesMin(long bytes) {
        return new RaftLimits(
                bytes, applyStallMaxMillis, readTimeoutMillis, readsInFlightMax, snapshotBytesPerSecondMax,
                        snapshotCloseMaxMillis);
    }
}
