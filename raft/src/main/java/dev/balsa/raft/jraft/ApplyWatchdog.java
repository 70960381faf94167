package dev.balsa.raft.jraft;

import org.jspecify.annotations.Nullable;

/**
 * Notices that a replica stands still. JRaft's queues only log an exception and go on without the entries they held, so
 * nothing else
 * would tell. Time is counted in ticks of this process, so a process that was stopped for a while is not blamed for it.
 *
 * <p>Owned by the host's clock.
 */
final class ApplyWatchdog {
    private final long stallTicksMax;
    private long appliedBefore = -1;
    private long movedAt;

    ApplyWatchdog(long stallTicksMax) {
        this.stallTicksMax = stallTicksMax;
    }

    /**
     * @param lost whether proposals wait here that are not in the log
     * @return what stands still, null = nothing
     */
    @Nullable String check(long tick, long committed, long applied, boolean lost) {
        if (applied != appliedBefore || (committed <= applied && !lost)) {
            appliedBefore = applied;
            movedAt = tick;
            return null;
        }
        if (tick - movedAt <= stallTicksMax) {
            return null;
        }
        return "no entry was applied for " + (tick - movedAt) * JRaftHost.TICK_MILLIS + " ms: applied " + applied
                + ", committed "
                + committed + (lost ? ", and proposals wait that are not in the log" : "");
    }
}
