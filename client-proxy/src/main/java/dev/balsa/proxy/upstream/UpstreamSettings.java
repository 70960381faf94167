package dev.balsa.proxy.upstream;

import dev.balsa.proxy.acl.LinkSecret;
import dev.balsa.proxy.tls.TlsLinks;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How nodes are reached. Immutable.
 *
 * @param secret of the cluster, from which follows what a link logs in with; empty: the cluster has none
 * @param tls null: in the clear
 * @param inFlightMaxBytes most bytes of unanswered requests per link; more are refused as busy
 * @param connectTimeoutMillis until a connection attempt and its greeting count as failed
 * @param pingMillis how often a node that owes replies is asked whether it lives
 * @param pingTimeoutMillis how long it may take to answer; then its links are closed if another node leads, and five times
 *     that later in any case
 * @param idleMillis a link that was not used for so long is closed
 * @param backoffMaxMillis longest pause between two connection attempts
 */
public record UpstreamSettings(
        String secret,
        @Nullable TlsLinks tls,
        int inFlightMaxBytes,
        int connectTimeoutMillis,
        int pingMillis,
        int pingTimeoutMillis,
        int idleMillis,
        int backoffMaxMillis) {

    /** What suits a cluster in one place. */
    public static final UpstreamSettings DEFAULT = new UpstreamSettings("", null, 64 << 20, 1_000, 250, 1_000, 60_000, 500);

    /** What a link gives in the place of a password. */
    String proof() {
        return new String(LinkSecret.proof(secret), StandardCharsets.US_ASCII);
    }

    public UpstreamSettings withSecret(String ofCluster) {
        return new UpstreamSettings(ofCluster, tls, inFlightMaxBytes, connectTimeoutMillis, pingMillis,
                pingTimeoutMillis, idleMillis, backoffMaxMillis);
    }

    public UpstreamSettings withTls(@Nullable TlsLinks ofLinks) {
        return new UpstreamSettings(secret, ofLinks, inFlightMaxBytes, connectTimeoutMillis, pingMillis,
                pingTimeoutMillis, idleMillis, backoffMaxMillis);
    }
}
