package dev.balsa.node.observe;

import dev.balsa.node.cluster.LeaderTable;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.raft.GroupStatus;

/** One group in one line of INFO, fields separated by commas as Redis does. Stateless. */
final class GroupLine {
    private GroupLine() {}

    static String of(GroupState group, LeaderTable leaders) {
        GroupStatus raft = group.raft();
        ClusterMap.Node leader = leaders.leader(group.id());
        long lag = raft.followers().stream().mapToLong(GroupStatus.Follower::lag).max()
                .orElse(raft.committedIndex() - raft.appliedIndex());
        return "slots=" + slots(group)
                + ",role=" + raft.role()
                + ",term=" + raft.term()
                + ",leader=" + (leader == null ? "" : leader.id())
                + ",first=" + raft.firstIndex()
                + ",last=" + raft.lastIndex()
                + ",committed=" + raft.committedIndex()
                + ",applied=" + raft.appliedIndex()
                + ",snapshot=" + raft.snapshotIndex()
                + ",lag=" + lag
                + ",keys=" + group.keyCount()
                + ",bytes=" + group.usedBytes()
                + ",log_bytes=" + raft.logBytes()
                + ",log_time=" + group.logMillis()
                + problem(raft);
    }

    /** The last field, and only of a replica that is not well: why. */
    private static String problem(GroupStatus raft) {
        String problem = raft.problem();
        return problem == null ? "" : ",problem=" + problem.replace(',', ';').replace('\r', ' ').replace('\n', ' ');
    }

    /** {@code 0-5460}, several joined by {@code +} because commas separate fields. */
    static String slots(GroupState group) {
        StringBuilder text = new StringBuilder();
        for (SlotRange range : group.slots()) {
            text.append(text.isEmpty() ? "" : "+").append(range.first()).append('-').append(range.last());
        }
        return text.toString();
    }
}
