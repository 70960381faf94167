package dev.balsa.node.engine.rdb;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What a file is written with. Immutable if the map is left alone.
 *
 * @param createdSeconds time of creation since 1970, for the field {@code ctime}: the engine has no clock
 * @param usedBytes for the field {@code used-mem}
 * @param fields further AUX fields, written in their order; Redis ignores names it does not know
 * @param compress whether strings of more than 20 bytes are compressed by LZF where that makes them smaller. Off: it
 *     multiplies the CPU time of a save
 * @param progress told about once per MiB; a {@link Throttle} slows the writer down
 */
public record RdbSaveOptions(
        long createdSeconds,
        long usedBytes,
        SequencedMap<String, byte[]> fields,
        boolean compress,
        RdbProgress progress) {
    /** No fields of our own, no compression, full speed. */
    public static RdbSaveOptions plain(long createdSeconds, long usedBytes) {
        return new RdbSaveOptions(createdSeconds, usedBytes, new LinkedHashMap<>(), false, RdbProgress.NONE);
    }

    public RdbSaveOptions withFields(SequencedMap<String, byte[]> fields) {
        return new RdbSaveOptions(createdSeconds, usedBytes, fields, compress, progress);
    }

    public RdbSaveOptions withCompression() {
        return new RdbSaveOptions(createdSeconds, usedBytes, fields, true, progress);
    }

    public RdbSaveOptions withProgress(RdbProgress progress) {
        return new RdbSaveOptions(createdSeconds, usedBytes, fields, compress, progress);
    }
}
