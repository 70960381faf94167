package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.util.NamedThreadFactory;
import com.alipay.sofa.jraft.util.ThreadPoolsFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger LOG = LoggerFactory.getLogger(GroupThreads.class);

    /** One may copy a snapshot, one may wait for a shutdown; two are left for closures. */
    private static final int THREADS = 4;

    private static final long IDLE_SECONDS = 30;
    private static final Map<String, GroupThreads> POOLS = new HashMap<>();

    private final ThreadPoolExecutor pool;
    private int users;

    private GroupThreads(String group) {
        pool = new Pool("raft-" + group + "-");
        pool.allowCoreThreadTimeOut(true);
        ThreadPoolsFactory.registerThreadPool(group, pool);
    }

    /**
     * A pool that spares the leader two hand-overs for each entry: when JRaft's append thread has put an entry into the
     * log, it has each follower's replicator woken through this pool, only to make a request and leave it to the
     * transport. That thread does it itself. It holds the node's lock then, in which JRaft takes replicators' locks
     * elsewhere, too. What is submitted from within such a task goes to the pool as ever: JRaft may do it under the
     * replicator's lock, which is not reentrant.
     */
    private static final class Pool extends ThreadPoolExecutor {
        /** As NodeImpl names it. */
        private static final String APPENDER = "JRaft-NodeImpl-Disruptor-";

        private static final ThreadLocal<Boolean> AT_ONCE =
                ThreadLocal.withInitial(() -> Thread.currentThread().getName().startsWith(APPENDER));

        Pool(String name) {
            super(
                    THREADS,
                    THREADS,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    new NamedThreadFactory(name, true));
        }

        @Override
        public void execute(Runnable task) {
            if (!AT_ONCE.get()) {
                super.execute(task);
                return;
            }
            AT_ONCE.set(false);
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a task of JRaft failed", e);
            } finally {
                AT_ONCE.set(true);
            }
        }
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
