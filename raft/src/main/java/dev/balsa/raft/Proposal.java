package dev.balsa.raft;

/**
 * What the proposer keeps of an entry while it is on its way. Exactly one of two things happens: it is handed to {@link
 * StateMachine#apply} with its entry, or {@link #failed} is called once.
 */
public interface Proposal {
    /** Called on any thread; must return at once and not throw. */
    void failed(RaftFailure failure);
}
