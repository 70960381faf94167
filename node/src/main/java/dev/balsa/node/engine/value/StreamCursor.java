package dev.balsa.node.engine.value;

/**
 * Walks the entries of a stream between two ids, deleted ones left out, in either direction. Of the entry it stands on
 * it gives the fields one after the other, each as a place in the stream's {@link Listpack}. Valid until the stream is
 * changed.
 */
public final class StreamCursor {
    private final StreamNodes nodes;
    private final Listpack lp;
    private final StreamId start;
    private final StreamId end;
    private final boolean backwards;

    private long node;
    private boolean inNode;
    private long at;
    private long nextNode = IdMap.NONE;
    private long firstField; // of the master entry
    private int masterFields;

    private long flagsPlace;
    private int flags;
    private long ms;
    private long seq;
    private int fieldCount;
    private long element; // the first that was not read yet
    private long unread; // elements up to the entry's last one, which counts its pieces
    private long pieces; // backwards: the last element of the entry to come
    private long field;
    private long value;

    StreamCursor(StreamNodes nodes, StreamId start, StreamId end, boolean backwards) {
        this.nodes = nodes;
        this.start = start;
        this.end = end;
        this.backwards = backwards;
        lp = nodes.listpack();
        IdMap map = nodes.map();
        StreamId from = backwards ? end : start;
        long floor = start.compareTo(end) > 0 ? IdMap.NONE : map.floor(from.ms(), from.seq());
        boolean fromFirst = floor == IdMap.NONE && !backwards && start.compareTo(end) <= 0;
        node = fromFirst ? map.first() : floor;
    }

    /** Moves to the next entry; false at the end. */
    public boolean next() {
        while (node != IdMap.NONE) {
            if (!inNode) {
                enter();
            }
            while (backwards ? stepBack() : step()) {
                boolean low = IdMap.compare(ms, seq, start.ms(), start.seq()) < 0;
                boolean high = IdMap.compare(ms, seq, end.ms(), end.seq()) > 0;
                if (backwards ? low : high) {
                    node = IdMap.NONE;
                    return false;
                }
                if (!low && !high && (flags & StreamNodes.DELETED) == 0) {
                    return true;
                }
            }
            node = nextNode;
            inNode = false;
        }
        return false;
    }

    public long ms() {
        return ms;
    }

    public long seq() {
        return seq;
    }

    public StreamId id() {
        return new StreamId(ms, seq);
    }

    /** Number of fields of the entry; {@link #nextField} may be called so often. */
    public int fieldCount() {
        return fieldCount;
    }

    /** Moves to the next field of the entry: {@link #field} and {@link #value}. */
    public void nextField() {
        if ((flags & StreamNodes.SAME_FIELDS) != 0) {
            value = element;
            field = lp.next(field);
        } else {
            field = element;
            value = lp.next(element);
            unread--;
        }
        unread--;
        element = lp.next(value);
    }

    /** Place of the field's name. */
    public long field() {
        return field;
    }

    /** Place of the field's value. */
    public long value() {
        return value;
    }

    /** The node that the entry is in. */
    long node() {
        return node;
    }

    /** Bytes from the node's beginning to the entry's flags. */
    long flagsAt() {
        return flagsPlace - at;
    }

    private void enter() {
        inNode = true;
        at = nodes.at(node);
        nextNode = backwards ? nodes.map().previous(node) : nodes.map().next(node);
        long fields = lp.seek(at, 2);
        masterFields = (int) lp.integer(fields);
        firstField = fields;
        if (backwards) {
            pieces = lp.last(at);
            return;
        }
        element = fields;
        unread = masterFields + 1L; // as if the number of fields were the first of so many, then comes the terminator
    }

    /** The entry behind this one in the node. */
    private boolean step() {
        for (; unread > 0; unread--) {
            element = lp.next(element);
        }
        flagsPlace = lp.next(element);
        if (flagsPlace == Listpack.NONE) {
            return false;
        }
        read();
        return true;
    }

    /** The entry before this one in the node. */
    private boolean stepBack() {
        long count = lp.integer(pieces);
        if (count == 0) {
            return false;
        }
        long p = pieces;
        for (long i = 0; i < count; i++) {
            p = lp.previous(at, p);
        }
        flagsPlace = p;
        pieces = lp.previous(at, p);
        read();
        return true;
    }

    private void read() {
        long p = flagsPlace;
        flags = (int) lp.integer(p);
        p = lp.next(p);
        ms = nodes.map().ms(node) + lp.integer(p);
        p = lp.next(p);
        seq = nodes.map().seq(node) + lp.integer(p);
        p = lp.next(p);
        if ((flags & StreamNodes.SAME_FIELDS) != 0) {
            fieldCount = masterFields;
            unread = masterFields;
            field = firstField;
        } else {
            fieldCount = (int) lp.integer(p);
            unread = 2L * fieldCount;
            p = lp.next(p);
        }
        element = p;
    }
}
