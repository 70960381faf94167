package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LargeValue;
import java.lang.foreign.MemorySegment;

/** The reused view of one blob. Owned by one thread. */
final class BlobView implements EntryView {
    private final Blobs blobs;
    private final LargeValues.View large;
    private long at;

    BlobView(Blobs blobs, LargeValues.View large) {
        this.blobs = blobs;
        this.large = large;
    }

    /** Looks at the blob at a byte offset. */
    BlobView moveTo(long at) {
        this.at = at;
        return this;
    }

    @Override
    public ValueType type() {
        return ValueType.ofCode(Blobs.type(blobs.flags(at)));
    }

    @Override
    public long deadlineMillis() {
        return blobs.ownDeadline(at);
    }

    @Override
    public MemorySegment segment() {
        return blobs.memory();
    }

    @Override
    public long keyOffset() {
        return blobs.keyOffset(at);
    }

    @Override
    public int keyLength() {
        return blobs.keyLength(at);
    }

    @Override
    public boolean isInteger() {
        return Blobs.isInteger(blobs.flags(at));
    }

    @Override
    public long integer() {
        return blobs.integer(at);
    }

    @Override
    public long valueOffset() {
        return blobs.valueOffset(at);
    }

    @Override
    public int valueLength() {
        return blobs.valueLength(at);
    }

    @Override
    public boolean isLarge() {
        return Blobs.isLarge(blobs.flags(at));
    }

    @Override
    public LargeValue large() {
        return large.get(blobs.largeId(at));
    }

    @Override
    public boolean hasFieldDeadlines() {
        return blobs.hasFieldDeadlines(at);
    }

    @Override
    public boolean isIntset() {
        return Blobs.isIntset(blobs.flags(at));
    }
}
