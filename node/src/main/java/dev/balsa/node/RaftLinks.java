package dev.balsa.node;

import dev.balsa.proxy.tls.Tls;
import dev.balsa.raft.jraft.rpc.RaftTls;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;

/** Raft by the certificates that the whole process uses. Immutable. */
record RaftLinks(Tls tls) implements RaftTls {
    @Override
    public SslHandler accepting(Channel channel) {
        return tls.accept(channel, Tls.Port.REPLICAS);
    }

    @Override
    public SslHandler connecting(Channel channel) {
        return tls.connect(channel);
    }
}
