package dev.balsa.raft.segment;

import java.nio.ByteBuffer;

/**
 * Entries to append, seen through one object so that nothing is allocated per entry. Read by the appending thread
 * only, during {@link SegmentLog#append}. {@code i} counts from 0; indexes are contiguous.
 */
public interface EntryBatch {
    int count();

    long index(int i);

    long term(int i);

    RecordType type(int i);

    /**
     * The bytes between position and limit. The log changes neither; it asks more than once and must get the same
     * bytes.
     */
    ByteBuffer payload(int i);

    /** Whether {@link #mark} means something. */
    boolean hasMark(int i);

    /** A number that the caller wants back with the entry, such as a checksum of its own. */
    long mark(int i);
}
