package dev.balsa.node;

import dev.balsa.node.config.NodeConfig;

/** Starts a node: the only place that knows all parts. */
public final class NodeMain {
    private NodeMain() {}

    /**
     * Runs a node until it is told to stop (SHUTDOWN, SIGTERM).
     *
     * @return the process's exit status
     */
    public static int run(NodeConfig config) throws Exception {
        throw new IllegalStateException("this build has no node for port " + config.port());
    }
}
