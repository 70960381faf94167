package dev.balsa.node.engine;

import java.lang.foreign.MemorySegment;

/** A key and its value as they lie in memory. Reused by whoever hands it out. */
public interface EntryView {
    ValueType type();

    /** Deadline in milliseconds since 1970, 0 = none. */
    long deadlineMillis();

    MemorySegment segment();

    long keyOffset();

    int keyLength();

    /** Whether the string is kept as a number: then {@link #integer}, else offset and length. */
    boolean isInteger();

    long integer();

    long valueOffset();

    int valueLength();
}
