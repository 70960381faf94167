package dev.balsa.raft.jraft.rpc;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for what may block: elections, snapshot installations, pieces of files. Thread-safe. Three pools, so that a
 * copy that takes minutes delays no vote. Threads end when they have nothing to do; queues are bounded, what does not
 * fit is refused.
 */
final class Lanes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor control;
    private final ThreadPoolExecutor install;
    private final ThreadPoolExecutor files;

    Lanes(String name, int installsMax) {
        // Two: a vote of one group must not wait behind the disk flush of another's.
        control = pool(name + "-control", 2, 4096);
        install = pool(name + "-install", installsMax, installsMax);
        files = pool(name + "-files", 2, 256);
    }

    Executor of(MessageType.Lane lane) {
        return switch (lane) {
            case LOOP -> Runnable::run;
            case CONTROL -> control;
            case INSTALL -> install;
            case FILES -> files;
        };
    }

    /** Runs something that may block; drops it, with a line in the log, where not even the queue has room. */
    void runControl(Runnable task) {
        try {
            control.execute(task);
        } catch (RejectedExecutionException e) {
            if (!control.isShutdown()) {
                LOG.error("raft control lane is full, dropped a task");
            }
        }
    }

    /** Refuses new work, interrupts what runs, and waits a little for it. */
    @Override
    public void close() {
        for (ThreadPoolExecutor pool : new ThreadPoolExecutor[] {control, install, files}) {
            pool.shutdownNow();
        }
        try {
            for (ThreadPoolExecutor pool : new ThreadPoolExecutor[] {control, install, files}) {
                if (!pool.awaitTermination(2, TimeUnit.SECONDS)) {
                    LOG.warn("raft lane still busy after close: {}", pool);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadPoolExecutor pool(String name, int threads, int queued) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queued), threads(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    static ThreadFactory threads(String name) {
        AtomicInteger next = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
