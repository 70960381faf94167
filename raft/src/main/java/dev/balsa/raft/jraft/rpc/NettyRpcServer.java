package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.rpc.impl.ConnectionClosedEventListener;
import com.alipay.sofa.jraft.rpc.impl.core.AppendEntriesRequestProcessor;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Message;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JRaft's server on one address. Thread-safe: processors and listeners in concurrent collections, the rest per
 * connection.
 *
 * <p>JRaft's own AppendEntries processor is replaced by {@link AppendEntriesProcessor}, however it is registered.
 */
public final class NettyRpcServer implements RpcServer {
    private static final Logger LOG = LoggerFactory.getLogger(NettyRpcServer.class);

    private final Endpoint bind;
    private final Map<MessageType, RpcProcessor<Message>> processors = new ConcurrentHashMap<>();
    private final List<ConnectionClosedEventListener> closedListeners = new CopyOnWriteArrayList<>();
    private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    private volatile @Nullable RaftRpc rpc;
    private volatile @Nullable Channel listening;

    /** @param bind host and port to listen on; port 0 for any free one */
    NettyRpcServer(Endpoint bind) {
        this.bind = bind;
    }

    void use(RaftRpc owner) {
        rpc = owner;
        owner.add(this);
    }

    RaftRpc rpc() {
        RaftRpc owner = rpc;
        if (owner == null) {
            throw new IllegalStateException("this server has no configuration: make it with RaftRpc.server(endpoint)");
        }
        return owner;
    }

    /**
     * Binds and starts to accept.
     *
     * @return true
     * @throws UncheckedIOException if the address cannot be bound: JRaft's caller ignores a returned false
     */
    @Override
    public synchronized boolean init(@Nullable Void nothing) {
        if (listening != null) {
            return true;
        }
        RpcConfig config = rpc().config();
        RaftTls tls = config.tls();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(rpc().loops())
                .channel(Transports.serverChannel(rpc().loops()))
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 128)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Transports.waterMark(config))
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, Transports.readSizes())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, tls);
                    }
                });
        ChannelFuture bound = bootstrap.bind(bind.getIp(), bind.getPort()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            String why = "cannot listen for Raft on " + bind + ": " + bound.cause().getMessage();
            throw new UncheckedIOException(new IOException(why, bound.cause()));
        }
        listening = bound.channel();
        LOG.info("raft listens on {}{}", text(bound.channel().localAddress()), tls == null ? "" : " (TLS)");
        return true;
    }

    private void accept(Channel channel, @Nullable RaftTls tls) {
        if (accepted.incrementAndGet() > rpc().config().limits().connectionsMax()) {
            accepted.decrementAndGet();
            LOG.warn("raft: connection from {} refused, connectionsMax reached", text(channel.remoteAddress()));
            var _ = channel.close();
            return;
        }
        var _ = channel.closeFuture().addListener(_ -> accepted.decrementAndGet());
        if (tls != null) {
            channel.pipeline().addLast(tls.accepting(channel));
        }
        channel.pipeline().addLast(new ServerConnection(this, channel));
    }

    /**
     * Loop: a client has introduced itself. An older connection of the same process is dead, it has just not noticed.
     */
    void opened(ServerConnection connection) {
        for (ServerConnection other : connections) {
            if (Arrays.equals(other.clientId(), connection.clientId())) {
                other.close();
            }
        }
        connections.add(connection);
    }

    /** Loop: a connection is gone. */
    void closed(ServerConnection connection, boolean wasOpen) {
        connections.remove(connection);
        if (!wasOpen) {
            return;
        }
        for (ConnectionClosedEventListener listener : closedListeners) {
            try {
                listener.onClosed(connection.remoteAddress(), connection);
            } catch (RuntimeException e) {
                LOG.error("listener for closed connections failed", e);
            }
        }
    }

    @Nullable RpcProcessor<Message> processor(MessageType type) {
        return processors.get(type);
    }

    @Override
    public void registerConnectionClosedEventListener(ConnectionClosedEventListener listener) {
        // JRaft's listener only clears what its own AppendEntries processor keeps for a connection.
        if (!(listener instanceof AppendEntriesRequestProcessor)) {
            closedListeners.add(listener);
        }
    }

    /** @throws IllegalArgumentException if the processor's message is none of JRaft's RPC */
    @Override
    @SuppressWarnings("unchecked") // a processor's interest names its own parameter
    public void registerProcessor(RpcProcessor<?> processor) {
        MessageType type = MessageType.ofClassName(processor.interest());
        if (type == null) {
            throw new IllegalArgumentException("no number for messages of class " + processor.interest());
        }
        RpcProcessor<?> used =
                processor instanceof AppendEntriesRequestProcessor ? new AppendEntriesProcessor() : processor;
        processors.put(type, (RpcProcessor<Message>) used);
    }

    /** @return the port, -1 while not listening */
    @Override
    public int boundPort() {
        Channel channel = listening;
        return channel != null && channel.localAddress() instanceof InetSocketAddress address ? address.getPort() : -1;
    }

    @Override
    public boolean isStarted() {
        return listening != null;
    }

    /** Whether this is the server at an endpoint. */
    boolean isAt(Endpoint endpoint) {
        return bind.equals(endpoint);
    }

    /** Number of connections whose peer has introduced itself. */
    public int connectionCount() {
        return connections.size();
    }

    /** Stops listening and closes every connection; waits for it unless called on a loop. */
    @Override
    public synchronized void shutdown() {
        Channel channel = listening;
        if (channel == null) {
            return;
        }
        listening = null;
        ChannelFuture closed = channel.close();
        if (!channel.eventLoop().inEventLoop()) {
            closed.awaitUninterruptibly(2000);
        }
        connections.forEach(ServerConnection::close);
    }

    static String text(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : String.valueOf(address);
    }
}
