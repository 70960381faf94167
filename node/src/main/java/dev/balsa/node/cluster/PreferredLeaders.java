package dev.balsa.node.cluster;

import dev.balsa.proto.cluster.ClusterMap;
import java.util.List;

/**
 * Which member of a group is to lead it when nothing speaks against it: the members in the order of their ids take the groups in turn, in the order
 * of the map. So leaders are spread evenly, and every node computes the same from the same members, in whatever order its configuration names them.
 * Stateless.
 */
public final class PreferredLeaders {
    private PreferredLeaders() {}

    /** @return a node's id; empty for a group without members */
    public static String of(ClusterMap map, ClusterMap.Group group) {
        List<String> members = group.members().stream().sorted().toList();
        return members.isEmpty() ? "" : members.get(map.groups().indexOf(group) % members.size());
    }
}
