package dev.balsa.node.observe;

import dev.balsa.node.cluster.ClusterCommands;
import dev.balsa.node.cluster.ClusterIds;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.Slots;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** CLUSTER: which row asks what of {@link ClusterCommands}, and what is refused. Stateless. */
final class ClusterRows {
    private static final String SLOTS_FIXED = "slots are given to groups by the configuration (groups)";
    private static final String MEMBERS_FIXED = "members are named in cluster-node lines of the configuration";
    private static final String EPOCHS = "epochs are Raft terms. There is nothing to bump or to flush";
    private static final int KEYS_MAX = 1_000_000;

    private ClusterRows() {}

    static List<AdminRow> of(ClusterCommands cluster) {
        return Stream.concat(served(cluster), refused()).toList();
    }

    private static Stream<AdminRow> served(ClusterCommands cluster) {
        return Stream.of(
                row(cluster, "slots", 2, (call, reply) -> cluster.slots(reply)),
                row(cluster, "shards", 2, (call, reply) -> cluster.shards(reply)),
                row(cluster, "nodes", 2, (call, reply) -> cluster.nodes(reply)),
                row(cluster, "info", 2, (call, reply) -> cluster.info(reply)),
                row(cluster, "myid", 2, (call, reply) -> reply.bulk(cluster.view().nodeId())),
                row(cluster, "myshardid", 2, (call, reply) -> reply.bulk(ClusterIds.replicationId(cluster.view()
                        .map()))),
                row(cluster, "replicas", 3, (call, reply) -> cluster.replicas(reply, call.args().text(2))),
                row(cluster, "slaves", 3, (call, reply) -> cluster.replicas(reply, call.args().text(2))),
                row(cluster, "links", 2, (call, reply) -> reply.array(0)),
                row(cluster, "count-failure-reports", 3,
                        (call, reply) -> cluster.countFailureReports(reply, call.args().text(2))),
                row(cluster, "countkeysinslot", 3, (call, reply) -> countKeysInSlot(cluster, call)),
                row(cluster, "getkeysinslot", 4, (call, reply) -> getKeysInSlot(cluster, call)),
                new AdminRow("cluster|keyslot", 3, call -> call.reply().integer(Slots.slot(call.args(), 2))),
                new AdminRow("cluster|help", 2, ClusterRows::help));
    }

    private static AdminRow row(ClusterCommands cluster, String name, int arity, BiConsumer<AdminCall,
            RespWriter> body) {
        return new AdminRow("cluster|" + name, arity, call -> {
            if (cluster.view().clusterEnabled()) {
                body.accept(call, call.reply());
            } else {
                call.reply().error("ERR This instance has cluster support disabled");
            }
        });
    }

    private static Stream<AdminRow> refused() {
        return Stream.of(
                NodeCommands.refused("cluster|addslots", SLOTS_FIXED),
                NodeCommands.refused("cluster|addslotsrange", SLOTS_FIXED),
                NodeCommands.refused("cluster|delslots", SLOTS_FIXED),
                NodeCommands.refused("cluster|delslotsrange", SLOTS_FIXED),
                NodeCommands.refused("cluster|setslot", SLOTS_FIXED),
                NodeCommands.refused("cluster|flushslots", EPOCHS),
                NodeCommands.refused("cluster|bumpepoch", EPOCHS),
                NodeCommands.refused("cluster|set-config-epoch", EPOCHS),
                NodeCommands.refused("cluster|meet", MEMBERS_FIXED),
                NodeCommands.refused("cluster|forget", MEMBERS_FIXED),
                NodeCommands.refused("cluster|replicate", MEMBERS_FIXED),
                NodeCommands.refused("cluster|reset", MEMBERS_FIXED),
                NodeCommands.refused("cluster|saveconfig",
                        "there is no nodes.conf. Members stand in the configuration"),
                NodeCommands.refused("cluster|failover",
                        "a replica cannot take over by itself. Send FAILOVER TO <host> <port> to the master"));
    }

    // CLUSTER COUNTKEYSINSLOT slot
    private static void countKeysInSlot(ClusterCommands cluster, AdminCall call) {
        Long slot = call.number(2, "value is not an integer or out of range");
        if (slot == null) {
            return;
        }
        if (slot < 0 || slot >= Slots.COUNT) {
            call.reply().error("ERR Invalid slot");
            return;
        }
        call.answerWith(cluster.view().countKeysInSlot(slot.intValue()), RespWriter::integer);
    }

    // CLUSTER GETKEYSINSLOT slot count
    private static void getKeysInSlot(ClusterCommands cluster, AdminCall call) {
        Long slot = call.number(2, "value is not an integer or out of range");
        Long count = slot == null ? null : call.number(3, "value is not an integer or out of range");
        if (slot == null || count == null) {
            return;
        }
        if (slot < 0 || slot >= Slots.COUNT || count < 0) {
            call.reply().error("ERR Invalid slot or number of keys");
            return;
        }
        int most = (int) Math.min(count, KEYS_MAX);
        call.answerWith(cluster.view().keysInSlot(slot.intValue(), most), (reply, keys) -> {
            reply.array(keys.size());
            keys.forEach(reply::bulk);
        });
    }

    private static void help(AdminCall call) {
        call.help(
                "CLUSTER",
                "COUNTKEYSINSLOT <slot>",
                "    Return the number of keys in <slot>.",
                "GETKEYSINSLOT <slot> <count>",
                "    Return key names stored by current node in a slot.",
                "INFO",
                "    Return information about the cluster.",
                "KEYSLOT <key>",
                "    Return the hash slot for <key>.",
                "MYID",
                "    Return the node id.",
                "MYSHARDID",
                "    Return the node's shard id.",
                "NODES",
                "    Return cluster configuration seen by node. Output format:",
                "    <id> <ip:port@bus-port[,hostname]> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...",
                "REPLICAS <node-id>",
                "    Return <node-id> replicas.",
                "SLOTS",
                "    Return information about slots range mappings. Each range is made of:",
                "    start, end, master and replicas IP addresses, ports and ids",
                "SHARDS",
                "    Return information about slot range mappings and the nodes associated with them.",
                "COUNT-FAILURE-REPORTS <node-id>",
                "    Return number of failure reports for <node-id>.",
                "LINKS",
                "    Return information about all network links between this node and its peers.");
    }
}
