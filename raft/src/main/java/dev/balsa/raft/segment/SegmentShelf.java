package dev.balsa.raft.segment;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Makes segment files and takes back those that are not needed. Owned by the thread that holds the log's append lock.
 *
 * <p>A file comes into the directory under its final name only when its header is on the disk. A dropped file is
 * renamed and later used again: its blocks are allocated, so that an fdatasync has no metadata to write (measured 20%
 * faster than on a sparse file).
 */
final class SegmentShelf {
    private static final String ASIDE = "next.tmp";

    private final LogFiles files;
    private final SegmentLogConfig config;
    private final LongSupplier salts;
    private final ArrayDeque<String> spares = new ArrayDeque<>();
    private long spareNumber;

    SegmentShelf(LogFiles files, SegmentLogConfig config, LongSupplier salts, List<String> spareNames)
            throws IOException {
        this.files = files;
        this.config = config;
        this.salts = salts;
        for (String name : spareNames) {
            keepOrDelete(name);
        }
        files.delete(ASIDE);
    }

    private void keepOrDelete(String name) throws IOException {
        boolean fits;
        try (LogFile file = files.openForReading(name)) {
            fits = file.size() == config.segmentBytes();
        }
        if (fits && spares.size() < config.spareSegmentsMax()) {
            spares.add(name);
            spareNumber = Math.max(spareNumber, numberOf(name));
        } else {
            files.delete(name);
        }
    }

    private static long numberOf(String spare) {
        try {
            return Long.parseLong(spare, LogDirectory.SPARE_PREFIX.length(), spare.length(), 10);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** A segment with room for {@code bytes} of records, in the directory for good. */
    Segment create(long logId, long firstIndex, long bytes) throws IOException {
        long size = Math.max(config.segmentBytes(), SegmentHeader.DATA_START + bytes);
        boolean reused = size == config.segmentBytes() && !spares.isEmpty();
        String source = reused ? spares.removeLast() : ASIDE;
        long salt = salts.getAsLong();
        SegmentHeader header = new SegmentHeader(logId, salt == 0 ? 1 : salt, firstIndex);
        try (LogFile file = files.open(source)) {
            file.extend(size);
            header.write(file);
            file.force();
        } catch (IOException e) {
            files.delete(source);
            throw e;
        }
        String name = SegmentHeader.fileName(firstIndex);
        files.rename(source, name);
        files.syncDirectory();
        return new Segment(header, files.open(name), files.path(name), reused ? size : SegmentHeader.DATA_START);
    }

    /**
     * Takes a file of the live log away. Durable after the caller has synced the directory; {@link #create} may be
     * called only then.
     */
    void retire(long firstIndex) throws IOException {
        String name = SegmentHeader.fileName(firstIndex);
        long size;
        try (LogFile file = files.openForReading(name)) {
            size = file.size();
        }
        String spare = LogDirectory.SPARE_PREFIX + ++spareNumber;
        files.rename(name, spare);
        if (size == config.segmentBytes() && spares.size() < config.spareSegmentsMax()) {
            spares.add(spare);
        } else {
            files.discard(spare);
        }
    }
}
