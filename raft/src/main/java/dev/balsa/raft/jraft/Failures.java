package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import dev.balsa.raft.RaftFailure;
import org.jspecify.annotations.Nullable;

/**
 * What a status of JRaft means. Stateless.
 *
 * <p>Only a status that provably comes from before the append is definite. EPERM is not proof: "Is not leader." and a
 * mismatch of
 * the expected term are answered before anything was appended, but "Leader stepped down" is answered for entries that
 * are already
 * in the log and may still be committed by the next leader. The texts are those of JRaft 1.4.1 ({@code
 * NodeImpl.executeApplyingTasks},
 * {@code ClosureQueueImpl.clear}); a text that changes makes a definite failure unknown, never the other way round.
 */
final class Failures {
    private static final String NOT_LEADER = "Is not leader.";
    private static final String OTHER_TERM = "expected_term=";

    private Failures() {}

    /** Of a proposal. */
    static RaftFailure ofProposal(Status status, @Nullable String leader) {
        String text = text(status);
        return switch (status.getRaftError()) {
            case EPERM ->
                text.equals(NOT_LEADER) || text.startsWith(OTHER_TERM)
                        ? new RaftFailure.NotLeader(leader)
                        : new RaftFailure.OutcomeUnknown(text);
            // The ring or the log's memory is full, or leadership is being handed over: checked before the append.
            case EBUSY -> new RaftFailure.Busy(text);
            case ENODESHUTDOWN -> new RaftFailure.Closed(text);
            default -> new RaftFailure.OutcomeUnknown(text);
        };
    }

    /** Of a read barrier: never ambiguous, it did not happen. */
    static RaftFailure ofRead(Status status, @Nullable String leader) {
        String text = text(status);
        return switch (status.getRaftError()) {
            case EPERM -> new RaftFailure.NotLeader(leader);
            case ENODESHUTDOWN, EHOSTDOWN, ESTOP, ESHUTDOWN -> new RaftFailure.Closed(text);
            default -> new RaftFailure.Busy(text);
        };
    }

    static String text(Status status) {
        String text = status.getErrorMsg();
        return text == null ? String.valueOf(status.getRaftError()) : text;
    }
}
