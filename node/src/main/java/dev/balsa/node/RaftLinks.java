package dev.balsa.node;

import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsLinks;
import dev.balsa.raft.jraft.rpc.RaftTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/** Raft by the certificates that the whole process uses. Immutable. */
record RaftLinks(TlsLinks links) implements RaftTls {
    /** @param value of {@code tls-replication}. @return null for {@code no} */
    static @Nullable RaftLinks of(String value, Tls tls) {
        TlsLinks links = TlsLinks.of(value, tls);
        return links == null ? null : new RaftLinks(links);
    }

    @Override
    public ChannelHandler accepting(Channel channel) {
        return links.accepting(Tls.Port.REPLICAS).handler(channel);
    }

    @Override
    public ChannelHandler connecting(Channel channel) {
        return links.connect(channel);
    }
}
