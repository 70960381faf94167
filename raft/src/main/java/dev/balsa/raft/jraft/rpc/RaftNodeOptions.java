package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.option.NodeOptions;

/**
 * Options of a Raft node that remember the process's transport. Not thread-safe, as JRaft's own. Made by {@link
 * RaftRpc}.
 */
final class RaftNodeOptions extends NodeOptions {
    private final RaftRpc rpc;

    RaftNodeOptions(RaftRpc rpc) {
        this.rpc = rpc;
    }

    RaftRpc rpc() {
        return rpc;
    }
}
