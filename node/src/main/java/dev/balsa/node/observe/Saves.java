package dev.balsa.node.observe;

import java.util.List;

/**
 * The snapshots of all groups here as one: INFO persistence and LASTSAVE. Immutable.
 *
 * @param oldestMillis when the oldest of the newest snapshots was finished
 * @param tookSeconds the longest of the last ones, -1 = none yet
 * @param runningSeconds since the first of those being written was begun, -1 = none is
 * @param count written by this process, of all groups
 */
record Saves(long oldestMillis, boolean allOk, boolean running, long tookSeconds, long runningSeconds,
        long changesSince, long logBytes, long count) {
    static Saves of(List<GroupState> groups, long nowMillis) {
        long oldest = Long.MAX_VALUE;
        boolean ok = true;
        long began = Long.MAX_VALUE;
        long took = -1;
        long changes = 0;
        long logBytes = 0;
        long count = 0;
        for (GroupState group : groups) {
            GroupState.Saved saved = group.saved();
            oldest = Math.min(oldest, saved.lastMillis());
            ok &= saved.lastOk();
            took = Math.max(took, saved.lastTookMillis() < 0 ? -1 : saved.lastTookMillis() / 1000);
            began = saved.runningSinceMillis() == 0 ? began : Math.min(began, saved.runningSinceMillis());
            changes += saved.changesSince();
            logBytes += group.raft().logBytes();
            count += saved.count();
        }
        boolean running = began != Long.MAX_VALUE;
        long since = running ? Math.max(0, (nowMillis - began) / 1000) : -1;
        return new Saves(oldest == Long.MAX_VALUE ? nowMillis : oldest, ok, running, took, since, changes, logBytes,
                count);
    }
}
