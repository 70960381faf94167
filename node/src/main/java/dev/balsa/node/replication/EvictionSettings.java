package dev.balsa.node.replication;

import dev.balsa.node.engine.EvictionPolicy;
import java.util.List;

/**
 * What is configured of eviction.
 *
 * @param policy {@code maxmemory-policy}
 * @param samples {@code maxmemory-samples}: keys looked at to find one to evict
 * @param lfuLogFactor {@code lfu-log-factor}: the larger, the more accesses the counter of a key needs to rise
 * @param lfuDecayMinutes {@code lfu-decay-time}: after so long without access the counter falls by one, 0 = never
 */
public record EvictionSettings(EvictionPolicy policy, int samples, int lfuLogFactor, int lfuDecayMinutes) {
    /** Redis' defaults. */
    public static final EvictionSettings DEFAULT = new EvictionSettings(EvictionPolicy.NOEVICTION, 5, 10, 1);

    /** The directives, in the order of the components. */
    public static final List<String> DIRECTIVES =
            List.of("maxmemory-policy", "maxmemory-samples", "lfu-log-factor", "lfu-decay-time");

    /** These settings with another value of one directive. */
    public EvictionSettings with(String directive, String value) {
        return switch (directive) {
            case "maxmemory-policy" ->
                new EvictionSettings(EvictionPolicy.of(value), samples, lfuLogFactor, lfuDecayMinutes);
            case "maxmemory-samples" ->
                new EvictionSettings(policy, Integer.parseInt(value), lfuLogFactor, lfuDecayMinutes);
            case "lfu-log-factor" -> new EvictionSettings(policy, samples, Integer.parseInt(value), lfuDecayMinutes);
            case "lfu-decay-time" -> new EvictionSettings(policy, samples, lfuLogFactor, Integer.parseInt(value));
            default -> throw new IllegalArgumentException(directive);
        };
    }
}
