package dev.balsa.node.cli;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.cluster.ClusterMapCodec;
import dev.balsa.proto.resp.RespReply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What every node of a cluster says of itself, asked one after the other. Immutable. */
record ClusterReport(ClusterMap map, List<Answer> answers) {
    private static final int TIMEOUT_MILLIS = 2_000;

    /**
     * @param report null: it did not answer
     * @param problem why, or empty
     */
    record Answer(ClusterMap.Node node, @Nullable NodeReport report, String problem) {}

    /**
     * A group as its leader sees it.
     *
     * @param leader null: no node says that it leads
     */
    record Lead(ClusterMap.Group group, ClusterMap.@Nullable Node leader, @Nullable NodeReport report) {}

    /** Asks {@code address} who is there, then everyone. */
    static ClusterReport ask(String address, Access access) {
        ClusterMap map;
        try (RespClient client = RespClient.open(address, access, TIMEOUT_MILLIS)) {
            if (!(client.ask("BALSA", "MAP") instanceof RespReply.Bulk(byte[] bytes))) {
                throw new UserError(address + " does not know its cluster");
            }
            map = ClusterMapCodec.decode(bytes);
        } catch (IOException e) {
            throw new UserError("cannot reach " + address + ": " + e.getMessage()
                    + ". Is it running? Start one with 'balsa up'.");
        }
        List<Answer> answers = new ArrayList<>();
        for (ClusterMap.Node node : map.nodes()) {
            answers.add(ask(node, access));
        }
        return new ClusterReport(map, answers);
    }

    private static Answer ask(ClusterMap.Node node, Access access) {
        int port = node.clusterPort() != 0 ? node.clusterPort() : node.port();
        try (RespClient client = RespClient.open(node.host() + ":" + port, access, TIMEOUT_MILLIS)) {
            return new Answer(node, status(client), "");
        } catch (IOException | RuntimeException e) {
            return new Answer(node, null, String.valueOf(e.getMessage()));
        }
    }

    /** BALSA STATUS of the node at the other end. */
    static NodeReport status(RespClient client) throws IOException {
        client.ask("HELLO", "3");
        return NodeReport.of(client.ask("BALSA", "STATUS"));
    }

    /** For each group the node that leads it in the highest term. */
    List<Lead> leads() {
        List<Lead> leads = new ArrayList<>();
        for (ClusterMap.Group group : map.groups()) {
            Lead found = new Lead(group, null, null);
            for (Answer answer : answers) {
                for (NodeReport replica : answer.report() == null ? List.<NodeReport>of() : answer.report().groups()) {
                    boolean leading = replica.number("id") == group.id() && replica.text("role").equals("leader");
                    if (leading && (found.report() == null || replica.number("term") > found.report().number("term"))) {
                        found = new Lead(group, answer.node(), replica);
                    }
                }
            }
            leads.add(found);
        }
        return leads;
    }

    /** Whether every node answers and every group is led. */
    boolean healthy() {
        return answers.stream().allMatch(answer -> answer.report() != null)
                && leads().stream().allMatch(lead -> lead.leader() != null);
    }

    String json() {
        List<Map<String, Object>> nodes = new ArrayList<>();
        for (Answer answer : answers) {
            Map<String, Object> node = new LinkedHashMap<>();
            node.put("id", answer.node().id());
            node.put("host", answer.node().host());
            node.put("port", answer.node().port());
            node.put("cluster-port", answer.node().clusterPort());
            node.put("raft-port", answer.node().raftPort());
            node.put("state", answer.report() == null ? "down" : "up");
            if (answer.report() == null) {
                node.put("problem", answer.problem());
            } else {
                answer.report().fields().forEach((name, value) -> {
                    if (!name.equals("nodes") && !name.equals("id")) {
                        node.put(name, value);
                    }
                });
            }
            nodes.add(node);
        }
        List<Map<String, Object>> groups = new ArrayList<>();
        for (Lead lead : leads()) {
            Map<String, Object> group = new LinkedHashMap<>();
            group.put("id", lead.group().id());
            group.put("leader", lead.leader() == null ? null : lead.leader().id());
            if (lead.report() != null) {
                group.putAll(lead.report().fields());
                group.put("leader", lead.leader() == null ? null : lead.leader().id());
            }
            groups.add(group);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("healthy", healthy());
        all.put("epoch", map.epoch());
        all.put("nodes", nodes);
        all.put("groups", groups);
        return Json.of(all);
    }
}
