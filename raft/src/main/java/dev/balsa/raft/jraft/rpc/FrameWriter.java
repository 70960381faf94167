package dev.balsa.raft.jraft.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Packs frames into few buffers and writes them to a channel with one flush. Owned by the channel's loop. */
final class FrameWriter {
    private static final int BUFFER_BYTES = 16 << 10;

    private final Channel channel;
    private final CRC32C crc = new CRC32C();
    private @Nullable ByteBuf open;

    FrameWriter(Channel channel) {
        this.channel = channel;
    }

    /** Serializes a frame. It leaves with the next {@link #flush}. */
    void add(Outgoing frame) {
        int size = frame.frameBytes();
        ByteBuf buffer = open;
        if (buffer != null && buffer.writableBytes() < size) {
            hand(buffer);
            buffer = null;
        }
        if (buffer == null) {
            buffer = channel.alloc().directBuffer(Math.max(size, BUFFER_BYTES), Math.max(size, BUFFER_BYTES));
            open = buffer;
        }
        int start = buffer.writerIndex();
        try {
            frame.writeTo(buffer, crc);
        } catch (RuntimeException e) {
            buffer.writerIndex(start);
            throw e;
        }
    }

    void flush() {
        ByteBuf buffer = open;
        if (buffer != null) {
            hand(buffer);
        }
        channel.flush();
    }

    private void hand(ByteBuf buffer) {
        open = null;
        // A failed write closes the channel, and closing fails the pending calls: no promise per write is needed.
        var _ = channel.write(buffer, channel.voidPromise());
    }
}
