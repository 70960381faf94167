package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import dev.balsa.raft.Proposal;
import dev.balsa.raft.RaftFailure;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One proposal on its way. Ends exactly once, whoever comes first: the apply thread takes it, JRaft runs it with a
 * failure, the
 * call that proposed it throws, or the group sweeps it out when it closes. JRaft may do two of these for one task.
 *
 * <p>Thread-safe by compare-and-set.
 */
final class InFlight extends AtomicBoolean implements Closure {
    private static final long serialVersionUID = 1;

    private final transient JRaftGroup group;
    private final transient Proposal proposal;
    /** The group's tick when it was proposed: how old it is in time that passed for this process. */
    final long sinceTick;

    InFlight(JRaftGroup group, Proposal proposal, long sinceTick) {
        this.group = group;
        this.proposal = proposal;
        this.sinceTick = sinceTick;
    }

    /** For the apply thread: the proposal of a committed entry, or null if it ended otherwise. */
    @Nullable Proposal take() {
        if (!compareAndSet(false, true)) {
            return null;
        }
        group.ended(this);
        return proposal;
    }

    /** JRaft calls it only for what is not applied. */
    @Override
    public void run(Status status) {
        fail(
                status.isOk()
                        ? new RaftFailure.OutcomeUnknown("JRaft ended the entry without applying it")
                        : Failures.ofProposal(status, group.leadership().leader()));
    }

    void fail(RaftFailure failure) {
        if (compareAndSet(false, true)) {
            group.ended(this);
            proposal.failed(failure);
        }
    }
}
