package dev.balsa.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a replica stands.
 *
 * @param role {@code leader}, {@code follower}, {@code candidate}, {@code waiting} (to be founded or
 *     added) or {@code error}
 * @param firstIndex of the log that is kept
 * @param appliedIndex last entry that was handed to the state machine, or that there was nothing to hand over of
 * @param snapshotIndex last index in the newest snapshot, 0 = none
 * @param logBytes of the log that is kept on disk
 * @param followers on the leader: how far each other member is; else empty
 * @param problem why the replica takes no entries or is closed, for people; null = it is well
 */
public record GroupStatus(
        String role,
        long term,
        @Nullable String leader,
        long firstIndex,
        long lastIndex,
        long committedIndex,
        long appliedIndex,
        long snapshotIndex,
        long logBytes,
        List<Follower> followers,
        @Nullable String problem) {

    /** @param lag entries behind the leader's last */
    public record Follower(String peer, long matchIndex, long lag, boolean alive) {}
}
