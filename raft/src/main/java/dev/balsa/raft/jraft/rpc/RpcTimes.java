package dev.balsa.raft.jraft.rpc;

/**
 * Waiting times of the transport. Immutable.
 *
 * @param connectTimeoutMillis for TCP, TLS and handshake together, on either side
 * @param reconnectMinMillis pause after a first failed attempt; it doubles
 * @param reconnectMaxMillis up to this
 * @param silenceMaxMillis a connection on which nothing arrives for so long, although it was pinged, is closed. This
 *     is what ends a connection through a network that swallows packets; TCP alone would take minutes
 */
public record RpcTimes(int connectTimeoutMillis, int reconnectMinMillis, int reconnectMaxMillis, int silenceMaxMillis) {
    public static final RpcTimes DEFAULT = new RpcTimes(1000, 25, 500, 3000);

    /** @throws IllegalArgumentException if a time is not positive or the least pause is longer than the greatest */
    public RpcTimes {
        if (connectTimeoutMillis < 1 || reconnectMinMillis < 1 || silenceMaxMillis < 4) {
            throw new IllegalArgumentException("times must be positive, silenceMaxMillis at least 4");
        }
        if (reconnectMinMillis > reconnectMaxMillis) {
            throw new IllegalArgumentException("reconnectMinMillis > reconnectMaxMillis");
        }
    }
}
