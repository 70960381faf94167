package dev.balsa.node.command;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;

/** What DUMP says of a value, read in a way that hides what differs by version, layout and clock. Stateless. */
final class Payload {
    private static final String DISTANCE = "[0-9]+\\.[0-9]{4}";

    private Payload() {}

    /** What RESTORE makes of a payload, as text; an error if it is refused. */
    static String content(String payload) throws IOException {
        try (EngineServer scratch = new EngineServer(1)) {
            Reply restored = scratch.call("RESTORE", "k", "0", payload);
            if (restored instanceof Reply.Failure) {
                throw new IOException("no payload: " + restored.shown());
            }
            return content(scratch, "k");
        }
    }

    /** What a key holds, as text that names its type. */
    static String content(Server server, String key) throws IOException {
        String type = server.call("TYPE", key).shown();
        return type + " " + switch (type) {
            case "zset" -> numbers(server.call("ZRANGE", key, "0", "-1", "WITHSCORES"));
            case "set" -> Differences.sorted(server.call("SMEMBERS", key)).toString();
            case "hash" -> pairs(server.call("HGETALL", key));
            case "list" -> server.call("LRANGE", key, "0", "-1").shown();
            case "stream" -> withoutMoments(server.call("XINFO", "STREAM", key, "FULL", "COUNT", "0"))
                    + server.call("XRANGE", key, "-", "+").shown();
            case "string" -> registers(((Reply.Bulk) server.call("GET", key)).bytes());
            default -> throw new IOException("no type: " + type);
        };
    }

    /** A string without the count in a HyperLogLog's head. */
    static String registers(String bytes) {
        return bytes.length() > 16 && bytes.startsWith("HYLL") ? bytes.substring(0, 8) + bytes.substring(16) : bytes;
    }

    /** A reply on a stream without the moments that both servers read from their own clocks. */
    static String withoutMoments(Reply reply) {
        // Flat, so that no numbering tells how many fields there were.
        String text = reply.shown().replaceAll("(?m)^ *", "").replaceAll("(?m)^(\\d+[)#~] )+", "");
        text = text.replaceAll("\"(inactive|active-time)\"\n\\(integer\\) -?\\d+(\n|$)", "");
        text = text.replaceAll("(\"(idle|seen-time)\"\n)\\(integer\\) \\d+", "$1...");
        text = text.replaceAll("\\(integer\\) 1[6-9]\\d{11}\\b", "a moment").strip();
        // XPENDING: id, consumer, idle time, deliveries.
        return text.replaceAll("(\"\\d+-\\d+\"\n\".*\"\n)\\(integer\\) \\d+", "$1...");
    }

    /** Whether replies are the same but for the digits in which the same numbers are written. */
    static boolean sameNumbers(Reply our, Reply their) {
        if (our instanceof Reply.Elements a && their instanceof Reply.Elements b) {
            boolean same = a.type() == b.type() && a.items().size() == b.items().size();
            for (int i = 0; same && i < a.items().size(); i++) {
                same = sameNumbers(a.items().get(i), b.items().get(i));
            }
            return same;
        }
        if (our instanceof Reply.Other a && their instanceof Reply.Other b) {
            return a.type() == b.type() && number(a.text()).equals(number(b.text()));
        }
        return our instanceof Reply.Bulk a && their instanceof Reply.Bulk b
                ? number(a.bytes()).equals(number(b.bytes()))
                : our.equals(their);
    }

    /** Whether replies are the same but for distances that differ in the last of four decimals. */
    static boolean sameDistances(Reply our, Reply their) {
        if (our instanceof Reply.Elements a && their instanceof Reply.Elements b) {
            boolean same = a.type() == b.type() && a.items().size() == b.items().size();
            for (int i = 0; same && i < a.items().size(); i++) {
                same = sameDistances(a.items().get(i), b.items().get(i));
            }
            return same;
        }
        return our.equals(their)
                || our instanceof Reply.Bulk a
                        && their instanceof Reply.Bulk b
                        && a.bytes().matches(DISTANCE)
                        && b.bytes().matches(DISTANCE)
                        && Math.abs(Double.parseDouble(a.bytes()) - Double.parseDouble(b.bytes())) < 0.00011;
    }

    /** A text, in one way of writing if it is a number. */
    static String number(String text) {
        if (!text.matches("-?([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[+-]?[0-9]+)?")) {
            return text;
        }
        return Double.toString(Double.parseDouble(text) + 0.0); // packed scores know no -0
    }

    private static String numbers(Reply reply) {
        StringBuilder text = new StringBuilder();
        List<Reply> items = ((Reply.Elements) reply).items();
        for (int i = 0; i < items.size(); i += 2) {
            String score = number(((Reply.Bulk) items.get(i + 1)).bytes());
            text.append(items.get(i).shown()).append(' ').append(score).append('\n');
        }
        return text.toString();
    }

    private static String pairs(Reply reply) {
        List<Reply> items =
                switch (reply) {
                    case Reply.Pairs(List<Reply> pairs) -> pairs;
                    case Reply.Elements elements -> elements.items();
                    default -> throw new IllegalArgumentException(reply.shown());
                };
        TreeMap<String, String> sorted = new TreeMap<>();
        for (int i = 0; i < items.size(); i += 2) {
            sorted.put(items.get(i).shown(), items.get(i + 1).shown());
        }
        return sorted.toString();
    }
}
