package dev.balsa.proxy.front;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Replies on their way to a client: collected during a turn of the loop, then written at once. Owned by the loop. */
final class OutputBuffer {
    private static final int FIRST_BYTES = 2 << 10;
    /** So much is handed to the socket before the turn ends. */
    private static final int WRITE_BYTES = 256 << 10;

    private final Channel channel;
    private final FrontSettings settings;
    private final LoopStats stats;
    private @Nullable ByteBuf collected;
    private long waiting;
    private long softSinceNanos;
    private boolean unflushed;
    private boolean ended;
    private boolean messages;

    OutputBuffer(Channel channel, FrontSettings settings, LoopStats stats) {
        this.channel = channel;
        this.settings = settings;
        this.stats = stats;
    }

    /** False if there is no memory for it: then nothing was taken, and the client cannot be answered any more. */
    boolean append(byte[] bytes, int offset, int length) {
        if (ended || length == 0) {
            return true;
        }
        try {
            collect(bytes, offset, length);
            return true;
        } catch (OutOfMemoryError e) {
            // Netty's memory outside the heap. One client goes; whoever executes commands must not notice.
            return false;
        }
    }

    private void collect(byte[] bytes, int offset, int length) {
        ByteBuf buffer = collected;
        if (buffer == null) {
            buffer = channel.alloc().ioBuffer(Math.max(FIRST_BYTES, length));
            collected = buffer;
        }
        buffer.writeBytes(bytes, offset, length);
        if (buffer.readableBytes() >= WRITE_BYTES) {
            write();
        }
    }

    /** Replies of {@code bytes} more wait for one before them. */
    void waiting(int bytes) {
        waiting += bytes;
    }

    /** Replies that wait for one before them. */
    long waitingBytes() {
        return waiting;
    }

    private void write() {
        ByteBuf buffer = collected;
        if (buffer != null) {
            collected = null;
            unflushed = true;
            stats.netOutputBytes += buffer.readableBytes();
            var _ = channel.write(buffer, channel.voidPromise());
        }
    }

    void flush() {
        write();
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
    }

    /** Closes when everything collected was sent; nothing is taken any more. */
    void flushAndClose() {
        if (ended) {
            return;
        }
        ByteBuf buffer = collected;
        collected = null;
        ended = true;
        ByteBuf last = buffer == null ? channel.alloc().buffer(0) : buffer;
        var _ = channel.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
    }

    void discard() {
        ended = true;
        waiting = 0;
        ByteBuf buffer = collected;
        if (buffer != null) {
            collected = null;
            buffer.release();
        }
    }

    /** Bytes that the client has not taken yet. */
    long bytes() {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        ByteBuf buffer = collected;
        long inSocket = unsent == null ? 0 : unsent.totalPendingWriteBytes();
        return waiting + inSocket + (buffer == null ? 0 : buffer.readableBytes());
    }

    /** Whether it is worth to look at the limits before the turn ends. */
    boolean isLarge() {
        return waiting > WRITE_BYTES || !channel.isWritable();
    }

    int capacity() {
        ByteBuf buffer = collected;
        return buffer == null ? 0 : buffer.capacity();
    }

    /** Whether the client listens to channels: it has a limit of its own then. */
    void messages(boolean value) {
        messages = value;
    }

    /** Whether client-output-buffer-limit says that the client must go. */
    boolean tooMuch() {
        FrontSettings.OutputLimit limit = messages ? settings.messagesLimit() : null;
        long hard = limit != null ? limit.hardBytes() : settings.outputHardLimitBytes();
        long soft = limit != null ? limit.softBytes() : settings.outputSoftLimitBytes();
        int softSeconds = limit != null ? limit.softSeconds() : settings.outputSoftSeconds();
        if (hard == 0 && soft == 0) {
            return false;
        }
        long bytes = bytes();
        if (soft == 0 || bytes <= soft) {
            softSinceNanos = 0;
        } else if (softSinceNanos == 0) {
            softSinceNanos = System.nanoTime();
        } else if (System.nanoTime() - softSinceNanos > TimeUnit.SECONDS.toNanos(softSeconds)) {
            return true;
        }
        return hard > 0 && bytes > hard;
    }
}
