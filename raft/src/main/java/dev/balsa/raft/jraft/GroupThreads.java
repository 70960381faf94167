package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.util.NamedThreadFactory;
import com.alipay.sofa.jraft.util.ThreadPoolsFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which JRaft runs the closures of a group.
 *
 * <p>JRaft's shared default is a hand-over queue that rejects when all its threads are busy, and a rejection can escape
 * from the
 * middle of an append or of a step-down. So each group gets a fixed pool with an unbounded queue: a submission never
 * fails. What
 * can be queued is bounded by the proposals and reads in flight.
 *
 * <p>JRaft keeps the pools in a static map by group name without a way to take one out; so a pool is registered once
 * for the life
 * of the process and counts its users: its threads end when the last replica of that name has closed.
 *
 * <p>Thread-safe by its monitor.
 */
final class GroupThreads {
    /** One may copy a snapshot, one may wait for a shutdown; two are left for closures. */
    private static final int THREADS = 4;

    private static final long IDLE_SECONDS = 30;
    private static final Map<String, GroupThreads> POOLS = new HashMap<>();

    private final ThreadPoolExecutor pool;
    private int users;

    private GroupThreads(String group) {
        pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreadFactory("raft-" + group + "-", true));
        pool.allowCoreThreadTimeOut(true);
        ThreadPoolsFactory.registerThreadPool(group, pool);
    }

    static void open(String group) {
        synchronized (POOLS) {
            GroupThreads threads = POOLS.computeIfAbsent(group, GroupThreads::new);
            if (threads.users++ == 0) {
                threads.pool.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    static void close(String group) {
        synchronized (POOLS) {
            GroupThreads threads = POOLS.get(group);
            if (threads != null && --threads.users == 0) {
                threads.pool.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
            }
        }
    }
}
