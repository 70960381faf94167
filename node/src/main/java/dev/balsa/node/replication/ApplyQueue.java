package dev.balsa.node.replication;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.AbstractEventExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Hands what the log delivers over to the group's loop, in order. Bounded: when the loop is behind by too many bytes (a replay after a restart), the
 * log's thread waits. Thread-safe: one thread puts, the loop takes.
 */
final class ApplyQueue {
    /** Permits are units of 256 bytes, so that int permits reach 512 GiB. */
    private static final int UNIT_BYTES = 256;

    /**
     * So much is left for the loop's next turn without waking it for it: some hundred commands, a fraction of a
     * millisecond.
     */
    private static final int LAZY_BYTES_MAX = 32 * 1024;

    /** How long it waits there at most. */
    private static final int LINGER_MILLIS = 20;

    private final EventLoop loop;
    private final Semaphore room;
    private final int units;
    /** Bytes put since the loop was woken last. Owned by the thread that puts. */
    private int lazyBytes;
    /** Whether a timer of the loop will wake it. Set by the loop. */
    private volatile boolean lingering;
    /** Whether something ran since that timer was set. Owned by the loop. */
    private boolean ran;

    ApplyQueue(EventLoop loop, long maxBytes) {
        this.loop = loop;
        this.units = (int) Math.max(1, maxBytes / UNIT_BYTES);
        this.room = new Semaphore(units);
    }

    /** Runs {@code work} on the loop after everything put before; waits for room for {@code bytes} first. */
    void put(int bytes, Runnable work) {
        put(bytes, work, true);
    }

    /**
     * As {@link #put}, for what nobody waits for: most of it does not wake the loop, but runs in the turn that
     * something else begins, or that a timer of
     * the loop begins every {@value #LINGER_MILLIS} ms while there is such work. Whatever is put or executed on the
     * loop later still runs after it.
     */
    void putLazily(int bytes, Runnable work) {
        lazyBytes += bytes;
        boolean wake = !lingering || lazyBytes > LAZY_BYTES_MAX;
        put(bytes, wake ? () -> linger(work) : work, wake);
        if (!wake && !lingering) {
            // The timer has ended between the two, perhaps before it saw this.
            wake();
        }
    }

    private void linger(Runnable work) {
        if (lingering) {
            ran = true;
        } else {
            lingering = true;
            setTimer();
        }
        work.run();
    }

    private void setTimer() {
        ran = false;
        var _ = loop.schedule(this::ring, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void ring() {
        if (ran) {
            setTimer();
        } else {
            lingering = false;
        }
    }

    private void wake() {
        try {
            loop.execute(() -> {});
        } catch (RejectedExecutionException closed) {
            // The process ends, and what is committed is applied after the next start.
            lazyBytes = 0;
        }
    }

    private void put(int bytes, Runnable work, boolean wake) {
        int wanted = Math.min(units, 1 + bytes / UNIT_BYTES);
        Runnable task = () -> {
            try {
                work.run();
            } finally {
                room.release(wanted);
            }
        };
        if (!room.tryAcquire(wanted)) {
            wake();
            room.acquireUninterruptibly(wanted);
        }
        try {
            if (!wake && loop instanceof AbstractEventExecutor executor) {
                executor.lazyExecute(task);
            } else {
                lazyBytes = 0;
                loop.execute(task);
            }
        } catch (RejectedExecutionException closed) {
            // As above.
            room.release(wanted);
        }
    }
}
