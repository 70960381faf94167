package dev.balsa.raft.jraft.rpc;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** Epoll where the native library is there, else NIO; and the options of every Raft socket. Stateless. */
final class Transports {
    /** A read takes up to this much at once: an AppendEntries of ordinary size arrives in one or two. */
    private static final int READ_MAX_BYTES = 256 << 10;

    private Transports() {}

    static EventLoopGroup newLoops(String name, int threads) {
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, Lanes.threads(name + "-loop"), io);
    }

    static Class<? extends SocketChannel> clientChannel(EventLoopGroup loops) {
        return isEpoll(loops) ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    static Class<? extends ServerSocketChannel> serverChannel(EventLoopGroup loops) {
        return isEpoll(loops) ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    private static boolean isEpoll(EventLoopGroup loops) {
        return loops instanceof IoEventLoopGroup io && io.isIoType(EpollIoHandler.class);
    }

    /** Options of a connected socket. */
    static <B extends AbstractBootstrap<B, C>, C extends Channel> B tune(B bootstrap, RpcConfig config) {
        return bootstrap
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark(config))
                .option(ChannelOption.RECVBUF_ALLOCATOR, readSizes());
    }

    static WriteBufferWaterMark waterMark(RpcConfig config) {
        int high = config.limits().outgoingMaxBytes();
        return new WriteBufferWaterMark(high / 2, high);
    }

    static AdaptiveRecvByteBufAllocator readSizes() {
        return new AdaptiveRecvByteBufAllocator(512, 8192, READ_MAX_BYTES);
    }
}
