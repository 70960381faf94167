package dev.balsa.raft.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One file of the log with the offsets of its records, 4 bytes an entry. The appending thread adds records and then
 * publishes them all at once; other threads see published ones only.
 */
final class Segment implements Closeable {
    private static final int OFFSETS_INITIAL = 1024;

    private final SegmentHeader header;
    private final LogFile file;
    private final String path;
    private final long sizeBytes;

    // Appending thread; readers take the array after they have read `count`.
    private volatile int[] offsets = new int[OFFSETS_INITIAL];
    private volatile int count;
    private volatile int end = SegmentHeader.DATA_START;
    private int staged;
    private long preparedEnd;

    Segment(SegmentHeader header, LogFile file, String path, long preparedEnd) throws IOException {
        this.header = header;
        this.file = file;
        this.path = path;
        this.sizeBytes = file.size();
        this.preparedEnd = preparedEnd;
    }

    SegmentHeader header() {
        return header;
    }

    long firstIndex() {
        return header.firstIndex();
    }

    LogFile file() {
        return file;
    }

    String path() {
        return path;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** Where the next record goes. */
    int end() {
        return end;
    }

    long lastIndex() {
        return header.firstIndex() + count - 1;
    }

    boolean hasRoomFor(long bytes) {
        return end + bytes <= sizeBytes;
    }

    /** Bytes up to here have been written once, so that a write there changes no metadata of the file system. */
    long preparedEnd() {
        return preparedEnd;
    }

    void prepared(long upTo) {
        preparedEnd = upTo;
    }

    /** Notes the place of the next record; nobody sees it before {@link #publish}. */
    void stage(long offset) {
        if (staged == offsets.length) {
            offsets = Arrays.copyOf(offsets, staged * 2);
        }
        offsets[staged++] = (int) offset;
    }

    /** Staged records become visible; the last one ends at {@code newEnd}. */
    void publish(long newEnd) {
        end = (int) newEnd;
        count = staged;
    }

    void unstage() {
        staged = count;
    }

    /** Entries after {@code lastIndexKept} go out of sight. No reader may be in the segment. */
    void forgetAfter(long lastIndexKept) {
        end = offsetOf(lastIndexKept + 1);
        staged = (int) (lastIndexKept + 1 - header.firstIndex());
        count = staged;
    }

    /** Gives back the room that more records would have taken. */
    void seal() {
        offsets = Arrays.copyOf(offsets, count);
    }

    /** Of a published record, or of the end for the index after the last one. */
    int offsetOf(long index) {
        int i = (int) (index - header.firstIndex());
        return i == count ? end : offsets[i];
    }

    /** Writes zeros over {@code [from, to)}. */
    void zero(long from, long to, ByteBuffer zeros) throws IOException {
        for (long at = from; at < to; ) {
            int length = (int) Math.min(zeros.capacity(), to - at);
            zeros.clear().limit(length);
            file.write(zeros, at);
            at += length;
        }
        zeros.clear();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
