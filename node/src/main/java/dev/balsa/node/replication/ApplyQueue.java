package dev.balsa.node.replication;

import io.netty.channel.EventLoop;
import java.util.concurrent.Semaphore;

/**
 * Hands what the log delivers over to the group's loop, in order. Bounded: when the loop is behind by too many bytes (a replay after a restart), the
 * log's thread waits. Thread-safe: one thread puts, the loop takes.
 */
final class ApplyQueue {
    /** Permits are units of 256 bytes, so that int permits reach 512 GiB. */
    private static final int UNIT_BYTES = 256;

    private final EventLoop loop;
    private final Semaphore room;
    private final int units;

    ApplyQueue(EventLoop loop, long maxBytes) {
        this.loop = loop;
        this.units = (int) Math.max(1, maxBytes / UNIT_BYTES);
        this.room = new Semaphore(units);
    }

    /** Runs {@code work} on the loop after everything put before; waits for room for {@code bytes} first. */
    void put(int bytes, Runnable work) {
        int wanted = Math.min(units, 1 + bytes / UNIT_BYTES);
        room.acquireUninterruptibly(wanted);
        try {
            loop.execute(() -> {
                try {
                    work.run();
                } finally {
                    room.release(wanted);
                }
            });
        } catch (RuntimeException closed) {
            // The loop has been shut down: the process ends, and what is committed is applied after the next start.
            room.release(wanted);
        }
    }
}
