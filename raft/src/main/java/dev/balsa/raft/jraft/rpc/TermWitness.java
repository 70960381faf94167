package dev.balsa.raft.jraft.rpc;

/**
 * Says for leaders of other processes in which term the replicas of this one are. Thread-safe; called on loops, so it
 * must not wait.
 *
 * <p>What a yes proves: a replica writes its term down before it votes in it, and terms never fall. So a replica that
 * is
 * in term T has not voted for a leader of a later term yet. When a majority, the leader of term T included, says so at
 * moments after a read has arrived, no later leader had been elected when the read came, and nobody else had
 * acknowledged anything since (Raft's ReadIndex; Ongaro's dissertation, 6.4). A heartbeat's answer says the same, at
 * the
 * price of JRaft's whole way through replicator, locks and threads.
 */
@FunctionalInterface
public interface TermWitness {
    /** Whether the replica of that group here is open and in exactly this term. */
    boolean isTerm(String group, long term);
}
