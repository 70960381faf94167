package dev.balsa.proxy.front;

import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.transport.IoTransport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening port. Thread-safe: {@link #close} may be called from anywhere. */
public final class RespServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RespServer.class);
    private static final byte[] TOO_MANY =
            "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int CLOSE_SECONDS = 5;

    private final Channel channel;

    private RespServer(Channel channel) {
        this.channel = channel;
    }

    /**
     * Listens on an address.
     *
     * @param port 0 = any free one, see {@link #port()}
     * @param loops for this port and its connections; shared with others, closed by the caller. Epoll or NIO
     * @throws IOException if the address cannot be bound; the message names it
     */
    public static RespServer listen(Front front, Mode mode, InetSocketAddress address, EventLoopGroup loops)
            throws IOException {
        return listen(front, mode, address, loops, null);
    }

    /**
     * As {@link #listen(Front, Mode, InetSocketAddress, EventLoopGroup)}.
     *
     * @param tls null: in the clear
     */
    public static RespServer listen(
            Front front, Mode mode, InetSocketAddress address, EventLoopGroup loops, Tls.@Nullable Accepting tls)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(IoTransport.of(loops).listening())
                .option(ChannelOption.SO_BACKLOG, front.settings().tcpBacklog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        accept(front, mode, client, tls);
                    }
                });
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
        }
        return new RespServer(bound.channel());
    }

    private static void accept(Front front, Mode mode, Channel client, Tls.@Nullable Accepting tls) {
        front.stats().connectionReceived();
        if (!front.clients().enter(front.settings().maxclients())) {
            front.stats().connectionRejected();
            log.debug("refusing {}: maxclients is reached", client.remoteAddress());
            if (tls != null) {
                // No handshake was made, so nothing can be said; as with Redis.
                var _ = client.close();
                return;
            }
            var _ = client.writeAndFlush(client.alloc().buffer(TOO_MANY.length).writeBytes(TOO_MANY))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        if (tls != null) {
            client.pipeline().addLast(tls.handler(client), new HandshakeWatch());
        }
        LoopState loop = front.loop(client.eventLoop());
        client.pipeline().addLast(new Connection(front, mode, loop, Peer.of(front.clients().nextId(), client)));
    }

    /** Event loops as this machine has them. */
    public static EventLoopGroup newLoops(int threads) {
        return newLoops(threads, IoTransport.named("auto"));
    }

    public static EventLoopGroup newLoops(int threads, IoTransport transport) {
        return new MultiThreadIoEventLoopGroup(threads, new DeepThreads("balsa-io"), transport.handler());
    }

    /** Loops run scripts, which may call libraries that call them back: memory is taken as a stack gets deep. */
    private static final class DeepThreads extends DefaultThreadFactory {
        private static final long STACK_BYTES = 16L << 20;

        DeepThreads(String name) {
            super(name);
        }

        @Override
        protected Thread newThread(Runnable work, String name) {
            return new FastThreadLocalThread(threadGroup, work, name, STACK_BYTES);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Listens no more; connections stay, see {@link ClientRegistry#closeAll}. */
    @Override
    public void close() {
        Future<?> closed = channel.close();
        if (!channel.eventLoop().inEventLoop() && !closed.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS)) {
            log.warn("{} was not closed within {} s", channel, CLOSE_SECONDS);
        }
    }
}
