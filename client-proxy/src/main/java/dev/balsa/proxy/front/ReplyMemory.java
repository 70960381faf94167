package dev.balsa.proxy.front;

import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the replies that clients have not read yet take in this process, and how much that may be. Each connection books
 * its part. The more is taken, the less one client may have before it is held up; should the sum become too large all
 * the same, the loop that notices cuts its connection with the largest part. So slow readers cost themselves their
 * connections, and never the process its memory. Thread-safe.
 */
final class ReplyMemory {
    /** Of the memory for replies in sockets, and of the heap, where those wait that have to be put in order. */
    private static final int SHARE = 4;
    private static final long WINDOW_MAX_BYTES = 16 << 20;
    private static final long WINDOW_MIN_BYTES = 64 << 10;
    /** One client may have this part of what is still free. */
    private static final int WINDOWS = 32;

    private final AtomicLong bytes = new AtomicLong();
    private final long maxBytes;

    /** A quarter of what the JVM may use. */
    ReplyMemory() {
        this(Math.min(PlatformDependent.maxDirectMemory(), Runtime.getRuntime().maxMemory()) / SHARE);
    }

    ReplyMemory(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    void add(long delta) {
        bytes.addAndGet(delta);
    }

    boolean isExceeded() {
        return bytes.get() > maxBytes;
    }

    long bytes() {
        return bytes.get();
    }

    /** How much one client may have before it is held up. */
    long windowBytes() {
        return Math.clamp((maxBytes - bytes.get()) / WINDOWS, WINDOW_MIN_BYTES, WINDOW_MAX_BYTES);
    }
}
