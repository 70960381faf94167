package dev.balsa.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How processes of the cluster speak to each other: by TLS and nothing else ({@code yes}), or as the other one can
 * ({@code optional}), which is for the time in which TLS is turned on or off in them, one after the other.
 *
 * <p>Optional means: who connects here may begin with a handshake or in the clear, the first byte tells. Where a
 * connection is made, plain text comes first. Who hangs up on it, or answers by an alert, is spoken to by TLS the next
 * time, and in the clear again when that fails: so one attempt is lost when another process is restarted as {@code yes}
 * or {@code no}. It keeps out nobody whom {@code no} lets in, because whoever is in between can hold TLS up.
 *
 * <p>Thread-safe: what is remembered of the others is in a concurrent set.
 */
public final class TlsLinks {
    private static final Logger log = LoggerFactory.getLogger(TlsLinks.class);
    private static final int ALERT = 0x15;
    private static final int HANDSHAKE = 0x16;
    /** Addresses of processes that are gone are not kept for ever. */
    private static final int REMEMBERED_MAX = 1_024;

    private final Tls tls;
    private final boolean optional;
    private final Set<SocketAddress> encrypted = ConcurrentHashMap.newKeySet();

    private TlsLinks(Tls tls, boolean optional) {
        this.tls = tls;
        this.optional = optional;
    }

    /** @param value of {@code tls-cluster} or {@code tls-replication}. @return null for {@code no} */
    public static @Nullable TlsLinks of(String value, Tls tls) {
        boolean optional = value.equals("optional");
        if (optional) {
            log.warn("TLS between processes of the cluster is optional, which is no safer than none:"
                    + " say 'yes' when all of them have certificates");
        }
        return value.equals("no") ? null : new TlsLinks(tls, optional);
    }

    /** What stands first in the pipeline of every connection that is accepted there. */
    public Tls.Accepting accepting(Tls.Port port) {
        return optional ? _ -> new Accepted(port) : tls.accepting(port);
    }

    /** What stands first in the pipeline of a connection that is made. */
    public ChannelHandler connect(Channel channel) {
        return optional ? new Made() : tls.connect(channel);
    }

    private static int firstByte(Object message) {
        return message instanceof ByteBuf bytes && bytes.isReadable() ? bytes.getUnsignedByte(bytes.readerIndex()) : -1;
    }

    /** Gives way to TLS, or to nothing, as the first byte says. Owned by the connection's loop. */
    private final class Accepted extends ChannelInboundHandlerAdapter {
        private final Tls.Port port;

        Accepted(Tls.Port port) {
            this.port = port;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            int first = firstByte(message);
            if (first == HANDSHAKE) {
                ctx.pipeline().replace(this, null, tls.accepting(port).handler(ctx.channel()));
            } else if (first >= 0) {
                ctx.pipeline().remove(this);
            }
            // What has taken this one's place comes next.
            ctx.fireChannelRead(message);
        }
    }

    /** Gives way to TLS where that is what the other side has answered to last time. Owned by the connection's loop. */
    private final class Made extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            SocketAddress peer = ctx.channel().remoteAddress();
            if (encrypted.contains(peer)) {
                SslHandler handler = tls.connect(ctx.channel());
                var _ = handler.handshakeFuture().addListener(done -> {
                    if (!done.isSuccess()) {
                        encrypted.remove(peer);
                    }
                });
                ctx.pipeline().replace(this, null, handler);
            }
            ctx.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            int first = firstByte(message);
            if (first == ALERT) {
                ((ByteBuf) message).release();
                var _ = ctx.close();
                return;
            }
            if (first >= 0) {
                ctx.pipeline().remove(this);
            }
            ctx.fireChannelRead(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (encrypted.size() >= REMEMBERED_MAX) {
                encrypted.clear();
            }
            encrypted.add(ctx.channel().remoteAddress());
            ctx.fireChannelInactive();
        }
    }
}
