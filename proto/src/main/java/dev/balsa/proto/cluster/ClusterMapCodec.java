package dev.balsa.proto.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.balsa.proto.control.ClusterMapMessage;
import dev.balsa.proto.control.GroupMessage;
import dev.balsa.proto.control.NodeMessage;
import dev.balsa.proto.control.SlotRangeMessage;
import dev.balsa.proto.slot.SlotRange;
import java.util.ArrayList;
import java.util.List;

/** The cluster map as protobuf bytes ({@code ClusterMapMessage} of control.proto). Thread-safe: keeps nothing. */
public final class ClusterMapCodec {
    private ClusterMapCodec() {}

    /** The map as bytes; the same map gives the same bytes. */
    public static byte[] encode(ClusterMap map) {
        ClusterMapMessage.Builder message = ClusterMapMessage.newBuilder().setEpoch(map.epoch());
        for (ClusterMap.Node node : map.nodes()) {
            message.addNodes(NodeMessage.newBuilder()
                    .setId(node.id())
                    .setHost(node.host())
                    .setPort(node.port())
                    .setClusterPort(node.clusterPort())
                    .setRaftPort(node.raftPort()));
        }
        for (ClusterMap.Group group : map.groups()) {
            GroupMessage.Builder one = GroupMessage.newBuilder().setId(group.id()).addAllMembers(group.members());
            for (SlotRange range : group.slots()) {
                one.addSlots(SlotRangeMessage.newBuilder().setFirst(range.first()).setLast(range.last()));
            }
            message.addGroups(one);
        }
        return message.build().toByteArray();
    }

    /**
     * The map that {@code bytes} hold.
     *
     * @throws IllegalArgumentException if they hold none, or one that {@link ClusterMap} refuses
     */
    public static ClusterMap decode(byte[] bytes) {
        ClusterMapMessage message;
        try {
            message = ClusterMapMessage.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("cluster map: " + e.getMessage(), e);
        }
        List<ClusterMap.Node> nodes = new ArrayList<>();
        for (NodeMessage node : message.getNodesList()) {
            nodes.add(new ClusterMap.Node(
                    node.getId(), node.getHost(), node.getPort(), node.getClusterPort(), node.getRaftPort()));
        }
        List<ClusterMap.Group> groups = new ArrayList<>();
        for (GroupMessage group : message.getGroupsList()) {
            List<SlotRange> slots = new ArrayList<>();
            for (SlotRangeMessage range : group.getSlotsList()) {
                slots.add(new SlotRange(range.getFirst(), range.getLast()));
            }
            groups.add(new ClusterMap.Group(group.getId(), slots, group.getMembersList()));
        }
        return new ClusterMap(message.getEpoch(), nodes, groups);
    }
}
