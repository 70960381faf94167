package dev.balsa.proxy.upstream;

import dev.balsa.proxy.tls.TlsLinks;
import dev.balsa.proxy.transport.IoTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;

/** Connections on a given event loop. Stateless. */
final class Loops {
    private Loops() {}

    /** @param link what is at this end of the connection, behind TLS if that is configured */
    static Bootstrap bootstrap(EventLoop loop, UpstreamSettings settings, ChannelHandler link) {
        TlsLinks tls = settings.tls();
        return new Bootstrap()
                .group(loop)
                .channel(IoTransport.of(loop).connected())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMillis())
                .handler(tls == null ? link : new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(tls.connect(channel), link);
                    }
                });
    }
}
