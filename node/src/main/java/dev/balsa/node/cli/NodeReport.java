package dev.balsa.node.cli;

import dev.balsa.proto.resp.RespReply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What BALSA STATUS says, as maps, lists, texts and numbers. Immutable.
 *
 * @param fields of the node
 */
record NodeReport(Map<String, Object> fields) {
    /** @param reply of BALSA STATUS under RESP3 */
    static NodeReport of(RespReply reply) {
        return new NodeReport(map(plain(reply)));
    }

    String text(String name) {
        return String.valueOf(fields.getOrDefault(name, ""));
    }

    long number(String name) {
        return fields.get(name) instanceof Long value ? value : 0;
    }

    /** The replicas of groups on that node. */
    List<NodeReport> groups() {
        return list("groups");
    }

    List<NodeReport> list(String name) {
        List<NodeReport> reports = new ArrayList<>();
        if (fields.get(name) instanceof List<?> items) {
            items.forEach(item -> reports.add(new NodeReport(map(item))));
        }
        return reports;
    }

    private static Map<String, Object> map(Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> entries) {
            entries.forEach((name, field) -> fields.put(String.valueOf(name), field));
        }
        return fields;
    }

    private static Object plain(RespReply reply) {
        return switch (reply) {
            case RespReply.Map(List<RespReply> keysAndValues) -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                for (int i = 0; i + 1 < keysAndValues.size(); i += 2) {
                    fields.put(String.valueOf(plain(keysAndValues.get(i))), plain(keysAndValues.get(i + 1)));
                }
                yield fields;
            }
            case RespReply.Array(List<RespReply> items) -> items.stream().map(NodeReport::plain).toList();
            case RespReply.Int(long value) -> value;
            case RespReply.Bulk bulk -> bulk.text();
            case RespReply.Simple(String text) -> text;
            default -> reply.toString();
        };
    }
}
