package dev.balsa.node.cli;

import java.nio.file.Path;

/**
 * What {@code balsa up} was asked for. Immutable.
 *
 * @param port of the front; the nodes' ports follow from it
 * @param directory absolute
 * @param tls whether a new cluster speaks TLS, and nothing else
 * @param restart whether a node that died is started again
 */
record UpOptions(int nodes, int groups, int port, String bind, Path directory, boolean tls, boolean restart) {
    private static final int CLUSTER_DISTANCE = 100;
    private static final int RAFT_DISTANCE = 10_000;

    /** Port of node {@code i} (from 1 on) for plain clients. */
    int plainPort(int i) {
        return port + i;
    }

    int clusterPort(int i) {
        return port + CLUSTER_DISTANCE + i;
    }

    int raftPort(int i) {
        return port + RAFT_DISTANCE + i;
    }

    Path nodeDirectory(int i) {
        return directory.resolve("node" + i);
    }

    /** Refuses what cannot work, and says what can. */
    void check() {
        if (nodes < 1 || nodes >= CLUSTER_DISTANCE) {
            throw new UserError("--nodes must be from 1 to " + (CLUSTER_DISTANCE - 1) + ", not " + nodes);
        }
        if (groups < 1 || groups > 64) {
            throw new UserError("--groups must be from 1 to 64, not " + groups);
        }
        int portMax = 65_535 - RAFT_DISTANCE - nodes;
        if (port < 1 || port > portMax) {
            throw new UserError("--port must be from 1 to " + portMax
                    + ", because node ports are counted up from it, not " + port);
        }
    }
}
