package dev.balsa.node.cluster;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import java.util.ArrayList;
import java.util.List;

/**
 * The cluster map that follows from the configuration: every member in every group, slots in equal ranges. Stateless.
 */
public final class StaticMap {
    /** The first epoch; a map that moved slots has a higher one. */
    private static final long EPOCH = 1;

    private StaticMap() {}

    /** @param nodeId of this node, used when the configuration names no members: then it is the only one */
    public static ClusterMap of(NodeConfig config, String nodeId) {
        List<ClusterMap.Node> nodes = config.members().isEmpty()
                ? List.of(new ClusterMap.Node(nodeId, host(config), config.clientPort(), config.clusterPort(),
                config.raftPort()))
                : config.members();
        List<String> members = nodes.stream().map(ClusterMap.Node::id).toList();
        List<ClusterMap.Group> groups = new ArrayList<>();
        for (int i = 0; i < config.groups(); i++) {
            groups.add(new ClusterMap.Group(i, List.of(range(i, config.groups())), members));
        }
        return new ClusterMap(EPOCH, nodes, groups);
    }

    /**
     * Slots of group {@code i} of {@code groups}; three groups get 0-5460, 5461-10922 and 10923-16383, as redis-cli
     * gives them.
     */
    static SlotRange range(int i, int groups) {
        double share = (double) Slots.COUNT / groups;
        int first = i == 0 ? 0 : (int) Math.round(share * i - 1) + 1;
        int last = i == groups - 1 ? Slots.COUNT - 1 : (int) Math.round(share * (i + 1) - 1);
        return new SlotRange(first, last);
    }

    private static String host(NodeConfig config) {
        for (String bind : config.bind()) {
            boolean any = bind.equals("*") || bind.equals("0.0.0.0") || bind.startsWith("-") || bind.equals("::");
            if (!any) {
                return bind;
            }
        }
        return "127.0.0.1";
    }
}
