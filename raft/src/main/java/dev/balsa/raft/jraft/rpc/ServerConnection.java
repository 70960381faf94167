package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One accepted connection: handshake, then requests to the processors and replies back. Owned by the channel's loop;
 * {@link #reply} and JRaft's attributes may be used by any thread.
 *
 * <p>Requests of one connection are taken in the order in which they were sent, and those handled on the loop are also
 * finished in it. A connection whose peer does not read its replies is not read from either.
 */
final class ServerConnection extends FrameDecoder implements Connection {
    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);
    /** The client pings a silent connection, so that much silence means that it is gone. */
    private static final int SILENCES = 3;

    private final NettyRpcServer server;
    private final RpcConfig config;
    private final Channel channel;
    private final FrameWriter writer;
    private final Handshake handshake;
    private final Outbox outbox = new Outbox();
    private final Runnable drain = this::drain;
    private final ConcurrentHashMap<String, Object> attributes = new ConcurrentHashMap<>();
    private final String remoteAddress;

    private boolean greeted;
    private boolean open;

    ServerConnection(NettyRpcServer server, Channel channel) {
        this.server = server;
        this.config = server.rpc().config();
        this.channel = channel;
        this.writer = new FrameWriter(channel);
        this.handshake = new Handshake(config.clusterName(), config.secret());
        this.remoteAddress = NettyRpcServer.text(channel.remoteAddress());
    }

    String remoteAddress() {
        return remoteAddress;
    }

    int frameMaxBytes() {
        return config.limits().frameMaxBytes();
    }

    byte[] clientId() {
        return handshake.processId();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        int millis = config.times().connectTimeoutMillis();
        var _ = channel.eventLoop().schedule(this::giveUp, millis, TimeUnit.MILLISECONDS);
    }

    private void giveUp() {
        if (!open && channel.isActive()) {
            LOG.warn("raft: {} did not introduce itself in time, connection closed", remoteAddress);
            close();
        }
    }

    @Override
    void onFrame(byte kind, long callId, int type, ByteBuf in, int bodyBytes) {
        if (open) {
            switch (kind) {
                case Frames.REQUEST -> onRequest(callId, type, in, bodyBytes);
                case Frames.CONFIRM -> onConfirm(callId, in, bodyBytes);
                case Frames.PING -> pong();
                default -> throw new CorruptedFrameException("a client sent a frame of kind " + kind);
            }
        } else if (kind == Frames.HELLO && !greeted) {
            greeted = true;
            handshake.onHello(in, bodyBytes);
            handshake.sendChallenge(channel);
        } else if (kind == Frames.PROOF && greeted) {
            handshake.onProof(in, bodyBytes);
            open = true;
            admit(config.limits().frameMaxBytes());
            server.opened(this);
            handshake.sendWelcome(channel);
            scheduleCheck();
        } else {
            throw new CorruptedFrameException("handshake out of order");
        }
    }

    private void pong() {
        ByteBuf pong = channel.alloc().buffer(Frames.OVERHEAD_BYTES + Frames.CHECKSUM_BYTES);
        Frames.writeEmpty(pong, Frames.PONG);
        var _ = channel.writeAndFlush(pong, channel.voidPromise());
    }

    private void onRequest(long callId, int typeCode, ByteBuf in, int bodyBytes) {
        Exchange exchange = new Exchange(this, callId);
        MessageType type = MessageType.ofCode(typeCode);
        RpcProcessor<Message> processor = type == null ? null : server.processor(type);
        if (type == null || processor == null) {
            exchange.fail("no processor for message type " + typeCode);
            return;
        }
        Message request;
        try {
            request = type.parse(in, bodyBytes);
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptedFrameException("malformed " + type, e);
        }
        server.rpc().stats().handled.increment();
        if (type.lane() == MessageType.Lane.LOOP) {
            handle(processor, exchange, request);
            return;
        }
        Executor own = processor.executor();
        Executor executor = own != null ? own : server.rpc().lanes().of(type.lane());
        try {
            executor.execute(() -> handle(processor, exchange, request));
        } catch (RejectedExecutionException e) {
            exchange.fail("busy: too many requests of type " + type);
        }
    }

    private void onConfirm(long callId, ByteBuf in, int bodyBytes) {
        if (bodyBytes < Long.BYTES) {
            throw new CorruptedFrameException("a question for confirmation without a term");
        }
        long term = in.readLong();
        String group = in.readCharSequence(bodyBytes - Long.BYTES, StandardCharsets.UTF_8).toString();
        Exchange exchange = new Exchange(this, callId);
        exchange.confirm(server.rpc().witness().isTerm(group, term));
    }

    private void handle(RpcProcessor<Message> processor, Exchange exchange, Message request) {
        try {
            processor.handleRequest(exchange, request);
        } catch (Throwable e) {
            LOG.error("raft request {} from {} failed", request.getClass().getSimpleName(), remoteAddress, e);
            exchange.fail("processor failed: " + e);
        }
    }

    /** Any thread: sends a reply with the next flush. Dropped if the connection is gone. */
    void reply(Exchange exchange) {
        if (!channel.isActive()) {
            return;
        }
        if (outbox.add(exchange)) {
            channel.eventLoop().execute(drain);
        }
    }

    private void drain() {
        Outgoing next = outbox.takeAll();
        long bytes = 0;
        boolean active = channel.isActive();
        while (next != null) {
            Outgoing frame = next;
            next = frame.next;
            frame.next = null;
            bytes += frame.frameBytes();
            if (active) {
                writer.add(frame);
                frame.forgetBody();
            }
        }
        outbox.left(bytes);
        if (active) {
            writer.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        channel.config().setAutoRead(channel.isWritable());
        super.channelWritabilityChanged(ctx);
    }

    private void scheduleCheck() {
        long millis = (long) SILENCES * config.times().silenceMaxMillis();
        var _ = channel.eventLoop().schedule(this::checkSilence, millis, TimeUnit.MILLISECONDS);
    }

    private void checkSilence() {
        if (!channel.isActive()) {
            return;
        }
        if (heardSinceLastCall()) {
            scheduleCheck();
        } else {
            LOG.warn("raft: nothing heard from {}, connection closed", remoteAddress);
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        server.closed(this, open);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        Throwable root = rootOf(thrown);
        if (root instanceof CorruptedFrameException) {
            LOG.warn("raft client {} broke the protocol, connection closed: {}", remoteAddress, root.getMessage());
        } else if (root instanceof NotSslRecordException) {
            LOG.warn("raft client {} speaks in the clear and this side takes TLS only", remoteAddress);
        } else if (root instanceof IOException && channel.pipeline().get(SslHandler.class) == null) {
            LOG.info("raft connection from {} is lost: {}", remoteAddress, root.getMessage());
        } else {
            LOG.warn("raft connection from {} failed: {}", remoteAddress, root.toString());
        }
        close();
    }

    @Override
    public @Nullable Object getAttribute(String key) {
        return attributes.get(key);
    }

    @Override
    public void setAttribute(String key, Object value) {
        attributes.put(key, value);
    }

    @Override
    public @Nullable Object setAttributeIfAbsent(String key, Object value) {
        return attributes.putIfAbsent(key, value);
    }

    @Override
    public void close() {
        var _ = channel.close();
    }
}
