package dev.balsa.proxy.acl;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All users of a cluster at one moment. Immutable.
 *
 * @param version counts the changes; 0: none was made yet, and every process has what its own configuration says
 * @param rules by name; as {@link User#rules} writes them
 */
public record Definition(long version, SortedMap<String, String> rules) {
    public Definition {
        rules = Collections.unmodifiableSortedMap(new TreeMap<>(rules));
    }

    /** Without password hashes: records end up in logs. */
    @Override
    public String toString() {
        return "Definition[" + version + ", " + rules.keySet() + "]";
    }
}
