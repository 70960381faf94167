package dev.balsa.proto.cluster;

import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which nodes there are and which group serves which slots. Immutable. */
public final class ClusterMap {
    /** No nodes, no groups: what is known before anything is known. */
    public static final ClusterMap EMPTY = new ClusterMap(0, List.of(), List.of());

    private static final short NONE = -1;
    private static final int PORT_MAX = 65_535;

    private final long epoch;
    private final List<Node> nodes;
    private final List<Group> groups;
    /** Index in {@link #groups} of the group that serves each slot. */
    private final short[] groupOfSlot = new short[Slots.COUNT];

    /**
     * Checks and keeps a map.
     *
     * @param epoch a higher one replaces a lower one
     * @throws IllegalArgumentException if a slot has two groups, an id stands twice, a member is no node, or a port is
     *     out of range
     */
    public ClusterMap(long epoch, List<Node> nodes, List<Group> groups) {
        this.epoch = epoch;
        this.nodes = List.copyOf(nodes);
        this.groups = List.copyOf(groups);
        Set<String> nodeIds = new HashSet<>();
        for (Node node : this.nodes) {
            check(nodeIds.add(node.id()), "node " + node.id() + " stands twice");
        }
        Arrays.fill(groupOfSlot, NONE);
        check(groups.size() <= Slots.COUNT, groups.size() + " groups are more than there are slots");
        Set<Integer> groupIds = new HashSet<>();
        for (int i = 0; i < this.groups.size(); i++) {
            Group group = this.groups.get(i);
            check(groupIds.add(group.id()), "group " + group.id() + " stands twice");
            for (String member : group.members()) {
                check(nodeIds.contains(member), "member " + member + " of group " + group.id() + " is no node");
            }
            assign(group, (short) i);
        }
    }

    private void assign(Group group, short index) {
        for (SlotRange range : group.slots()) {
            for (int slot = range.first(); slot <= range.last(); slot++) {
                short other = groupOfSlot[slot];
                check(other == NONE, "slot " + slot + " stands twice, last in group " + group.id());
                groupOfSlot[slot] = index;
            }
        }
    }

    public long epoch() {
        return epoch;
    }

    public List<Node> nodes() {
        return nodes;
    }

    public List<Group> groups() {
        return groups;
    }

    /** The group that serves {@code slot}, or null. */
    public @Nullable Group groupOf(int slot) {
        short index = groupOfSlot[slot];
        return index == NONE ? null : groups.get(index);
    }

    /** The group with that id, or null. */
    public @Nullable Group group(int id) {
        for (Group group : groups) {
            if (group.id() == id) {
                return group;
            }
        }
        return null;
    }

    /** The node with that id, or null. */
    public @Nullable Node node(String id) {
        for (Node node : nodes) {
            if (node.id().equals(id)) {
                return node;
            }
        }
        return null;
    }

    /** Number of slots that some group serves. */
    public int slotsServed() {
        int served = 0;
        for (short index : groupOfSlot) {
            served += index == NONE ? 0 : 1;
        }
        return served;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClusterMap map
                && epoch == map.epoch
                && nodes.equals(map.nodes)
                && groups.equals(map.groups);
    }

    @Override
    public int hashCode() {
        return Objects.hash(epoch, nodes, groups);
    }

    @Override
    public String toString() {
        return "ClusterMap[epoch=" + epoch + ", nodes=" + nodes + ", groups=" + groups + "]";
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("cluster map: " + otherwise);
        }
    }

    /**
     * One process.
     *
     * @param id 40 hex digits
     * @param host name or address that others reach it at
     * @param port for plain clients, 0 = none
     * @param clusterPort for cluster-aware clients, proxies and other nodes' fronts
     * @param raftPort for replication
     */
    public record Node(String id, String host, int port, int clusterPort, int raftPort) {
        public Node {
            check(!id.isEmpty(), "a node without id");
            check(!host.isEmpty(), "node " + id + " without host");
            checkPort(id, "port", port);
            checkPort(id, "cluster port", clusterPort);
            checkPort(id, "raft port", raftPort);
        }

        private static void checkPort(String id, String name, int port) {
            check(port >= 0 && port <= PORT_MAX, name + " " + port + " of node " + id);
        }
    }

    /**
     * A Raft group and the slots it serves.
     *
     * @param members node ids
     */
    public record Group(int id, List<SlotRange> slots, List<String> members) {
        public Group {
            check(id >= 0, "group " + id);
            slots = List.copyOf(slots);
            members = List.copyOf(members);
        }
    }
}
