package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LargeValue;
import java.lang.foreign.MemorySegment;

/** A key and its value as they lie in memory. Reused by whoever hands it out. */
public interface EntryView {
    ValueType type();

    /** Deadline in milliseconds since 1970, 0 = none. */
    long deadlineMillis();

    MemorySegment segment();

    long keyOffset();

    int keyLength();

    /** Whether a string is kept as a number: then {@link #integer}, else offset and length, as for packed values. */
    boolean isInteger();

    long integer();

    long valueOffset();

    int valueLength();

    /** Whether the value is large: then {@link #large}. */
    boolean isLarge();

    LargeValue large();

    /**
     * Whether fields of the hash have deadlines, or had. A packed one's bytes then are 8 of the key's own deadline and
     * then {@link dev.balsa.node.engine.value.PackedFields} of field, value and deadline (0 = none) in turn. Fields that are dead by now may be among them.
     */
    boolean hasFieldDeadlines();

    /** Whether a packed set is an intset; packed hashes are PackedFields, all other packed values listpacks. */
    boolean isIntset();
}
