package dev.balsa.node.engine;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The users of the cluster: part of the replicated state of its first group, empty in the others. What the rules mean
 * is the fronts' business. Immutable.
 *
 * @param version counts the changes; 0: there was none, and each process goes by its own configuration
 * @param rules by name; both one char a byte (ISO 8859-1), names without spaces, rules without line feeds
 */
public record SharedUsers(long version, SortedMap<String, String> rules) {
    public static final SharedUsers NONE = new SharedUsers(0, new TreeMap<>());

    public SharedUsers {
        rules = Collections.unmodifiableSortedMap(new TreeMap<>(rules));
    }

    /** The next version, with these users defined anew; rules that are empty delete their user. */
    public SharedUsers with(SortedMap<String, String> changed) {
        TreeMap<String, String> all = new TreeMap<>(rules);
        changed.forEach((name, text) -> {
            if (text.isEmpty()) {
                all.remove(name);
            } else {
                all.put(name, text);
            }
        });
        return new SharedUsers(version + 1, all);
    }

    /** For {@link #of}: the version, then a line for each user. */
    public byte[] toBytes() {
        StringBuilder text = new StringBuilder().append(version).append('\n');
        rules.forEach((name, rule) -> text.append(name).append(' ').append(rule).append('\n'));
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** @throws IllegalArgumentException if {@link #toBytes} has not made it */
    public static SharedUsers of(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1);
        TreeMap<String, String> rules = new TreeMap<>();
        for (int i = 1; i < lines.length - 1; i++) {
            int space = lines[i].indexOf(' ');
            if (space < 0) {
                throw new IllegalArgumentException("a user without rules");
            }
            rules.put(lines[i].substring(0, space), lines[i].substring(space + 1));
        }
        return new SharedUsers(Long.parseLong(lines[0]), rules);
    }

    /** Without password hashes: records end up in logs. */
    @Override
    public String toString() {
        return "SharedUsers[" + version + ", " + rules.keySet() + "]";
    }
}
