package dev.balsa.raft.jraft.rpc;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/**
 * Files in PEM for mutual TLS between replicas. Immutable.
 *
 * <p>The CA is the cluster: whoever holds a certificate of it may speak Raft, and nobody else. Host names are not
 * compared, because replicas know each other by addresses that move; so the CA must sign nothing but this cluster's
 * nodes.
 *
 * @param certFile this node's certificate, with intermediate ones after it
 * @param keyFile its private key, PKCS#8, without a password
 * @param caFile certificates of the authorities that peers must be signed by
 */
public record RaftTls(Path certFile, Path keyFile, Path caFile) {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /** @throws IllegalArgumentException if a file cannot be read or does not hold what it should */
    SslContext serverContext() {
        try {
            return SslContextBuilder.forServer(certFile.toFile(), keyFile.toFile())
                    .sslProvider(SslProvider.JDK)
                    .trustManager(caFile.toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols(PROTOCOLS)
                    .build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("raft TLS: " + e.getMessage() + " (" + this + ")", e);
        }
    }

    /** @throws IllegalArgumentException if a file cannot be read or does not hold what it should */
    SslContext clientContext() {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .keyManager(certFile.toFile(), keyFile.toFile())
                    .trustManager(caFile.toFile())
                    .endpointIdentificationAlgorithm("")
                    .protocols(PROTOCOLS)
                    .build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("raft TLS: " + e.getMessage() + " (" + this + ")", e);
        }
    }
}
