package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.util.Endpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Makes outgoing connections. Thread-safe: immutable. */
final class Connector {
    private final RaftRpc rpc;
    private final @Nullable RaftTls tls;

    Connector(RaftRpc rpc) {
        this.rpc = rpc;
        this.tls = rpc.config().tls();
    }

    /** Starts an attempt; the peer hears {@code onUp} or {@code onDown} on its loop. Names are looked up elsewhere. */
    void connect(Peer peer) {
        Endpoint endpoint = peer.endpoint();
        if (NetUtil.isValidIpV4Address(endpoint.getIp()) || NetUtil.isValidIpV6Address(endpoint.getIp())) {
            connect(peer, new InetSocketAddress(endpoint.getIp(), endpoint.getPort()));
            return;
        }
        // Looking up a name may block for seconds: never on a loop.
        peer.lanes().runControl(() -> {
            InetSocketAddress resolved = new InetSocketAddress(endpoint.getIp(), endpoint.getPort());
            peer.loop().execute(() -> connect(peer, resolved));
        });
    }

    private void connect(Peer peer, InetSocketAddress address) {
        if (address.isUnresolved()) {
            peer.onDown(null, new UnknownHostException("unknown host " + address.getHostString()));
            return;
        }
        RpcConfig config = rpc.config();
        ChannelFuture attempt = Transports.tune(new Bootstrap().group(peer.loop()), config)
                .channel(Transports.clientChannel(rpc.loops()))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, config.times().connectTimeoutMillis())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline().addLast(tls.connecting(channel));
                        }
                        channel.pipeline().addLast(new ClientConnection(rpc, peer));
                    }
                })
                .connect(address);
        var _ = attempt.addListener(done -> {
            if (!done.isSuccess()) {
                peer.onDown(null, done.cause());
            }
        });
    }
}
