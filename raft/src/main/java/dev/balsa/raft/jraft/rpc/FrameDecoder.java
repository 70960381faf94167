package dev.balsa.raft.jraft.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Cuts what arrives into frames and hands each on at once, as a view of the buffer it arrived in. Owned by the
 * channel's loop.
 *
 * <p>Frames are not turned into messages of the pipeline: a frame's body must not be used after {@link #onFrame}
 * returns, and is not copied before it is parsed.
 */
abstract class FrameDecoder extends ByteToMessageDecoder {
    /**
     * A long frame's buffer grows ahead of what has arrived by no more than this: a length alone reserves no memory.
     */
    private static final int RESERVE_MAX_BYTES = 1 << 20;

    /** How a record of TLS begins: its type, and 3 for the version. */
    private static final int TLS_HANDSHAKE = 0x1603;
    private static final int TLS_ALERT = 0x1503;

    private int frameMaxBytes = Frames.HANDSHAKE_MAX_BYTES;
    private final CRC32C crc = new CRC32C();
    private boolean heard;

    /**
     * One whole frame.
     *
     * @param in positioned at the body; may be read or not, the next frame is found by its length
     * @throws CorruptedFrameException if the frame makes no sense; the connection is closed then
     */
    abstract void onFrame(byte kind, long callId, int type, ByteBuf in, int bodyBytes);

    /** Admits frames up to this size from now on. */
    final void admit(int newFrameMaxBytes) {
        frameMaxBytes = newFrameMaxBytes;
    }

    /** Whether anything has arrived since the last call. */
    final boolean heardSinceLastCall() {
        boolean result = heard;
        heard = false;
        return result;
    }

    /** What went wrong, without the decoder's wrapping. */
    static Throwable rootOf(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return cause == null || thrown instanceof CorruptedFrameException ? thrown : cause;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        heard = true;
        super.channelRead(ctx, msg);
    }

    @Override
    protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (!ctx.channel().isActive() || in.readableBytes() < Frames.LENGTH_BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < Frames.HEAD_BYTES || length > frameMaxBytes) {
            in.skipBytes(in.readableBytes());
            if (length >>> 16 == TLS_HANDSHAKE || length >>> 16 == TLS_ALERT) {
                throw new CorruptedFrameException("the other side speaks TLS and this one does not");
            }
            throw new CorruptedFrameException(
                    "frame of " + length + " bytes, admitted are " + Frames.HEAD_BYTES + " to " + frameMaxBytes);
        }
        int missing = Frames.LENGTH_BYTES + length - in.readableBytes();
        if (missing > 0) {
            if (in.refCnt() == 1) {
                in.ensureWritable(Math.min(missing, RESERVE_MAX_BYTES));
            }
            return;
        }
        int start = in.readerIndex();
        in.skipBytes(Frames.LENGTH_BYTES);
        int end = in.readerIndex() + length;
        byte kind = in.readByte();
        long callId = in.readLong();
        int type = in.readUnsignedShort();
        try {
            int bodyBytes = length - Frames.HEAD_BYTES - Frames.checksumBytes(kind);
            check(in, start, bodyBytes, end);
            onFrame(kind, callId, type, in, bodyBytes);
        } finally {
            in.readerIndex(end);
        }
    }

    private void check(ByteBuf in, int start, int bodyBytes, int end) {
        boolean checked = start + Frames.OVERHEAD_BYTES + bodyBytes < end;
        if (bodyBytes < 0 || checked && Frames.checksum(crc, in, start, bodyBytes) != in.getInt(end - Frames.CHECKSUM_BYTES)) {
            in.readerIndex(in.writerIndex());
            throw new CorruptedFrameException("the checksum of a frame of " + (end - start) + " bytes is wrong");
        }
    }
}
