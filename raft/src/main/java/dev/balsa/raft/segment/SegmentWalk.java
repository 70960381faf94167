package dev.balsa.raft.segment;

import java.io.IOException;

/**
 * Goes through one segment record by record and judges where its records end. Changes nothing. Owned by one thread.
 *
 * <p>Where an intact record of the expected index does not stand, the rules are, in this order:
 *
 * <ol>
 *   <li>the next segment, or the watermark, says that the entry was synced: damage;
 *   <li>an intact record further on testifies that the entry was synced before it was written: damage;
 *   <li>else the log ends here. If something of this segment's life stands further on, it is the remains of one
 *       unfinished write: a torn tail.
 * </ol>
 */
final class SegmentWalk {
    /**
     * What is known from outside the segment.
     *
     * @param lastIndex records after it are not looked at: the next segment begins, or a cut was decided
     * @param sealed the next segment begins after {@code lastIndex}: everything up to it must be there
     * @param syncedIndex everything up to it must be there
     */
    record Bounds(long lastIndex, boolean sealed, long syncedIndex) {}

    private final RecordWindow window;
    private final String path;
    private final Bounds bounds;
    private long expected;
    private long next = SegmentHeader.DATA_START;
    private long tornEnd = -1;

    SegmentWalk(RecordWindow window, LogFile file, String path, SegmentHeader header, Bounds bounds)
            throws IOException {
        this.window = window;
        this.path = path;
        this.bounds = bounds;
        this.expected = header.firstIndex();
        window.attach(file, header.salt(), file.size());
    }

    /** For a cut that was decided: also finds what stands after the last record that stays. */
    void findRemains() throws IOException {
        long candidate = window.nextCandidate(next);
        while (candidate >= 0) {
            tornEnd = candidate + RecordFormat.HEADER_BYTES;
            candidate = window.nextCandidate(candidate + RecordFormat.ALIGNMENT_BYTES);
        }
    }

    /** Moves to the next record; false at the end. Throws {@link LogDamagedException}. */
    boolean advance() throws IOException {
        if (expected > bounds.lastIndex) {
            return false;
        }
        if (!window.probe(next)) {
            judgeEnd();
            return false;
        }
        if (window.index() != expected) {
            throw damage("the record of entry " + window.index() + " stands there");
        }
        expected++;
        next = window.end();
        return true;
    }

    private void judgeEnd() throws IOException {
        String fault = window.fault();
        if (bounds.sealed || expected <= bounds.syncedIndex) {
            throw damage("a record that was synced is expected, " + fault);
        }
        long candidate = window.nextCandidate(next);
        while (candidate >= 0) {
            if (window.probe(candidate) && window.syncedBefore() >= expected) {
                throw damage("a record that was synced before entry " + window.index() + " at offset " + candidate
                        + " was written is expected, " + fault);
            }
            tornEnd = candidate + RecordFormat.HEADER_BYTES;
            candidate = window.nextCandidate(candidate + RecordFormat.ALIGNMENT_BYTES);
        }
    }

    private LogDamagedException damage(String what) {
        return new LogDamagedException(path, next, expected, what);
    }

    /** Where the current record begins. */
    long offset() {
        return window.offset();
    }

    /** Of the current record. */
    long index() {
        return expected - 1;
    }

    RecordType type() {
        return window.type();
    }

    LogRecord record() throws IOException {
        return window.record(path);
    }

    /** After the end: the index of the next entry to append. */
    long nextIndex() {
        return expected;
    }

    /** After the end: where that entry goes. */
    long end() {
        return next;
    }

    /** After the end: up to where headers of dead records may stand after {@link #end}; -1 if there are none. */
    long tornEnd() {
        return tornEnd;
    }
}
