package dev.balsa.node.observe;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.raft.GroupStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Raft in the words of Redis replication, for INFO, ROLE and WAIT. An offset is the sum of log indexes over the groups
 * that are led here (on a follower:
 * that have a replica here), so differences of offsets are entries. Immutable.
 *
 * @param master whether this node leads a group, or is alone
 * @param offset of this node
 * @param replicas on a master: the other members
 * @param leader on a replica: the node that leads the first group, null if nobody is known to
 */
record ReplicationFigures(boolean master, long offset, List<Replica> replicas, ClusterMap.@Nullable Node leader) {
    /** @param lag entries behind */
    record Replica(ClusterMap.Node node, long offset, long lag, boolean alive) {}

    static ReplicationFigures of(NodeState state) {
        Map<String, long[]> matched = new LinkedHashMap<>();
        Map<String, Boolean> alive = new LinkedHashMap<>();
        boolean leads = false;
        long led = 0;
        long applied = 0;
        for (GroupState group : state.groups()) {
            GroupStatus raft = group.raft();
            applied += raft.appliedIndex();
            if (!group.leads()) {
                continue;
            }
            leads = true;
            led += raft.lastIndex();
            for (GroupStatus.Follower follower : raft.followers()) {
                matched.computeIfAbsent(follower.peer(), peer -> new long[1])[0] += follower.matchIndex();
                alive.merge(follower.peer(), follower.alive(), Boolean::logicalAnd);
            }
        }
        List<Replica> replicas = new ArrayList<>();
        for (Map.Entry<String, long[]> peer : matched.entrySet()) {
            ClusterMap.Node node = state.leaders().nodeAt(peer.getKey());
            if (node != null) {
                long offset = peer.getValue()[0];
                replicas.add(new Replica(node, offset, led - offset, alive.getOrDefault(peer.getKey(), false)));
            }
        }
        boolean alone = state.map().nodes().size() == 1;
        ClusterMap.Node first = state.map().groups().isEmpty()
                ? null
                : state.leaders().leader(state.map().groups().getFirst().id());
        return new ReplicationFigures(leads || alone, leads ? led : applied, replicas, first);
    }

    /** The port that people know a node by. */
    static int shownPort(ClusterMap.Node node) {
        return node.port() != 0 ? node.port() : node.clusterPort();
    }
}
