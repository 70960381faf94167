package dev.balsa.proxy.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/** How processes of the cluster speak to each other by TLS. Thread-safe. */
public final class TlsLinks {
    private final Tls tls;

    private TlsLinks(Tls tls) {
        this.tls = tls;
    }

    /** @param value of {@code tls-cluster} or {@code tls-replication}. @return null for {@code no} */
    public static @Nullable TlsLinks of(String value, Tls tls) {
        return value.equals("no") ? null : new TlsLinks(tls);
    }

    /** What stands first in the pipeline of every connection that is accepted there. */
    public Tls.Accepting accepting(Tls.Port port) {
        return tls.accepting(port);
    }

    /** What stands first in the pipeline of a connection that is made. */
    public ChannelHandler connect(Channel channel) {
        return tls.connect(channel);
    }
}
