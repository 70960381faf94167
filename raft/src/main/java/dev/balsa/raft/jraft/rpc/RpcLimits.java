package dev.balsa.raft.jraft.rpc;

/**
 * Bounds of the transport. Immutable.
 *
 * @param frameMaxBytes longest message, either way. Must admit an AppendEntries: JRaft stops filling one <em>after</em>
 *     maxBodySize is reached, so this is maxBodySize plus the longest log entry plus some 64 bytes an entry
 * @param outgoingMaxBytes bytes that may wait for one connection; beyond it new requests fail at once. One frame may
 *     stick out, so a connection holds at most outgoingMaxBytes + frameMaxBytes. Should admit what JRaft keeps in
 *     flight to one follower, maxReplicatorInflightMsgs of maxBodySize in each group: JRaft answers a failed request
 *     by sending everything again that was not acknowledged
 * @param pendingRequestsMax requests without a reply on one connection; one more fails at once
 * @param connectionsMax accepted connections; one more is closed at once
 * @param installsMax snapshot installations that may run at once in this process; each blocks a thread for as long as
 *     it takes
 */
public record RpcLimits(
        int frameMaxBytes, int outgoingMaxBytes, int pendingRequestsMax, int connectionsMax, int installsMax) {
    public static final RpcLimits DEFAULT = new RpcLimits(64 << 20, 64 << 20, 16_384, 256, 16);

    /** @throws IllegalArgumentException if a limit leaves no room for ordinary messages */
    public RpcLimits {
        if (frameMaxBytes < Frames.HANDSHAKE_MAX_BYTES || outgoingMaxBytes < 1024) {
            throw new IllegalArgumentException("frameMaxBytes and outgoingMaxBytes must be at least 1024");
        }
        if (pendingRequestsMax < 1 || connectionsMax < 1 || installsMax < 1) {
            throw new IllegalArgumentException("pendingRequestsMax, connectionsMax and installsMax must be positive");
        }
    }
}
