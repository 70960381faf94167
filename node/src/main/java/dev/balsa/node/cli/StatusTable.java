package dev.balsa.node.cli;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.slot.SlotRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report as tables for people. Stateless. */
final class StatusTable {
    private StatusTable() {}

    static String of(ClusterReport report) {
        List<String[]> nodes = new ArrayList<>();
        nodes.add(new String[] {"NODE", "ID", "CLIENTS", "CLUSTER", "STATE", "LEADS", "KEYS", "DATA", "RSS", "UPTIME",
                "VERSION"});
        for (int i = 0; i < report.answers().size(); i++) {
            nodes.add(node(report, i));
        }
        List<String[]> groups = new ArrayList<>();
        groups.add(new String[] {"GROUP", "SLOTS", "LEADER", "TERM", "LAST", "COMMITTED", "SNAPSHOT", "KEYS", "DATA",
                "LOG", "FOLLOWERS"});
        for (ClusterReport.Lead lead : report.leads()) {
            groups.add(group(report, lead));
        }
        return aligned(nodes) + "\n" + aligned(groups);
    }

    private static String[] node(ClusterReport report, int i) {
        ClusterReport.Answer answer = report.answers().get(i);
        ClusterMap.Node node = answer.node();
        String name = Integer.toString(i + 1);
        String id = node.id().substring(0, 8);
        String clients = node.port() == 0 ? "-" : node.host() + ":" + node.port();
        String cluster = node.clusterPort() == 0 ? "-" : node.host() + ":" + node.clusterPort();
        NodeReport status = answer.report();
        if (status == null) {
            return new String[] {name, id, clients, cluster, "down", "", "", "", "", "", answer.problem()};
        }
        long leads = status.groups().stream().filter(group -> group.text("role").equals("leader")).count();
        long keys = status.groups().stream().mapToLong(group -> group.number("keys")).sum();
        return new String[] {
            name, id, clients, cluster, "up", Long.toString(leads), Long.toString(keys),
                    size(status.number("used-bytes")),
            size(status.number("resident-bytes")), duration(status.number("uptime-millis")), status.text("version") + problems(status)
        };
    }

    private static String problems(NodeReport status) {
        StringBuilder text = new StringBuilder();
        for (NodeReport group : status.groups()) {
            if (!group.text("problem").isEmpty()) {
                text.append("; group ").append(group.number("id")).append(": ").append(group.text("problem"));
            }
        }
        return text.toString();
    }

    private static String[] group(ClusterReport report, ClusterReport.Lead lead) {
        String id = Integer.toString(lead.group().id());
        List<String> ranges = new ArrayList<>();
        for (SlotRange range : lead.group().slots()) {
            ranges.add(range.first() + "-" + range.last());
        }
        String slots = String.join(" ", ranges);
        NodeReport group = lead.report();
        if (group == null || lead.leader() == null) {
            return new String[] {id, slots, "none", "", "", "", "", "", "", "", "no majority of its members answers"};
        }
        List<String> followers = new ArrayList<>();
        for (NodeReport follower : group.list("followers")) {
            boolean alive = follower.number("alive") != 0;
            followers.add(name(report, follower.text("id")) + (alive ? " -" + follower.number("lag") : " down"));
        }
        return new String[] {
            id, slots, name(report, lead.leader().id()), Long.toString(group.number("term")),
                    Long.toString(group.number("last-index")),
            Long.toString(group.number("committed-index")), Long.toString(group.number("snapshot-index")),
            Long.toString(group.number("keys")), size(group.number("used-bytes")), size(group.number("log-bytes")),
                    String.join(", ", followers)
        };
    }

    /** {@code node 2}, or the id if the map does not have it. */
    private static String name(ClusterReport report, String id) {
        for (int i = 0; i < report.map().nodes().size(); i++) {
            if (report.map().nodes().get(i).id().equals(id)) {
                return "node " + (i + 1);
            }
        }
        return id;
    }

    private static String size(long bytes) {
        if (bytes < 0) {
            return "-";
        }
        String[] units = {"B", "KB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + "B" : String.format(Locale.ROOT, "%.1f%s", value, units[unit]);
    }

    private static String duration(long millis) {
        long seconds = millis / 1000;
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m" + seconds % 60 + "s";
        }
        return seconds < 86_400 ? seconds / 3600 + "h" + seconds / 60 % 60 + "m" : seconds / 86_400 + "d"
                + seconds / 3600 % 24 + "h";
    }

    private static String aligned(List<String[]> rows) {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
