package dev.balsa.raft.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of a stopped node from its first live entry to its end and changes nothing. Owned by one thread.
 *
 * <p>Every record is verified. What opening the log would cut off (a torn tail, a cut in progress) is left out.
 */
public final class SegmentLogReader implements Closeable {
    private static final int WINDOW_BYTES = 256 << 10;

    private final LogFiles files;
    private final LogDirectory directory;
    private final RecordWindow window = new RecordWindow(WINDOW_BYTES);
    private int segment = -1;
    private @Nullable LogFile file;
    private @Nullable SegmentWalk walk;

    private SegmentLogReader(LogFiles files, LogDirectory directory) {
        this.files = files;
        this.directory = directory;
    }

    /**
     * @throws LogDamagedException if the metadata is damaged or files are missing
     * @throws IOException if there is no log, or a node has it open
     */
    public static SegmentLogReader open(Path directory) throws IOException {
        LogFiles files = DiskFiles.lockShared(directory);
        try {
            return open(files);
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    static SegmentLogReader open(LogFiles files) throws IOException {
        LogDirectory directory = LogDirectory.read(files);
        if (directory.meta() == null) {
            throw new IOException(files.path("") + " holds no log");
        }
        return new SegmentLogReader(files, directory);
    }

    /** Of the first live entry; that entry is not there if the log is empty. */
    public long firstIndex() {
        @Nullable LogMeta meta = directory.meta();
        return meta == null ? 1 : meta.firstIndex();
    }

    /**
     * The next entry, null at the end.
     *
     * @throws LogDamagedException with file and offset; a further call throws again
     */
    public @Nullable LogRecord next() throws IOException {
        while (true) {
            @Nullable SegmentWalk current = walk;
            if (current == null) {
                if (!openNext()) {
                    return null;
                }
            } else if (!current.advance()) {
                closeSegment();
            } else if (current.index() >= firstIndex()) {
                return current.record();
            }
        }
    }

    private boolean openNext() throws IOException {
        if (segment + 1 >= directory.segments().size()) {
            return false;
        }
        segment++;
        long first = directory.segments().get(segment);
        String name = SegmentHeader.fileName(first);
        @Nullable LogMeta meta = directory.meta();
        LogFile opened = files.openForReading(name);
        file = opened;
        SegmentHeader header = SegmentHeader.read(opened, files.path(name), meta == null ? 0 : meta.logId(), first);
        walk = new SegmentWalk(window, opened, files.path(name), header, directory.bounds(segment));
        return true;
    }

    private void closeSegment() throws IOException {
        walk = null;
        window.detach();
        if (file != null) {
            file.close();
            file = null;
        }
    }

    @Override
    public void close() throws IOException {
        segment = directory.segments().size();
        closeSegment();
        files.close();
    }
}
