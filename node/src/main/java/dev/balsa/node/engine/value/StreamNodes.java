package dev.balsa.node.engine.value;

import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.MemorySegment;

/*
 * The problem: millions of entries with mostly the same field names, added at the end, trimmed at the front, read in
 * runs, and written to a file without being touched.
 *
 *     IdMap   id of a node's first entry -> reference of a listpack:
 *
 *     count  deleted  fields f1 ... fn  0  |  flags  ms  seq  [fields f1] v1 [f2] v2 ...  pieces  |  flags  ms ...
 *     `---------- master entry ---------'     `------- an entry, as a difference to the first id ------'
 *
 *     flags: 1 DELETED, 2 SAME_FIELDS (the names are the master's and left out); pieces: listpack elements from flags
 *     on, for walking backwards. A deleted entry stays as it is and is passed over; a node whose last entry goes is
 *     freed.
 *
 *     append       O(entry): the last listpack has spare room, which it gives back when the next one begins
 *     find         O(log nodes) + a walk through one listpack
 *     drop, mark   O(1), O(node when it must be copied for a view)
 *
 * Source: the layout that Redis 5 and later write into RDB files for streams.
 */

/** The nodes of a stream. Owned by the engine thread. */
final class StreamNodes {
    static final int DELETED = 1;
    static final int SAME_FIELDS = 2;

    /** The most that a listpack may grow to: no matter what is configured. */
    static final long NODE_MAX_BYTES = 1 << 30;

    /** Room for the two counts of the master entry to become longer. */
    private static final int COUNTS_ROOM_BYTES = 16;

    private final ValueSpace space;
    private final IdMap map;
    private final Listpack lp;
    private long blobBytes;

    StreamNodes(ValueSpace space) {
        this(space, new IdMap(space, 1), new Listpack(space.memory()), 0);
    }

    private StreamNodes(ValueSpace space, IdMap map, Listpack lp, long blobBytes) {
        this.space = space;
        this.map = map;
        this.lp = lp;
        this.blobBytes = blobBytes;
    }

    StreamNodes fork() {
        return new StreamNodes(space, map.fork(), lp, blobBytes);
    }

    StreamNodes copy() {
        StreamNodes twin = new StreamNodes(space);
        for (long place = map.first(); place != IdMap.NONE; place = map.next(place)) {
            twin.put(map.ms(place), map.seq(place), space.memory(), at(place), lp.bytes(at(place)));
        }
        return twin;
    }

    /** Frees up to {@code limit} nodes from the end; returns how many. */
    int free(int limit) {
        int freed = 0;
        for (; freed < limit && map.size() > 0; freed++) {
            drop(map.last());
        }
        return freed;
    }

    IdMap map() {
        return map;
    }

    Listpack listpack() {
        return lp;
    }

    /** Bytes in slabs and on the heap. */
    long memoryBytes() {
        return blobBytes + map.heapBytes();
    }

    /** Where a node's listpack begins. */
    long at(long place) {
        return ValueSpace.offset((int) map.get(place, 0));
    }

    /** Entries of a node that are not deleted. */
    long entries(long place) {
        return lp.integer(lp.first(at(place)));
    }

    // -- adding -------------------------------------------------------------------------------------------------

    /** Bytes of a node with this one entry. */
    static long nodeBytes(StreamFields fields) {
        long bytes = Listpack.EMPTY_BYTES + 3L * Listpack.numberBytes(0) + Listpack.numberBytes(fields.count());
        for (int i = 0; i < 2 * fields.count(); i += 2) {
            bytes += Listpack.entryBytes(fields.array(), fields.offset(i), fields.length(i));
        }
        return bytes + entryBytes(0, 0, fields, true);
    }

    private static long entryBytes(long ms, long seq, StreamFields fields, boolean same) {
        int count = fields.count();
        long bytes = (long) Listpack.numberBytes(0) + Listpack.numberBytes(ms) + Listpack.numberBytes(seq)
                + Listpack.numberBytes(pieces(count, same)) + (same ? 0 : Listpack.numberBytes(count));
        for (int i = same ? 1 : 0; i < 2 * count; i += same ? 2 : 1) {
            bytes += Listpack.entryBytes(fields.array(), fields.offset(i), fields.length(i));
        }
        return bytes;
    }

    private static long pieces(int fields, boolean same) {
        return same ? fields + 3L : 2L * fields + 4;
    }

    /** Adds an entry behind all others. */
    void append(long ms, long seq, StreamFields fields, EncodingLimits limits) {
        long nodeMax = limits.streamNodeMaxBytes();
        nodeMax = nodeMax <= 0 || nodeMax > NODE_MAX_BYTES ? NODE_MAX_BYTES : nodeMax;
        long place = map.last();
        if (place == IdMap.NONE || isFull(place, fields, nodeMax, limits.streamNodeMaxEntries())) {
            begin(ms, seq, fields, place);
            return;
        }
        long msDelta = ms - map.ms(place);
        long seqDelta = seq - map.seq(place);
        boolean same = hasFields(at(place), fields);
        long bytes = entryBytes(msDelta, seqDelta, fields, same);
        if (lp.bytes(at(place)) + bytes > 2 * NODE_MAX_BYTES - COUNTS_ROOM_BYTES) {
            begin(ms, seq, fields, place);
            return;
        }
        add(roomy(place, bytes, nodeMax), msDelta, seqDelta, fields, same);
    }

    private boolean isFull(long place, StreamFields fields, long nodeMax, int entriesMax) {
        long at = at(place);
        long bytes = lp.bytes(at);
        for (int i = 0; i < 2 * fields.count(); i++) {
            bytes += fields.length(i);
        }
        if (bytes >= nodeMax) {
            return true;
        }
        long count = lp.first(at);
        return entriesMax > 0 && lp.integer(count) + lp.integer(lp.next(count)) >= entriesMax;
    }

    private void begin(long ms, long seq, StreamFields fields, long before) {
        int ref = space.allocate(nodeBytes(fields));
        if (before != IdMap.NONE) {
            trimRoom(before);
        }
        blobBytes += space.capacity(ref);
        map.set(map.insert(ms, seq), 0, ref);
        long at = ValueSpace.offset(ref);
        lp.init(at);
        lp.insert(at, lp.end(at), 0);
        lp.insert(at, lp.end(at), 0);
        lp.insert(at, lp.end(at), fields.count());
        for (int i = 0; i < 2 * fields.count(); i += 2) {
            lp.insert(at, lp.end(at), fields.array(), fields.offset(i), fields.length(i));
        }
        lp.insert(at, lp.end(at), 0);
        add(at, 0, 0, fields, true);
    }

    private void add(long at, long msDelta, long seqDelta, StreamFields fields, boolean same) {
        lp.insert(at, lp.end(at), same ? SAME_FIELDS : 0);
        lp.insert(at, lp.end(at), msDelta);
        lp.insert(at, lp.end(at), seqDelta);
        if (!same) {
            lp.insert(at, lp.end(at), fields.count());
        }
        for (int i = same ? 1 : 0; i < 2 * fields.count(); i += same ? 2 : 1) {
            lp.insert(at, lp.end(at), fields.array(), fields.offset(i), fields.length(i));
        }
        lp.insert(at, lp.end(at), pieces(fields.count(), same));
        long count = lp.first(at);
        lp.replace(at, count, lp.integer(count) + 1);
    }

    private boolean hasFields(long at, StreamFields fields) {
        long p = lp.seek(at, 2);
        if (lp.integer(p) != fields.count()) {
            return false;
        }
        for (int i = 0; i < 2 * fields.count(); i += 2) {
            p = lp.next(p);
            if (!lp.equals(p, fields.array(), fields.offset(i), fields.length(i))) {
                return false;
            }
        }
        return true;
    }

    /** Adds a node behind all others, a listpack as it is; returns its place. */
    long put(long ms, long seq, MemorySegment from, long offset, int bytes) {
        int ref = space.allocate(bytes);
        MemorySegment.copy(from, offset, space.memory(), ValueSpace.offset(ref), bytes);
        blobBytes += space.capacity(ref);
        long place = map.insert(ms, seq);
        map.set(place, 0, ref);
        return place;
    }

    // -- removing -----------------------------------------------------------------------------------------------

    /** Removes a node. */
    void drop(long place) {
        int ref = (int) map.get(place, 0);
        map.remove(place);
        blobBytes -= space.capacity(ref);
        space.free(ref);
    }

    /** Removes the entry whose flags stand {@code flagsAt} bytes into a node, which goes with its last entry. */
    void remove(long place, long flagsAt) {
        if (entries(place) == 1) {
            drop(place);
            return;
        }
        long at = roomy(place, 0, 0);
        mark(at, at + flagsAt);
        removed(at, 1);
    }

    /** Has a node ready to be changed in place, with room for its counts to grow; returns where it begins. */
    long changeable(long place) {
        return roomy(place, 0, 0);
    }

    /** Flags an entry of a changeable node as deleted. */
    void mark(long at, long flags) {
        lp.replace(at, flags, lp.integer(flags) | DELETED);
    }

    /** Notes that entries of a changeable node were marked. */
    void removed(long at, long entries) {
        long count = lp.first(at);
        lp.replace(at, count, lp.integer(count) - entries);
        long deleted = lp.next(count);
        lp.replace(at, deleted, lp.integer(deleted) + entries);
    }

    // -- room ---------------------------------------------------------------------------------------------------

    private long roomy(long place, long more, long nodeMax) {
        int ref = (int) map.get(place, 0);
        long at = ValueSpace.offset(ref);
        long needed = lp.bytes(at) + more + COUNTS_ROOM_BYTES;
        long capacity = space.capacity(ref);
        if (needed <= capacity && space.changeable(ref)) {
            return at;
        }
        long wanted = needed <= capacity ? capacity : Math.max(needed, Math.min(2 * needed, nodeMax));
        return ValueSpace.offset(moved(place, ref, wanted));
    }

    /** Gives back what the last node kept for entries to come. */
    private void trimRoom(long place) {
        int ref = (int) map.get(place, 0);
        int bytes = lp.bytes(ValueSpace.offset(ref));
        if (Slabs.capacityFor(bytes) < space.capacity(ref)) {
            moved(place, ref, bytes);
        }
    }

    private int moved(long place, int ref, long bytes) {
        int to = space.allocate(bytes);
        long at = ValueSpace.offset(ref);
        MemorySegment.copy(space.memory(), at, space.memory(), ValueSpace.offset(to), lp.bytes(at));
        blobBytes += space.capacity(to) - space.capacity(ref);
        map.set(place, 0, to);
        space.free(ref);
        return to;
    }
}
