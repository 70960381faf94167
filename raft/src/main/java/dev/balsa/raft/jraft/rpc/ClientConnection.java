package dev.balsa.raft.jraft.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.CorruptedFrameException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that this process has made: handshake, replies, and a watch for silence. Owned by the channel's
 * loop.
 */
final class ClientConnection extends FrameDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
    private static final int CHECKS_PER_SILENCE = 4;

    private final RaftRpc rpc;
    private final Peer peer;
    private final Handshake handshake;
    private @Nullable ChannelHandlerContext context;
    private boolean challenged;
    private boolean up;
    private int silentChecks;
    private @Nullable Throwable cause;

    ClientConnection(RaftRpc rpc, Peer peer) {
        this.rpc = rpc;
        this.peer = peer;
        this.handshake = new Handshake(rpc.config().clusterName(), rpc.config().secret());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        handshake.sendHello(ctx.channel(), rpc.processId());
        var _ = ctx.executor()
                .schedule(() -> giveUp(ctx), rpc.config().times().connectTimeoutMillis(), TimeUnit.MILLISECONDS);
        super.channelActive(ctx);
    }

    private void giveUp(ChannelHandlerContext ctx) {
        if (!up) {
            fail(ctx, new IOException("no handshake within connectTimeoutMillis"));
        }
    }

    @Override
    void onFrame(byte kind, long callId, int type, ByteBuf in, int bodyBytes) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        if (up) {
            switch (kind) {
                case Frames.REPLY, Frames.ERROR -> peer.onReply(kind, callId, type, in, bodyBytes);
                case Frames.CONFIRMED -> peer.onConfirmation(callId, type == 1);
                case Frames.PONG -> {}
                default -> throw new CorruptedFrameException("a server sent a frame of kind " + kind);
            }
        } else if (kind == Frames.CHALLENGE && !challenged) {
            challenged = true;
            handshake.onChallenge(in, bodyBytes);
            handshake.sendProof(ctx.channel());
        } else if (kind == Frames.WELCOME && challenged) {
            handshake.onWelcome(in, bodyBytes);
            up = true;
            admit(rpc.config().limits().frameMaxBytes());
            scheduleCheck(ctx);
            peer.onUp(ctx.channel());
        } else {
            throw new CorruptedFrameException("handshake out of order");
        }
    }

    private void scheduleCheck(ChannelHandlerContext ctx) {
        int millis = rpc.config().times().silenceMaxMillis() / CHECKS_PER_SILENCE;
        var _ = ctx.executor().schedule(() -> checkSilence(ctx), millis, TimeUnit.MILLISECONDS);
    }

    /** Counts intervals, not time: a process that was itself suspended gives its peers a chance to be heard first. */
    private void checkSilence(ChannelHandlerContext ctx) {
        if (!ctx.channel().isActive()) {
            return;
        }
        silentChecks = heardSinceLastCall() ? 0 : silentChecks + 1;
        if (silentChecks > CHECKS_PER_SILENCE) {
            fail(ctx, new IOException("nothing heard for silenceMaxMillis"));
            return;
        }
        if (silentChecks > 0 && ctx.channel().isWritable()) {
            ByteBuf ping = ctx.alloc().buffer(Frames.OVERHEAD_BYTES + Frames.CHECKSUM_BYTES);
            Frames.writeEmpty(ping, Frames.PING);
            var _ = ctx.channel().writeAndFlush(ping, ctx.channel().voidPromise());
        }
        scheduleCheck(ctx);
    }

    private void fail(ChannelHandlerContext ctx, Throwable why) {
        if (cause == null) {
            cause = why;
        }
        var _ = ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        peer.onDown(ctx.channel(), cause);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        Throwable root = rootOf(thrown);
        if (root instanceof CorruptedFrameException) {
            LOG.warn(
                    "raft peer {} broke the protocol, connection closed: {}",
                    ctx.channel().remoteAddress(),
                    root.getMessage());
        } else if (!(root instanceof IOException)) {
            LOG.warn("raft connection to {} failed", ctx.channel().remoteAddress(), root);
        }
        fail(ctx, root);
    }
}
