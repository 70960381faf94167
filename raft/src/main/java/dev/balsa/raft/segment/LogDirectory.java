package dev.balsa.raft.segment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a log say before a record is read: which segments are alive, with a pending cut taken as done.
 * Immutable; reading it changes nothing.
 *
 * @param meta null if there is no log here yet
 * @param segments first indexes of the live segments, ascending
 * @param dead first indexes of segments that a cut or a dropped prefix left behind
 * @param spares names of files kept for reuse
 * @param syncedIndex everything alive up to it was synced
 * @param lastIndexKept from a pending cut; Long.MAX_VALUE if there is none
 */
record LogDirectory(
        @Nullable LogMeta meta,
        List<Long> segments,
        List<Long> dead,
        List<String> spares,
        long syncedIndex,
        long lastIndexKept) {
    static final String SPARE_PREFIX = "spare-";

    static LogDirectory read(LogFiles files) throws IOException {
        List<Long> found = new ArrayList<>();
        List<String> spares = new ArrayList<>();
        for (String name : files.list()) {
            long first = SegmentHeader.firstIndexOf(name);
            if (first >= 0) {
                found.add(first);
            } else if (name.startsWith(SPARE_PREFIX)) {
                spares.add(name);
            }
        }
        Collections.sort(found);
        Collections.sort(spares);
        if (!files.exists(LogMeta.FILE)) {
            if (!found.isEmpty()) {
                throw new LogDamagedException(
                        files.path(LogMeta.FILE), 0, -1, "the log's metadata expected, there are segments only");
            }
            return new LogDirectory(null, List.of(), List.of(), spares, 0, Long.MAX_VALUE);
        }
        LogMeta meta = LogMeta.read(files);
        long synced = Watermark.read(files, meta, meta.syncedIndex());
        long kept = meta.pending() == LogMeta.Pending.SUFFIX ? meta.pendingIndex() : Long.MAX_VALUE;
        List<Long> live = new ArrayList<>();
        List<Long> dead = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            boolean before = i + 1 < found.size() && found.get(i + 1) <= meta.firstIndex();
            boolean after = found.get(i) - 1 > kept || meta.pending() == LogMeta.Pending.ALL;
            (before || after ? dead : live).add(found.get(i));
        }
        LogDirectory directory = new LogDirectory(meta, live, dead, spares, synced, kept);
        directory.requireBeginning(files, meta);
        return directory;
    }

    private void requireBeginning(LogFiles files, LogMeta meta) throws IOException {
        long first = meta.firstIndex();
        boolean missing =
                segments.isEmpty() ? first <= syncedIndex && first <= lastIndexKept : segments.getFirst() > first;
        if (missing) {
            String there =
                    segments.isEmpty() ? "no segment is there" : "the first segment begins at " + segments.getFirst();
            throw new LogDamagedException(
                    files.path(LogMeta.FILE), 0, first, "the log begins with this entry, " + there);
        }
    }

    /** What must be true of the {@code i}-th live segment. */
    SegmentWalk.Bounds bounds(int i) {
        boolean sealed = i + 1 < segments.size();
        long last = sealed ? segments.get(i + 1) - 1 : lastIndexKept;
        return new SegmentWalk.Bounds(last, sealed, syncedIndex);
    }
}
