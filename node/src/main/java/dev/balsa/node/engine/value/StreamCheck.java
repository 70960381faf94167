package dev.balsa.node.engine.value;

/**
 * Checks a stream's node that came from outside, in every detail that {@link StreamCursor} relies on: the listpack is
 * whole, the master entry and the entries are, the counts are right, ids rise.
 */
final class StreamCheck {
    private final Listpack lp;
    private long p;
    private StreamId last;

    /** @param last the last id of the node before */
    StreamCheck(Listpack lp, StreamId last) {
        this.lp = lp;
        this.last = last;
    }

    /** The last id of the node that was found right. */
    StreamId last() {
        return last;
    }

    boolean isRight(long at, long bytes, long ms, long seq) {
        if (!lp.isValid(at, bytes)) {
            return false;
        }
        p = lp.first(at);
        long live = number();
        long deleted = number();
        long fields = number();
        if (live < 0 || deleted < 0 || fields < 0 || !skips(fields) || number() != 0) {
            return false;
        }
        long liveFound = 0;
        long deletedFound = 0;
        while (p != Listpack.NONE) {
            long flags = entry(ms, seq, fields);
            if (flags < 0) {
                return false;
            }
            if ((flags & StreamNodes.DELETED) == 0) {
                liveFound++;
            } else {
                deletedFound++;
            }
        }
        return live == liveFound && deleted == deletedFound && live + deleted > 0;
    }

    /** Flags of an entry that is right, or -1; moves behind it. */
    private long entry(long ms, long seq, long masterFields) {
        long flags = number();
        if (flags < 0 || flags > (StreamNodes.DELETED | StreamNodes.SAME_FIELDS) || !isNumber()) {
            return -1;
        }
        long idMs = ms + number();
        if (!isNumber()) {
            return -1;
        }
        StreamId id = new StreamId(idMs, seq + number());
        boolean same = (flags & StreamNodes.SAME_FIELDS) != 0;
        long fields = same ? masterFields : number();
        if (fields < 0 || fields > Integer.MAX_VALUE || !skips(same ? fields : 2 * fields)) {
            return -1;
        }
        long pieces = same ? fields + 3 : 2 * fields + 4;
        if (number() != pieces || id.compareTo(last) <= 0 || IdMap.compare(id.ms(), id.seq(), ms, seq) < 0) {
            return -1;
        }
        last = id;
        return flags;
    }

    private boolean isNumber() {
        return p != Listpack.NONE && lp.isInteger(p);
    }

    /** The number at {@code p}, or the lowest there is if none stands there; moves behind it. */
    private long number() {
        if (!isNumber()) {
            return Long.MIN_VALUE;
        }
        long number = lp.integer(p);
        p = lp.next(p);
        return number;
    }

    private boolean skips(long elements) {
        for (long i = 0; i < elements; i++) {
            if (p == Listpack.NONE) {
                return false;
            }
            p = lp.next(p);
        }
        return true;
    }
}
