package dev.balsa.node.engine.value;

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
    /** What Redis 7.2 does without configuration. */
    public static final EncodingLimits DEFAULT =
            new EncodingLimits(128, 64, 512, 128, 64, 128, 64, -2, 4096, 100, 3000);
}
