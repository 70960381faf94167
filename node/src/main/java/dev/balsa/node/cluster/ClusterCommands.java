package dev.balsa.node.cluster;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.SlotRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as Redis Cluster's clients want to see it: the leader of a group is the master of its slots, the other
 * members are its replicas, and every
 * address is a cluster port. A node that leads several groups is a master with several ranges; one that leads none is
 * the replica of the leader
 * of the first group. Immutable; figures are those of the moment.
 */
public final class ClusterCommands {
    private final ClusterView view;

    public ClusterCommands(ClusterView view) {
        this.view = view;
    }

    /** What it is about. */
    public ClusterView view() {
        return view;
    }

    /**
     * CLUSTER SLOTS: for each range first, last, master, replicas; each node is address, port, id, and what else is
     * known of it (nothing).
     */
    public void slots(RespWriter reply) {
        int ranges = 0;
        for (ClusterMap.Group group : view.map().groups()) {
            ranges += group.slots().size();
        }
        reply.array(ranges);
        for (ClusterMap.Group group : view.map().groups()) {
            List<ClusterMap.Node> members = leaderFirst(group);
            for (SlotRange range : group.slots()) {
                reply.array(2L + members.size());
                reply.integer(range.first());
                reply.integer(range.last());
                for (ClusterMap.Node member : members) {
                    reply.array(4);
                    reply.bulk(member.host());
                    reply.integer(member.clusterPort());
                    reply.bulk(member.id());
                    reply.map(0);
                }
            }
        }
    }

    /** CLUSTER SHARDS: each group with its slots and members. */
    public void shards(RespWriter reply) {
        reply.array(view.map().groups().size());
        for (ClusterMap.Group group : view.map().groups()) {
            reply.map(2);
            reply.bulk("slots");
            reply.array(group.slots().size() * 2L);
            for (SlotRange range : group.slots()) {
                reply.integer(range.first());
                reply.integer(range.last());
            }
            reply.bulk("nodes");
            List<ClusterMap.Node> members = leaderFirst(group);
            ClusterMap.Node leader = view.leaders().leader(group.id());
            reply.array(members.size());
            for (ClusterMap.Node member : members) {
                shardNode(reply, group.id(), member, member.equals(leader));
            }
        }
    }

    private void shardNode(RespWriter reply, int group, ClusterMap.Node member, boolean leads) {
        reply.map(7);
        reply.bulk("id");
        reply.bulk(member.id());
        reply.bulk(view.clusterTls() ? "tls-port" : "port");
        reply.integer(member.clusterPort());
        reply.bulk("ip");
        reply.bulk(member.host());
        reply.bulk("endpoint");
        reply.bulk(member.host());
        reply.bulk("role");
        reply.bulk(leads ? "master" : "replica");
        reply.bulk("replication-offset");
        reply.integer(view.offset(group, member.id()));
        reply.bulk("health");
        reply.bulk(view.seemsAlive(member.id()) ? "online" : "fail");
    }

    /** CLUSTER NODES: a line for each node. */
    public void nodes(RespWriter reply) {
        StringBuilder text = new StringBuilder();
        for (ClusterMap.Node node : view.map().nodes()) {
            text.append(line(node)).append('\n');
        }
        reply.verbatim("txt", text.toString());
    }

    /** Id, address, flags, master, ping, pong, epoch, link, slots. */
    private String line(ClusterMap.Node node) {
        boolean self = node.id().equals(view.nodeId());
        boolean master = isMaster(node);
        ClusterMap.Node followed = master ? null : firstLeader();
        long epoch = 0;
        StringBuilder slots = new StringBuilder();
        for (ClusterMap.Group group : view.map().groups()) {
            if (!node.equals(view.leaders().leader(group.id()))) {
                continue;
            }
            epoch = Math.max(epoch, view.leaders().term(group.id()));
            for (SlotRange range : group.slots()) {
                slots.append(' ').append(range.first());
                if (range.last() != range.first()) {
                    slots.append('-').append(range.last());
                }
            }
        }
        boolean alive = view.seemsAlive(node.id());
        return node.id() + " " + node.host() + ":" + node.clusterPort() + "@" + node.raftPort() + " "
                + (self ? "myself," : "") + (master ? "master" : "slave") + (alive ? "" : ",fail") + " "
                + (followed == null ? "-" : followed.id()) + " 0 0 " + epoch + (alive ? " connected" : " disconnected")
                + slots;
    }

    /** CLUSTER INFO. */
    public void info(RespWriter reply) {
        int served = 0;
        int all = 0;
        int masters = 0;
        long term = 0;
        long mine = 0;
        for (ClusterMap.Group group : view.map().groups()) {
            int slots = 0;
            for (SlotRange range : group.slots()) {
                slots += range.last() - range.first() + 1;
            }
            all += slots;
            ClusterMap.Node leader = view.leaders().leader(group.id());
            served += leader == null ? 0 : slots;
            term = Math.max(term, view.leaders().term(group.id()));
            mine = leader != null && leader.id().equals(view.nodeId())
                    ? Math.max(mine, view.leaders().term(group.id())) : mine;
        }
        for (ClusterMap.Node node : view.map().nodes()) {
            masters += view.leaders().leadsAny(node.id()) ? 1 : 0;
        }
        reply.verbatim("txt", "cluster_state:" + (served == all ? "ok" : "fail") + "\r\n"
                + "cluster_slots_assigned:" + all + "\r\n"
                + "cluster_slots_ok:" + served + "\r\n"
                + "cluster_slots_pfail:0\r\n"
                + "cluster_slots_fail:" + (all - served) + "\r\n"
                + "cluster_known_nodes:" + view.map().nodes().size() + "\r\n"
                + "cluster_size:" + masters + "\r\n"
                + "cluster_current_epoch:" + term + "\r\n"
                + "cluster_my_epoch:" + mine + "\r\n"
                + "cluster_stats_messages_sent:0\r\n"
                + "cluster_stats_messages_received:0\r\n"
                + "total_cluster_links_buffer_limit_exceeded:0\r\n");
    }

    /** CLUSTER REPLICAS id: the lines of the nodes that follow it. */
    public void replicas(RespWriter reply, String id) {
        ClusterMap.Node node = find(id);
        if (node == null) {
            reply.error("ERR Unknown node " + id);
            return;
        }
        if (!isMaster(node)) {
            reply.error("ERR The specified node is not a master");
            return;
        }
        List<String> lines = new ArrayList<>();
        for (ClusterMap.Node other : view.map().nodes()) {
            if (!isMaster(other) && node.equals(firstLeader())) {
                lines.add(line(other));
            }
        }
        reply.array(lines.size());
        lines.forEach(reply::bulk);
    }

    /** CLUSTER COUNT-FAILURE-REPORTS id: nobody reports failures, elections find them. */
    public void countFailureReports(RespWriter reply, String id) {
        if (find(id) == null) {
            reply.error("ERR Unknown node " + id);
        } else {
            reply.integer(0);
        }
    }

    private ClusterMap.@Nullable Node find(String id) {
        for (ClusterMap.Node node : view.map().nodes()) {
            if (node.id().equals(id)) {
                return node;
            }
        }
        return null;
    }

    private boolean isMaster(ClusterMap.Node node) {
        return view.leaders().leadsAny(node.id()) || view.map().nodes().size() == 1;
    }

    /** The leader of the first group that has one. */
    private ClusterMap.@Nullable Node firstLeader() {
        for (ClusterMap.Group group : view.map().groups()) {
            ClusterMap.Node leader = view.leaders().leader(group.id());
            if (leader != null) {
                return leader;
            }
        }
        return null;
    }

    /**
     * Members of a group; without a known leader the first one stands in, whom clients ask and who tells them to wait.
     */
    private List<ClusterMap.Node> leaderFirst(ClusterMap.Group group) {
        ClusterMap.Node leader = view.leaders().leader(group.id());
        List<ClusterMap.Node> members = new ArrayList<>();
        for (String id : group.members()) {
            ClusterMap.Node member = find(id);
            if (member != null && member.equals(leader)) {
                members.addFirst(member);
            } else if (member != null) {
                members.add(member);
            }
        }
        return members;
    }
}
