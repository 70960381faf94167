package dev.balsa.raft;

/** The groups of one process: they share an RPC port and threads. */
public interface RaftHost extends AutoCloseable {
    /**
     * Starts this process's replica of a group. Returns when its log and snapshot have been read; throws {@link
     * RaftStartException} if they are damaged.
     */
    RaftGroup start(RaftConfig config, StateMachine machine);

    @Override
    void close();
}
