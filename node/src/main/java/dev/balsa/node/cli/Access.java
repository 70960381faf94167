package dev.balsa.node.cli;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.proxy.acl.LinkSecret;
import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What a tool connects with. Immutable.
 *
 * @param user empty: the default one
 * @param password empty: none is given
 * @param tls null: in the clear
 */
record Access(String user, String password, @Nullable SSLContext tls) {
    /** To the cluster port of a node, as one that belongs to its cluster. */
    static Access link(NodeConfig config) throws IOException {
        String proof = new String(LinkSecret.proof(config.clusterSecret()), StandardCharsets.US_ASCII);
        return new Access(LinkSecret.USER, proof,
                config.tlsCluster() ? Tls.forTools(TlsConfig.of(config::value), false) : null);
    }

    /** Without the password: records end up in logs. */
    @Override
    public String toString() {
        return "Access[user=" + user + ", tls=" + (tls != null) + "]";
    }
}
