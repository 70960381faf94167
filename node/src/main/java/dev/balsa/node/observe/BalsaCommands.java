package dev.balsa.node.observe;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.cluster.ClusterMapCodec;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.acl.Definition;
import dev.balsa.raft.GroupStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** BALSA: what nodes, proxies and the command line ask each other. BALSA GROUP is the front's own. Immutable. */
final class BalsaCommands {
    private final NodeState node;

    BalsaCommands(NodeState node) {
        this.node = node;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("balsa|map", 2, call -> call.reply().bulk(ClusterMapCodec.encode(node.map()))),
                new AdminRow("balsa|status", 2, this::status),
                new AdminRow("balsa|digest", -2, this::digest),
                new AdminRow("balsa|users", -2, this::users),
                new AdminRow("balsa|help", 2, BalsaCommands::help));
    }

    // BALSA USERS [version]: the version of the users here; unless it is that one, names and rules follow.
    private void users(AdminCall call) {
        Definition users = node.users();
        RespWriter reply = call.reply();
        boolean known = call.args().count() > 2 && users.version() > 0
                && call.args().text(2).equals(Long.toString(users.version()));
        reply.array(known ? 1 : 1 + 2L * users.rules().size());
        reply.integer(users.version());
        if (!known) {
            users.rules().forEach((name, rules) -> {
                reply.bulk(name.getBytes(StandardCharsets.ISO_8859_1));
                reply.bulk(rules.getBytes(StandardCharsets.ISO_8859_1));
            });
        }
    }

    // BALSA STATUS: a map of this node, with the list of its groups.
    private void status(AdminCall call) {
        RespWriter reply = call.reply();
        ProcessFigures process = ProcessFigures.now();
        List<GroupState> groups = node.groups();
        long used = 0;
        for (GroupState group : groups) {
            used += group.usedBytes();
        }
        reply.map(9);
        text(reply, "id", node.nodeId());
        text(reply, "version", Versions.BALSA);
        number(reply, "pid", ProcessHandle.current().pid());
        number(reply, "uptime-millis", System.currentTimeMillis() - node.startMillis());
        number(reply, "used-bytes", used);
        number(reply, "resident-bytes", process.residentBytes());
        number(reply, "clients", node.front().connected());
        reply.bulk("nodes");
        nodes(reply);
        reply.bulk("groups");
        reply.array(groups.size());
        for (GroupState group : groups) {
            group(reply, group);
        }
    }

    private void nodes(RespWriter reply) {
        reply.array(node.map().nodes().size());
        for (ClusterMap.Node member : node.map().nodes()) {
            reply.map(5);
            text(reply, "id", member.id());
            text(reply, "host", member.host());
            number(reply, "port", member.port());
            number(reply, "cluster-port", member.clusterPort());
            number(reply, "raft-port", member.raftPort());
        }
    }

    private void group(RespWriter reply, GroupState group) {
        GroupStatus raft = group.raft();
        ClusterMap.Node leader = node.leaders().nodeAt(raft.leader());
        reply.map(16);
        number(reply, "id", group.id());
        text(reply, "slots", GroupLine.slots(group));
        text(reply, "role", raft.role());
        number(reply, "term", raft.term());
        text(reply, "leader", leader == null ? "" : leader.id());
        number(reply, "first-index", raft.firstIndex());
        number(reply, "last-index", raft.lastIndex());
        number(reply, "committed-index", raft.committedIndex());
        number(reply, "applied-index", raft.appliedIndex());
        number(reply, "snapshot-index", raft.snapshotIndex());
        number(reply, "keys", group.keyCount());
        number(reply, "used-bytes", group.usedBytes());
        number(reply, "log-bytes", raft.logBytes());
        number(reply, "log-millis", group.logMillis());
        String problem = raft.problem();
        text(reply, "problem", problem == null ? "" : problem);
        reply.bulk("followers");
        reply.array(raft.followers().size());
        for (GroupStatus.Follower follower : raft.followers()) {
            ClusterMap.Node member = node.leaders().nodeAt(follower.peer());
            reply.map(4);
            text(reply, "id", member == null ? follower.peer() : member.id());
            number(reply, "match-index", follower.matchIndex());
            number(reply, "lag", follower.lag());
            number(reply, "alive", follower.alive() ? 1 : 0);
        }
    }

    // BALSA DIGEST [group]: for each group here its id, the applied index, and the digest of the state after it.
    private void digest(AdminCall call) {
        Long only = call.args().count() > 2 ? call.number(2, "value is not an integer or out of range")
                : Long.valueOf(-1);
        if (only == null) {
            return;
        }
        List<Integer> ids = new ArrayList<>();
        List<CompletableFuture<NodeState.Digest>> digests = new ArrayList<>();
        for (GroupState group : node.groups()) {
            if (only < 0 || only == group.id()) {
                ids.add(group.id());
                digests.add(node.digest(group.id()));
            }
        }
        if (ids.isEmpty()) {
            call.reply().error("ERR no replica of group " + only + " is here");
            return;
        }
        call.answerWith(CompletableFuture.allOf(digests.toArray(CompletableFuture[]::new)), (reply, _) -> {
            reply.array(ids.size());
            for (int i = 0; i < ids.size(); i++) {
                reply.map(3);
                number(reply, "group", ids.get(i));
                number(reply, "index", digests.get(i).join().index());
                text(reply, "digest", digests.get(i).join().hex());
            }
        });
    }

    private static void text(RespWriter reply, String name, String value) {
        reply.bulk(name);
        reply.bulk(value);
    }

    private static void number(RespWriter reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }

    private static void help(AdminCall call) {
        call.help(
                "BALSA",
                "DIGEST [<group>]",
                "    Return a signature of the state of this node's replicas: the same on every",
                "    replica that has applied the same index.",
                "GROUP <id> <command> [<arg> ...]",
                "    Run a command without keys in one group that this node leads.",
                "MAP",
                "    Return nodes, groups and slots as a protobuf message (control.proto).",
                "STATUS",
                "    Return where this node and its replicas stand.");
    }
}
