package dev.balsa.raft.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens a log: verifies every record, then finishes what a crash had interrupted. Nothing is changed before all has
 * been verified, so a damaged log stays as it was found. Each step may be interrupted and repeated. Used once, by the
 * opening thread.
 */
final class LogRecovery {
    private static final int WINDOW_MAX_BYTES = 1 << 20;

    private final LogFiles files;
    private final SegmentLogConfig config;
    private final LogListener listener;
    private final LongSupplier salts;
    private final List<Segment> segments = new ArrayList<>();

    LogRecovery(LogFiles files, SegmentLogConfig config, LogListener listener, LongSupplier salts) {
        this.files = files;
        this.config = config;
        this.listener = listener;
        this.salts = salts;
    }

    /** The parts of an open log. */
    record Opened(LogMeta meta, List<Segment> segments, SegmentShelf shelf, Watermark watermark, BatchWriter writer) {}

    Opened open() throws IOException {
        LogDirectory directory = LogDirectory.read(files);
        @Nullable LogMeta found = directory.meta();
        if (found == null) {
            found = LogMeta.founded(salts.getAsLong());
            found.write(files);
        }
        try {
            long tornEnd = verify(directory, found);
            return repair(directory, found, tornEnd);
        } catch (IOException | RuntimeException e) {
            for (Segment segment : segments) {
                segment.close();
            }
            throw e;
        }
    }

    /** Reads all live segments; returns how far remains stand behind the end of the last one, -1 if there are none. */
    private long verify(LogDirectory directory, LogMeta meta) throws IOException {
        RecordWindow window = new RecordWindow(Math.min(WINDOW_MAX_BYTES, config.segmentBytes()));
        long tornEnd = -1;
        for (int i = 0; i < directory.segments().size(); i++) {
            long firstIndex = directory.segments().get(i);
            String name = SegmentHeader.fileName(firstIndex);
            LogFile file = files.open(name);
            Segment segment;
            try {
                SegmentHeader header = SegmentHeader.read(file, files.path(name), meta.logId(), firstIndex);
                segment = new Segment(header, file, files.path(name), 0);
            } catch (IOException e) {
                file.close();
                throw e;
            }
            segments.add(segment);
            tornEnd = walk(window, segment, directory.bounds(i), meta);
        }
        return tornEnd;
    }

    private long walk(RecordWindow window, Segment segment, SegmentWalk.Bounds bounds, LogMeta meta)
            throws IOException {
        SegmentWalk walk = new SegmentWalk(window, segment.file(), segment.path(), segment.header(), bounds);
        while (walk.advance()) {
            segment.stage(walk.offset());
            if (walk.type() == RecordType.CONFIGURATION && walk.index() >= meta.firstIndex()) {
                listener.configuration(walk.record());
            }
        }
        if (meta.pending() == LogMeta.Pending.SUFFIX && !bounds.sealed()) {
            walk.findRemains();
        }
        segment.publish(walk.end());
        segment.prepared(walk.end());
        if (bounds.sealed()) {
            segment.seal();
        }
        return walk.tornEnd();
    }

    private Opened repair(LogDirectory directory, LogMeta meta, long tornEnd) throws IOException {
        // The names that were just read may not be on the disk: after a process was killed between a rename and its
        // sync, the new name is seen now, and after a power failure it would be the old one again.
        files.syncDirectory();
        SegmentShelf shelf = new SegmentShelf(files, config, salts, directory.spares());
        for (long dead : directory.dead()) {
            shelf.retire(dead);
        }
        if (!directory.dead().isEmpty()) {
            files.syncDirectory();
        }
        BatchWriter writer = new BatchWriter(config.writeBufferBytes());
        long lastIndex = meta.firstIndex() - 1;
        if (!segments.isEmpty()) {
            Segment last = segments.getLast();
            lastIndex = last.lastIndex();
            settleEnd(last, meta, tornEnd, writer);
            rewrite(last, directory.syncedIndex() + 1, writer.scratch());
            last.file().force();
        }
        LogMeta settled = meta;
        if (meta.pending() != LogMeta.Pending.NONE) {
            settled = meta.cut();
            settled.write(files);
        }
        Watermark watermark = Watermark.open(files, settled.logId());
        watermark.write(settled.epoch(), lastIndex);
        return new Opened(settled, segments, shelf, watermark, writer);
    }

    private void settleEnd(Segment last, LogMeta meta, long tornEnd, BatchWriter writer) throws IOException {
        if (tornEnd > last.end()) {
            last.zero(last.end(), tornEnd, writer.zeros());
            if (meta.pending() == LogMeta.Pending.NONE) {
                listener.tornTail(last.path(), last.end(), last.lastIndex() + 1);
            }
        }
    }

    /**
     * Writes the records from {@code index} on once more, as they are. Their fdatasync may have failed before the
     * process ended: the system then holds their pages for clean, and the next fdatasync would say that they are on
     * the disk although they never got there.
     */
    private static void rewrite(Segment segment, long index, ByteBuffer scratch) throws IOException {
        long from = Math.max(index, segment.firstIndex());
        if (from > segment.lastIndex()) {
            return;
        }
        long end = segment.end();
        for (long at = segment.offsetOf(from); at < end; ) {
            scratch.clear().limit((int) Math.min(scratch.capacity(), end - at));
            segment.file().read(scratch, at);
            int count = scratch.position();
            segment.file().write(Objects.requireNonNull(scratch.flip()), at);
            at += count;
        }
    }
}
