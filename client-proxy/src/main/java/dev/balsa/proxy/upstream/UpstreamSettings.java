package dev.balsa.proxy.upstream;

/**
 * How nodes are reached. Immutable.
 *
 * @param password of the nodes' default user; empty: none is needed
 * @param inFlightMaxBytes most bytes of unanswered requests per link; more are refused as busy
 * @param connectTimeoutMillis until a connection attempt and its greeting count as failed
 * @param pingMillis how often a node that owes replies is asked whether it lives
 * @param pingTimeoutMillis how long it may take to answer; then its links are closed if another node leads, and five times
 *     that later in any case
 * @param idleMillis a link that was not used for so long is closed
 * @param backoffMaxMillis longest pause between two connection attempts
 */
public record UpstreamSettings(
        String password,
        int inFlightMaxBytes,
        int connectTimeoutMillis,
        int pingMillis,
        int pingTimeoutMillis,
        int idleMillis,
        int backoffMaxMillis) {

    /** What suits a cluster in one place. */
    public static final UpstreamSettings DEFAULT = new UpstreamSettings("", 64 << 20, 1_000, 250, 1_000, 60_000, 500);

    public UpstreamSettings withPassword(String nodesPassword) {
        return new UpstreamSettings(nodesPassword, inFlightMaxBytes, connectTimeoutMillis, pingMillis,
                pingTimeoutMillis,
                idleMillis, backoffMaxMillis);
    }
}
