package dev.balsa.raft.jraft.rpc;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** Certificates of files that do not change. */
record PemTls(SslContext server, SslContext client) implements RaftTls {
    static PemTls of(Path certificate, Path key, Path authority) throws SSLException {
        return new PemTls(
                SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                        .sslProvider(SslProvider.JDK)
                        .trustManager(authority.toFile())
                        .clientAuth(ClientAuth.REQUIRE)
                        .build(),
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .keyManager(certificate.toFile(), key.toFile())
                        .trustManager(authority.toFile())
                        .endpointIdentificationAlgorithm("")
                        .build());
    }

    @Override
    public SslHandler accepting(Channel channel) {
        return server.newHandler(channel.alloc());
    }

    @Override
    public SslHandler connecting(Channel channel) {
        return client.newHandler(channel.alloc());
    }
}
