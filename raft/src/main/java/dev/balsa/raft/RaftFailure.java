package dev.balsa.raft;

import org.jspecify.annotations.Nullable;

/** Why a proposal or a read barrier did not succeed. Only {@link OutcomeUnknown} may still take effect. */
public sealed interface RaftFailure {

    /**
     * Not appended, will never be applied: this replica does not lead. {@code leader} is the Raft address of the one
     * that does, if known.
     */
    record NotLeader(@Nullable String leader) implements RaftFailure {}

    /** Not appended, will never be applied: too much is in flight. Try again later. */
    record Busy(String reason) implements RaftFailure {}

    /** Appended here, then leadership was lost: it may be applied some day, or never. */
    record OutcomeUnknown(String reason) implements RaftFailure {}

    /** Not appended, will never be applied: the group is closed or broken (e.g. its disk is full). */
    record Closed(String reason) implements RaftFailure {}
}
