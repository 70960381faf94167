package dev.balsa.raft;

/**
 * What a group guards itself with. Immutable.
 *
 * @param entriesInFlightMax proposals that may be on their way at once; one more is refused as Busy
 * @param diskFreeBytesMin below this much free space in the group's directory new entries are refused; 0 = no check
 * @param applyStallMaxMillis a replica with committed entries that applies none of them for this long is broken
 * @param readTimeoutMillis a read barrier that is not passed within this time fails
 * @param readsInFlightMax read barriers that may be on their way at once; one more is refused as Busy
 * @param snapshotBytesPerSecondMax how fast a snapshot is sent to a replica that fell behind
 * @param snapshotCloseMaxMillis how long closing waits for a snapshot that is being written
 */
public record RaftLimits(
        int entriesInFlightMax,
        long diskFreeBytesMin,
        int applyStallMaxMillis,
        int readTimeoutMillis,
        int readsInFlightMax,
        long snapshotBytesPerSecondMax,
        int snapshotCloseMaxMillis) {

    public static final RaftLimits DEFAULTS =
            new RaftLimits(4_096, 64L << 20, 30_000, 5_000, 4_096, 256L << 20, 30_000);

    /** The defaults but for these two. */
    public static RaftLimits of(int entriesInFlightMax, long diskFreeBytesMin) {
        return new RaftLimits(
                entriesInFlightMax,
                diskFreeBytesMin,
                DEFAULTS.applyStallMaxMillis,
                DEFAULTS.readTimeoutMillis,
                DEFAULTS.readsInFlightMax,
                DEFAULTS.snapshotBytesPerSecondMax,
                DEFAULTS.snapshotCloseMaxMillis);
    }
}
