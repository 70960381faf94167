package dev.balsa.proxy.front;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between TLS and a connection until the handshake is over; tells why one failed. Owned by the connection's
 * loop.
 */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(HandshakeWatch.class);
    /** Of the last line told loudly: whoever scans ports is not to fill the log. */
    private static final AtomicLong TOLD_NANOS = new AtomicLong(System.nanoTime() - TimeUnit.MINUTES.toNanos(1));

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                ctx.pipeline().remove(this);
            } else {
                failed(ctx, handshake.cause());
            }
        }
        super.userEventTriggered(ctx, event);
    }

    /** What comes through without a handshake was sent in the clear, where that is allowed. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.pipeline().remove(this);
        ctx.fireChannelRead(message);
    }

    private void failed(ChannelHandlerContext ctx, Throwable cause) {
        String line = "Error accepting a client connection: {} (addr={} laddr={})";
        long told = TOLD_NANOS.get();
        long now = System.nanoTime();
        if (now - told >= TimeUnit.SECONDS.toNanos(1) && TOLD_NANOS.compareAndSet(told, now)) {
            log.warn(line, cause.getMessage(), ctx.channel().remoteAddress(), ctx.channel().localAddress());
        } else {
            log.debug(line, cause.getMessage(), ctx.channel().remoteAddress(), ctx.channel().localAddress());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The handshake's own was told; any other ends the connection, too.
        if (!(cause instanceof DecoderException)) {
            log.debug("client {} is gone: {}", ctx.channel().remoteAddress(), cause.toString());
        }
        var _ = ctx.close();
    }
}
