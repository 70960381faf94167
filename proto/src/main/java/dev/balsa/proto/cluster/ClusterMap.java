package dev.balsa.proto.cluster;

import dev.balsa.proto.slot.SlotRange;
import java.util.List;

/**
 * Which nodes there are and which group serves which slots. Immutable.
 *
 * @param epoch a higher one replaces a lower one
 */
public record ClusterMap(long epoch, List<Node> nodes, List<Group> groups) {

    /**
     * One process.
     *
     * @param id 40 hex digits
     * @param host name or address that others reach it at
     * @param port for plain clients, 0 = none
     * @param clusterPort for cluster-aware clients, proxies and other nodes' fronts
     * @param raftPort for replication
     */
    public record Node(String id, String host, int port, int clusterPort, int raftPort) {}

    /**
     * A Raft group and the slots it serves.
     *
     * @param members node ids
     */
    public record Group(int id, List<SlotRange> slots, List<String> members) {}
}
