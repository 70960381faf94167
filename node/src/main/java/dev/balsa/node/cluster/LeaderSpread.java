package dev.balsa.node.cluster;

import dev.balsa.raft.GroupStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands groups that this node leads over to the nodes that are preferred for them, so that one node does not do the work of all after a start or a
 * failover. It is in no hurry:
 *
 * <ul>
 *   <li>only a leader that has led for {@code spread-leaders-after-millis} in one term hands over, one group at a time;
 *   <li>only to a member that is alive and has all but the last entries, and while no snapshot is written or sent;
 *   <li>whether it succeeds or not, the next attempt for the same group waits twice as long as the one before, up to ten minutes; ten minutes without a
 *       reason to try end that. So a preferred node that cannot keep its groups gets them less and less often.
 * </ul>
 *
 * Owned by the thread that calls {@link #look}; what a handover reports may come on any thread.
 */
public final class LeaderSpread {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderSpread.class);
    private static final long BACKOFF_MAX_MILLIS = 600_000;
    /** Entries that may be on their way to a member that is caught up. */
    private static final long LAG_MAX = 256;

    /** A group that another node is preferred for, as this class sees it. Thread-safe. */
    public interface Led {
        String name();

        /** Raft address of the member that is to lead. */
        String preferred();

        boolean isLeader();

        /** Asked only while this node leads. */
        GroupStatus status();

        /** Whether a snapshot of it is being written here. */
        boolean savesSnapshot();

        /** @return true when another leads */
        CompletableFuture<Boolean> handOver(String raftAddress);
    }

    private static final class Watch {
        final Led group;
        boolean led;
        long term;
        long ledSince;
        long backoffMillis;
        long notBefore;

        Watch(Led group) {
            this.group = group;
        }
    }

    private final List<Watch> watches;
    private final LongSupplier afterMillis;
    private CompletableFuture<Boolean> moving = CompletableFuture.completedFuture(false);

    /** @param afterMillis how long one must have led; 0 = nothing is handed over */
    public LeaderSpread(List<? extends Led> groups, LongSupplier afterMillis) {
        this.watches = groups.stream().map(Watch::new).toList();
        this.afterMillis = afterMillis;
    }

    /**
     * Looks at the groups and hands over one of them at most. Called about once a second.
     *
     * @param now milliseconds of a clock that does not jump
     */
    public void look(long now) {
        long after = afterMillis.getAsLong();
        if (after == 0 || !moving.isDone()) {
            return;
        }
        for (Watch watch : watches) {
            if (isDue(watch, now, after)) {
                handOver(watch, now, after);
                return;
            }
        }
    }

    private static boolean isDue(Watch watch, long now, long after) {
        if (!watch.group.isLeader()) {
            watch.led = false;
            return false;
        }
        GroupStatus status = watch.group.status();
        if (!watch.led || watch.term != status.term()) {
            watch.led = true;
            watch.term = status.term();
            watch.ledSince = now;
        }
        if (now - watch.ledSince < after || now - watch.notBefore < 0 || watch.group.savesSnapshot()) {
            return false;
        }
        boolean ready = false;
        for (GroupStatus.Follower follower : status.followers()) {
            if (follower.alive() && follower.matchIndex() + 1 < status.firstIndex()) {
                // It is getting a snapshot, which a new leader would have to begin again.
                return false;
            }
            ready |= follower.peer().equals(watch.group.preferred()) && follower.alive() && follower.lag() <= LAG_MAX;
        }
        return ready;
    }

    private void handOver(Watch watch, long now, long after) {
        if (now - watch.notBefore > BACKOFF_MAX_MILLIS) {
            watch.backoffMillis = 0;
        }
        watch.backoffMillis = Math.min(BACKOFF_MAX_MILLIS, Math.max(after, watch.backoffMillis * 2));
        watch.notBefore = now + watch.backoffMillis;
        String to = watch.group.preferred();
        moving = watch.group.handOver(to).handle((moved, failure) -> {
            boolean done = failure == null && moved;
            LOG.info("group {}: leadership {} {}, which is preferred for it", watch.group.name(), done ? "handed to" : "stays: not taken by", to);
            return done;
        });
    }
}
