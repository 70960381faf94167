package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.core.Scheduler;
import com.alipay.sofa.jraft.util.SPI;
import com.alipay.sofa.jraft.util.timer.DefaultRaftTimerFactory;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What JRaft's service loader finds for its timers: JRaft's own, but heartbeats of all groups and followers of a process leave together.
 *
 * <p>JRaft runs a timer for each follower of each group. Left alone they drift apart, and every single heartbeat wakes two timer threads, the transport's
 * loop, and the loop of the other process. So each delay has a grid, a little narrower than the delay; a timer that would run
 * within a quarter of its delay after a grid line runs on the line instead. Others run when they were asked to, which is
 * a little later on the grid each round, until they meet the line too: from then on all timers with one delay run together.
 * The idea is that of timer slack in operating systems, towards too early rather than too late: a heartbeat comes after 64 ms instead of 70.
 *
 * <p>No delay is longer than the longest that JRaft means: it computes them as the difference of two readings of the wall
 * clock, so a clock that is set back by an hour between the two would leave a follower without heartbeats, or without
 * entries, for an hour.
 *
 * <p>The timers of elections and votes are JRaft's, untouched: their spread is what keeps candidates apart. Thread-safe.
 */
@SPI(name = "balsa-aligned", priority = 100)
public final class AlignedTimers extends DefaultRaftTimerFactory {
    private static final long GRID_STEP_MILLIS = 8;
    /** JRaft asks for a chunk of a snapshot again after a second. */
    private static final long RETRY_MILLIS = 1_000;
    private static final AtomicLong longestMillis = new AtomicLong(RETRY_MILLIS);

    /** A group's election timeout: heartbeats come sooner, nothing else waits longer. */
    static void electionTimeout(long millis) {
        longestMillis.accumulateAndGet(millis, Math::max);
    }

    @Override
    public Scheduler getRaftScheduler(boolean shared, int workers, String name) {
        return new Aligned(super.getRaftScheduler(shared, workers, name));
    }

    /**
     * @param now milliseconds on any clock that all timers share
     * @param delay milliseconds
     * @return between three quarters of {@code delay} and all of it
     */
    static long aligned(long now, long delay) {
        // JRaft subtracts what has passed since it took the time, so equal delays differ by a millisecond or two: the same grid for those.
        long grid = (delay + GRID_STEP_MILLIS / 2 - 1) / GRID_STEP_MILLIS * GRID_STEP_MILLIS - GRID_STEP_MILLIS;
        if (grid <= 0) {
            return delay;
        }
        long latest = now + delay;
        long late = Math.floorMod(latest, grid);
        return late <= delay / 4 ? delay - late : delay;
    }

    private record Aligned(Scheduler timers) implements Scheduler {
        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            long meant = Math.min(unit.toMillis(delay), longestMillis.get());
            return timers.schedule(task, aligned(now, meant), TimeUnit.MILLISECONDS);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
            return timers.scheduleAtFixedRate(task, first, period, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
            return timers.scheduleWithFixedDelay(task, first, delay, unit);
        }

        @Override
        public void shutdown() {
            timers.shutdown();
        }
    }
}
