package dev.balsa.node.replication;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.AbstractEventExecutor;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what the log delivers over to the group's loop, in order, and what must run after it, such as a read that waited
 * for it ({@link #execute}). The loop's sockets get their turn in between: a replica that has fallen behind still
 * answers. Bounded: when the loop is behind by too many bytes (a replay after a restart), the log's thread waits.
 * Thread-safe: the log's thread and those that execute put, the loop takes.
 */
final class ApplyQueue implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(ApplyQueue.class);

    /** Permits are units of 256 bytes, so that int permits reach 512 GiB. */
    private static final int UNIT_BYTES = 256;

    /**
     * So much is left for the loop's next turn without waking it for it: some hundred commands, a fraction of a
     * millisecond.
     */
    private static final int LAZY_BYTES_MAX = 32 * 1024;

    /** How long it waits there at most. */
    private static final int LINGER_MILLIS = 20;

    /** After so long the sockets get their turn; an entry is never divided. */
    private static final long SLICE_NANOS = 2_000_000;

    private final EventLoop loop;
    private final Semaphore room;
    private final int units;
    private final Queue<Work> works = new ConcurrentLinkedQueue<>();
    private final Runnable drain = this::drain;
    /** Whether the loop is going to look at the queue. */
    private final AtomicBoolean announced = new AtomicBoolean();
    /** Bytes put since the loop was woken last. Owned by the thread that puts lazily. */
    private int lazyBytes;
    /** Whether a timer of the loop will wake it. Set by the loop. */
    private volatile boolean lingering;
    /** Whether something ran since that timer was set. Owned by the loop. */
    private boolean ran;

    /** @param units of room that it gives back when it has run */
    private record Work(Runnable task, int units) {}

    ApplyQueue(EventLoop loop, long maxBytes) {
        this.loop = loop;
        this.units = (int) Math.max(1, maxBytes / UNIT_BYTES);
        this.room = new Semaphore(units);
    }

    /** Runs {@code work} on the loop after everything put before; waits for room for {@code bytes} first. */
    void put(int bytes, Runnable work) {
        add(bytes, work);
        lazyBytes = 0;
        var _ = announce(true);
    }

    /**
     * Runs {@code work} on the loop after everything put before; never waits for room.
     *
     * @throws RejectedExecutionException if the loop has ended
     */
    @Override
    public void execute(Runnable work) {
        works.add(new Work(work, 0));
        if (!announce(true)) {
            throw new RejectedExecutionException("the loop has ended");
        }
    }

    /**
     * As {@link #put}, for what nobody waits for: most of it does not wake the loop, but runs in the turn that
     * something else begins, or that a timer of the loop begins every {@value #LINGER_MILLIS} ms while there is such
     * work.
     */
    void putLazily(int bytes, Runnable work) {
        lazyBytes += bytes;
        boolean wake = !lingering || lazyBytes > LAZY_BYTES_MAX;
        add(bytes, wake ? () -> linger(work) : work);
        if (wake) {
            lazyBytes = 0;
        }
        var _ = announce(wake);
        if (!wake && !lingering) {
            // The timer has ended between the two, perhaps before it saw this.
            var _ = announce(true);
        }
    }

    private void add(int bytes, Runnable work) {
        int wanted = Math.min(units, 1 + bytes / UNIT_BYTES);
        if (!room.tryAcquire(wanted)) {
            var _ = announce(true);
            room.acquireUninterruptibly(wanted);
        }
        works.add(new Work(work, wanted));
    }

    /** Sees to it that the loop looks at the queue; {@code wake}: now, not only in its next turn. False if it has ended. */
    private boolean announce(boolean wake) {
        try {
            if (announced.compareAndSet(false, true)) {
                if (!wake && loop instanceof AbstractEventExecutor executor) {
                    executor.lazyExecute(drain);
                } else {
                    loop.execute(drain);
                }
            } else if (wake) {
                loop.execute(ApplyQueue::nothing);
            }
            return true;
        } catch (RejectedExecutionException closed) {
            // The process ends, and what is committed is applied after the next start.
            for (Work work = works.poll(); work != null; work = works.poll()) {
                room.release(work.units);
            }
            return false;
        }
    }

    private static void nothing() {}

    private void drain() {
        long began = System.nanoTime();
        while (true) {
            Work work = works.poll();
            if (work == null) {
                announced.set(false);
                if (works.isEmpty() || !announced.compareAndSet(false, true)) {
                    return;
                }
                continue;
            }
            run(work);
            if (System.nanoTime() - began > SLICE_NANOS) {
                // What is scheduled runs in the loop's next turn, which begins with its sockets.
                var _ = loop.schedule(drain, 0, TimeUnit.NANOSECONDS);
                return;
            }
        }
    }

    private void run(Work work) {
        try {
            work.task.run();
        } catch (RuntimeException failure) {
            LOG.error("a task of a group failed", failure);
        } finally {
            room.release(work.units);
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
}
