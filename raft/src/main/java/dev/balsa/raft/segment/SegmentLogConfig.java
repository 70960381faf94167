package dev.balsa.raft.segment;

/**
 * Sizes and durability of a segment log. Immutable.
 *
 * @param segmentBytes length of a segment file; a batch larger than that gets a segment of its own size
 * @param writeBufferBytes direct memory that a batch is encoded into; a larger batch takes several writes
 * @param spareSegmentsMax dropped segments that are kept for reuse instead of deleted
 * @param sync fdatasync before {@link SegmentLog#append} returns
 * @param syncIntervalMillis with {@code sync} false: how often the owner is to call {@link SegmentLog#sync}
 */
public record SegmentLogConfig(
        int segmentBytes, int writeBufferBytes, int spareSegmentsMax, boolean sync, int syncIntervalMillis) {
    private static final int MEBIBYTE = 1 << 20;

    public SegmentLogConfig {
        if (segmentBytes < 2 * SegmentHeader.DATA_START || segmentBytes > 1024 * MEBIBYTE) {
            throw new IllegalArgumentException("segmentBytes must be 8 KiB to 1 GiB, is " + segmentBytes);
        }
        if (writeBufferBytes < 256 || writeBufferBytes > 64 * MEBIBYTE) {
            throw new IllegalArgumentException("writeBufferBytes must be 256 bytes to 64 MiB, is " + writeBufferBytes);
        }
        if (spareSegmentsMax < 0 || syncIntervalMillis < 1) {
            throw new IllegalArgumentException(
                    "spareSegmentsMax " + spareSegmentsMax + ", syncIntervalMillis " + syncIntervalMillis);
        }
    }

    /** 64 MiB segments, 1 MiB buffer, 2 spares, synced. */
    public static SegmentLogConfig defaults() {
        return new SegmentLogConfig(64 * MEBIBYTE, MEBIBYTE, 2, true, 1_000);
    }

    public SegmentLogConfig withSegmentBytes(int bytes) {
        return new SegmentLogConfig(bytes, writeBufferBytes, spareSegmentsMax, sync, syncIntervalMillis);
    }

    public SegmentLogConfig withWriteBufferBytes(int bytes) {
        return new SegmentLogConfig(segmentBytes, bytes, spareSegmentsMax, sync, syncIntervalMillis);
    }

    public SegmentLogConfig withSpareSegmentsMax(int count) {
        return new SegmentLogConfig(segmentBytes, writeBufferBytes, count, sync, syncIntervalMillis);
    }

    public SegmentLogConfig withSync(boolean on) {
        return new SegmentLogConfig(segmentBytes, writeBufferBytes, spareSegmentsMax, on, syncIntervalMillis);
    }

    public SegmentLogConfig withSyncIntervalMillis(int millis) {
        return new SegmentLogConfig(segmentBytes, writeBufferBytes, spareSegmentsMax, sync, millis);
    }
}
