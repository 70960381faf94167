package dev.balsa.node.engine.value;

import java.util.ArrayList;
import java.util.List;

/**
 * Up to which size a value stays packed: Redis' directives with Redis' defaults. Every replica of a group must have the
 * same, for order and chance depend on the form.
 *
 * @param listMaxListpackSize entries of a list's node, or if negative its bytes: -1 = 4 KiB, -2 = 8 KiB ... -5 = 64 KiB
 */
public record EncodingLimits(
        int hashMaxListpackEntries,
        int hashMaxListpackValueBytes,
        int setMaxIntsetEntries,
        int setMaxListpackEntries,
        int setMaxListpackValueBytes,
        int zsetMaxListpackEntries,
        int zsetMaxListpackValueBytes,
        int listMaxListpackSize,
        int streamNodeMaxBytes,
        int streamNodeMaxEntries,
        int hllSparseMaxBytes) {
    /** The directives, in the order of the components. */
    public static final List<String> DIRECTIVES = List.of(
            "hash-max-listpack-entries",
            "hash-max-listpack-value",
            "set-max-intset-entries",
            "set-max-listpack-entries",
            "set-max-listpack-value",
            "zset-max-listpack-entries",
            "zset-max-listpack-value",
            "list-max-listpack-size",
            "stream-node-max-bytes",
            "stream-node-max-entries",
            "hll-sparse-max-bytes");

    /** What Redis 7.2 does without configuration. */
    public static final EncodingLimits DEFAULT =
            new EncodingLimits(512, 64, 512, 128, 64, 128, 64, -2, 4096, 100, 3000);

    /** The limits of which {@link #values} gave these. */
    public static EncodingLimits of(List<Integer> v) {
        return new EncodingLimits(
                v.get(0), v.get(1), v.get(2), v.get(3), v.get(4), v.get(5), v.get(6), v.get(7), v.get(8), v.get(9),
                v.get(10));
    }

    /** The values in the order of {@link #DIRECTIVES}. */
    public List<Integer> values() {
        return List.of(
                hashMaxListpackEntries,
                hashMaxListpackValueBytes,
                setMaxIntsetEntries,
                setMaxListpackEntries,
                setMaxListpackValueBytes,
                zsetMaxListpackEntries,
                zsetMaxListpackValueBytes,
                listMaxListpackSize,
                streamNodeMaxBytes,
                streamNodeMaxEntries,
                hllSparseMaxBytes);
    }

    /** These limits with one changed; the same if there is no such directive. */
    public EncodingLimits with(String directive, int value) {
        int place = DIRECTIVES.indexOf(directive);
        if (place < 0) {
            return this;
        }
        List<Integer> values = new ArrayList<>(values());
        values.set(place, value);
        return of(values);
    }
}
