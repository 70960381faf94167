package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;

/*
 * The problem: a list of millions of short elements that is pushed to and popped from at both ends, read by index, and
 * changed in the middle, in little more than the bytes of its elements.
 *
 *     ChunkTree     |  .  |  .  |  .  |          counted: which chunk holds the element at an index
 *                      |     |     |
 *     chunks        [ listpack ]                 each a blob of up to list-max-listpack-size
 *
 *     blob          | free | header  entry  entry  ...  entry  end | free |
 *
 * A chunk is a listpack in the form in which Redis keeps and files a quicklist's node. It may begin anywhere in its
 * blob: taking out its first entry moves its header forward and nothing else, and adding one before it moves it back.
 * Blobs grow by half until they have the size of a full chunk, so a short chunk takes little and a full one no slack.
 * An element that is larger than a chunk may be has one of its own.
 *
 *     push, pop             O(1) at both ends, in place        (the few counts on the way to the chunk change)
 *     get, set, start of
 *     a range               O(log n) to the chunk, O(bytes) within, as everything that follows
 *     insert                a full chunk is split
 *     remove range          whole chunks at once
 *     remove value          one walk; a chunk that loses elements is written anew once, small neighbours are joined
 *     memory                16-byte elements: 18.1 bytes each
 *
 * Where chunks begin and end depends on the operations and the limit only, not on how full the blobs are: a list
 * that was loaded from a file goes on as the one that was saved.
 *
 * Source: the unrolled linked list (Shao, Reppy and Appel, LFP 1994); node limits are those of Redis' quicklist.
 */

/**
 * A list in its large form. {@code limit} is list-max-listpack-size as in {@link EncodingLimits}; indices are checked
 * by the caller. Addresses of entries ({@code p}) are valid until the next change.
 */
public final class QuickList extends LargeValue {
    private static final int ROOT_BYTES = 160;

    /** The limit -1 means 4 KiB, each further one twice as many up to 64 KiB. */
    private static final int SMALLEST_LIMIT_BYTES = 4096;

    private static final int LARGEST_LIMIT = -5;

    /** No chunk of more than one element is larger than this when elements are counted. */
    private static final int COUNTED_MAX_BYTES = 8192;

    /** Redis reckons with this much for what surrounds a value. */
    private static final int ENTRY_OVERHEAD_BYTES = 8;

    private static final int SMALLEST_BLOB_BYTES = 128;

    /** From here on a blob that is mostly empty is given back for a smaller one. */
    private static final int SHRINKING_BLOB_BYTES = 512;

    private final ChunkTree chunks;
    private final Listpack pack;
    private boolean freed;

    /** An empty list; the caller fills it before anybody sees it. */
    public QuickList(ValueSpace space) {
        this(space, new ChunkTree(space));
        space.heapChanged(ROOT_BYTES);
    }

    private QuickList(ValueSpace space, ChunkTree chunks) {
        super(space);
        this.chunks = chunks;
        pack = new Listpack(space.memory());
    }

    // -- the limit of a chunk -----------------------------------------------------------------------------------

    /** Whether a chunk, or a list in the packed form, may grow to so many bytes and elements. */
    public static boolean fits(int limit, long bytes, long count) {
        return fitsWhole(limit, bytes, count) && (limit < 0 || bytes <= COUNTED_MAX_BYTES);
    }

    /** Whether this is one chunk at most: a list that comes from a file is kept in the packed form then. */
    public static boolean fitsWhole(int limit, long bytes, long count) {
        return limit < 0 ? bytes <= limitBytes(limit) : count <= Math.max(1, limit);
    }

    /** Whether this is half a chunk at most: a list that shrank so far goes back to the packed form. */
    public static boolean fitsHalf(int limit, long bytes, long count) {
        return limit < 0 ? bytes <= limitBytes(limit) / 2 : count <= Math.max(1, limit) / 2;
    }

    private static int limitBytes(int limit) {
        return limit < 0 ? SMALLEST_LIMIT_BYTES << -Math.max(limit, LARGEST_LIMIT) - 1 : COUNTED_MAX_BYTES;
    }

    // -- a large value ------------------------------------------------------------------------------------------

    @Override
    public long size() {
        return chunks.size();
    }

    @Override
    protected QuickList fork(ValueSpace to) {
        return new QuickList(to, chunks.fork(to));
    }

    @Override
    public QuickList copy() {
        QuickList copy = new QuickList(space);
        chunks.forEach((ref, start, count) -> {
            long at = ValueSpace.offset(ref) + start;
            copy.addCopy(space.memory(), at, pack.bytes(at), count);
        });
        return copy;
    }

    @Override
    public int free(int limit) {
        int work = chunks.free(limit);
        if (chunks.size() == 0 && !freed) {
            freed = true;
            chunks.close();
            space.heapChanged(-ROOT_BYTES);
        }
        return work + 1;
    }

    @Override
    public boolean isFreed() {
        return freed;
    }

    @Override
    public long memoryBytes() {
        long[] bytes = {ROOT_BYTES};
        chunks.forEach((ref, _, _) -> bytes[0] += space.capacity(ref) + 2L * Long.BYTES);
        return bytes[0];
    }

    @Override
    public void content(Content content) {
        content.number(size());
        forEachChunk((memory, at, bytes) -> content.bytes(memory, at, bytes));
    }

    /** Receives the chunks of a list in their order: listpacks. */
    @FunctionalInterface
    public interface ChunkVisitor {
        void visit(MemorySegment memory, long at, int bytes);
    }

    /** Visits all chunks. A view's reader may call it on its own root. */
    public void forEachChunk(ChunkVisitor visitor) {
        chunks.forEach((ref, start, _) -> {
            long at = ValueSpace.offset(ref) + start;
            visitor.visit(space.memory(), at, pack.bytes(at));
        });
    }

    /** How many chunks there are. */
    public long chunks() {
        long[] count = {0};
        chunks.forEach((_, _, _) -> count[0]++);
        return count[0];
    }

    /** Whether all elements are in one chunk: then it is at {@link #firstChunk}. */
    public boolean isSingleChunk() {
        return chunks.isSingle();
    }

    /** Where the first chunk begins. */
    public long firstChunk() {
        chunks.first();
        return at();
    }

    /** Adds elements at the end as a chunk of their own: a valid listpack that is not empty. */
    public void addChunk(MemorySegment source, long from, int bytes) {
        addCopy(source, from, bytes, new Listpack(source).count(from));
    }

    private void addCopy(MemorySegment source, long from, int bytes, int count) {
        int ref = space.allocate(bytes);
        MemorySegment.copy(source, from, space.memory(), ValueSpace.offset(ref), bytes);
        if (chunks.size() > 0) {
            chunks.last();
        }
        chunks.insert(1, ref, 0, count);
    }

    // -- reading ------------------------------------------------------------------------------------------------

    /** Reads the entries that {@link #seek} and the like answer. */
    public Listpack pack() {
        return pack;
    }

    /** The entry of the element at an index; {@link #next} and {@link #previous} go on from there. */
    public long seek(long index) {
        int within = chunks.seek(index);
        return entry(at(), within);
    }

    /** The entry after the one met last, or {@link Listpack#NONE}. */
    public long next(long p) {
        long next = pack.next(p);
        return next != Listpack.NONE || !chunks.next() ? next : pack.first(at());
    }

    /** The entry before the one met last, or {@link Listpack#NONE}. */
    public long previous(long p) {
        long previous = pack.previous(at(), p);
        return previous != Listpack.NONE || !chunks.previous() ? previous : pack.last(at());
    }

    private long at() {
        return ValueSpace.offset(chunks.ref()) + chunks.start();
    }

    /** The entry at an index of the chunk, walked to from the nearer end. */
    private long entry(long at, int within) {
        int count = chunks.count();
        return pack.seek(at, within <= count / 2 ? within : within - count);
    }

    // -- changing -----------------------------------------------------------------------------------------------

    /** Adds an element before all others or behind them. */
    public void push(boolean first, byte[] value, int offset, int length, int limit) {
        if (chunks.size() > 0) {
            if (first) {
                chunks.first();
            } else {
                chunks.last();
            }
            if (chunkTakes(length, limit)) {
                if (first) {
                    prepend(value, offset, length, limit);
                } else {
                    append(value, offset, length, limit);
                }
                return;
            }
        }
        addElement(first ? 0 : 1, value, offset, length);
    }

    /** Inserts an element before the one at an index, or at the end if the index is the size. */
    public void insert(long index, byte[] value, int offset, int length, int limit) {
        if (index == 0 || index == size()) {
            push(index == 0, value, offset, length, limit);
            return;
        }
        int within = chunks.seek(index);
        if (chunkTakes(length, limit)) {
            long at = open(0, Listpack.entryBytes(value, offset, length), limit);
            pack.insert(at, entry(at, within), value, offset, length);
            chunks.set(chunks.ref(), chunks.start(), chunks.count() + 1);
            return;
        }
        if (within > 0) {
            split(within, limit);
        }
        // Here the chunk before ends.
        chunks.seek(index - 1);
        if (chunkTakes(length, limit)) {
            append(value, offset, length, limit);
        } else if (nextChunkTakes(length, limit)) {
            prepend(value, offset, length, limit);
        } else {
            chunks.seek(index - 1);
            addElement(1, value, offset, length);
        }
        if (within > 0) {
            join(index - 1, index + 1, limit);
        }
    }

    /** Replaces the element at an index. */
    public void set(long index, byte[] value, int offset, int length, int limit) {
        int within = chunks.seek(index);
        int count = chunks.count();
        long at = at();
        long p = entry(at, within);
        int old = pack.entryBytes(p);
        int entry = Listpack.entryBytes(value, offset, length);
        if (count > 1 && entry > old && !fits(limit, (long) pack.bytes(at) - old + entry, count)) {
            removeHere(within, 1, limit);
            insert(index, value, offset, length, limit);
            return;
        }
        long opened = open(0, Math.max(0, entry - old), limit);
        pack.replace(opened, opened + (p - at), value, offset, length);
        if (entry < old) {
            open(0, 0, limit);
            join(chunks.base(), chunks.base(), limit);
        }
    }

    /** Removes {@code count} elements from an index on. */
    public void removeRange(long index, long count, int limit) {
        for (long left = count; left > 0; ) {
            int within = chunks.seek(index);
            int here = (int) Math.min(left, chunks.count() - within);
            removeHere(within, here, limit);
            left -= here;
        }
    }

    /**
     * Removes up to {@code most} elements that equal a value, the last ones if {@code backward}; returns how many it
     * were.
     */
    public long remove(byte[] value, int offset, int length, long most, boolean backward, int limit) {
        long removed = 0;
        long from = -1;
        long to = -1;
        long at = backward ? size() : 0; // where the part that was looked at ends
        while (removed < most && (backward ? at > 0 : at < size())) {
            chunks.seek(backward ? at - 1 : at);
            long base = chunks.base();
            int count = chunks.count();
            int here = removeMatches(value, offset, length, most - removed, backward);
            removed += here;
            at = backward ? base : base + count - here;
            if (here > 0) {
                from = from < 0 || backward ? base : from;
                to = to < 0 || !backward ? base + count - here : to - here;
            }
        }
        if (removed > 0) {
            join(from, to, limit);
        }
        return removed;
    }

    // -- within the chunk ---------------------------------------------------------------------------------------

    private boolean chunkTakes(int length, int limit) {
        long bytes = pack.bytes(at());
        return fits(limit, bytes + length + ENTRY_OVERHEAD_BYTES, chunks.count() + 1L);
    }

    private boolean nextChunkTakes(int length, int limit) {
        return chunks.next() && chunkTakes(length, limit);
    }

    private void prepend(byte[] value, int offset, int length, int limit) {
        int entry = Listpack.entryBytes(value, offset, length);
        long at = open(entry, 0, limit);
        pack.prepend(at, value, offset, length);
        chunks.set(chunks.ref(), chunks.start() - entry, chunks.count() + 1);
    }

    private void append(byte[] value, int offset, int length, int limit) {
        long at = open(0, Listpack.entryBytes(value, offset, length), limit);
        pack.insert(at, pack.end(at), value, offset, length);
        chunks.set(chunks.ref(), chunks.start(), chunks.count() + 1);
    }

    /** Makes a chunk of one element before or behind the chunk. */
    private void addElement(int after, byte[] value, int offset, int length) {
        int bytes = Listpack.EMPTY_BYTES + Listpack.entryBytes(value, offset, length);
        int ref = space.allocate(Math.max(bytes, SMALLEST_BLOB_BYTES));
        long at = ValueSpace.offset(ref);
        pack.init(at);
        pack.insert(at, pack.end(at), value, offset, length);
        chunks.insert(after, ref, 0, 1);
    }

    private void removeHere(int within, int entries, int limit) {
        int count = chunks.count();
        if (entries == count) {
            space.free(chunks.ref());
            chunks.remove();
            return;
        }
        long at = open(0, 0, limit);
        long moved = 0;
        if (within == 0) {
            moved = pack.removeFirst(at, entries) - at;
        } else if (within + entries == count) {
            pack.removeRun(at, entry(at, within), pack.end(at), entries);
        } else {
            pack.remove(at, entry(at, within), entries);
        }
        chunks.set(chunks.ref(), (int) (chunks.start() + moved), count - entries);
    }

    /** Removes elements of the chunk that equal a value; the chunk goes when it has no others. */
    private int removeMatches(byte[] value, int offset, int length, long most, boolean backward) {
        long at = at();
        int matches = 0;
        int matchBytes = 0;
        for (long p = match(pack.first(at), value, offset, length); p != Listpack.NONE; ) {
            matches++;
            matchBytes += pack.entryBytes(p);
            p = match(pack.next(p), value, offset, length);
        }
        int removed = (int) Math.min(matches, most);
        if (removed == 0) {
            return 0;
        }
        int old = chunks.ref();
        int count = chunks.count();
        if (removed == count) {
            chunks.remove();
        } else {
            int ref = space.allocate(pack.bytes(at) - (removed == matches ? matchBytes : 0));
            copyOthers(ValueSpace.offset(ref), value, offset, length, backward ? matches - removed : 0, removed);
            chunks.set(ref, 0, count - removed);
        }
        space.free(old);
        return removed;
    }

    /** Copies the chunk without {@code removed} elements that equal a value, the first {@code kept} of which stay. */
    private void copyOthers(long to, byte[] value, int offset, int length, int kept, int removed) {
        long at = at();
        pack.init(to);
        long from = pack.first(at); // what is not yet copied
        int entries = 0;
        int met = 0;
        long p = from;
        while (p != Listpack.NONE) {
            if (pack.equals(p, value, offset, length) && met++ >= kept && met <= kept + removed) {
                pack.insertEntries(to, pack.end(to), pack.memory(), from, (int) (p - from), entries);
                from = pack.after(p);
                entries = -1;
            }
            entries++;
            p = pack.next(p);
        }
        pack.insertEntries(to, pack.end(to), pack.memory(), from, (int) (pack.end(at) - from), entries);
    }

    private long match(long p, byte[] value, int offset, int length) {
        return pack.find(p, value, offset, length, 1);
    }

    /** Cuts the chunk in two before an entry. */
    private void split(int within, int limit) {
        int count = chunks.count();
        long at = open(0, 0, limit);
        long p = entry(at, within);
        int bytes = (int) (pack.end(at) - p);
        int ref = space.allocate(room(Listpack.EMPTY_BYTES + bytes, limit));
        long to = ValueSpace.offset(ref);
        pack.init(to);
        pack.insertEntries(to, pack.end(to), pack.memory(), p, bytes, count - within);
        pack.removeRun(at, p, pack.end(at), count - within);
        chunks.set(chunks.ref(), chunks.start(), within);
        chunks.insert(1, ref, 0, count - within);
    }

    /** Joins neighbouring chunks that fill half a chunk together, around the elements of a range. */
    private void join(long from, long to, int limit) {
        if (size() == 0) {
            return;
        }
        chunks.seek(Math.max(0, from - 1));
        long last = to;
        while (chunks.base() <= last) {
            int count = chunks.count();
            long bytes = pack.bytes(at());
            if (!joins(limit, bytes, count)) {
                if (!chunks.next()) {
                    return;
                }
                continue;
            }
            if (!chunks.next()) {
                return;
            }
            if (joins(limit, bytes + pack.bytes(at()) - Listpack.EMPTY_BYTES, (long) count + chunks.count())) {
                joinBefore(count, limit);
            }
        }
    }

    private static boolean joins(int limit, long bytes, long count) {
        return fitsHalf(limit, bytes, count) && fits(limit, bytes, count);
    }

    /** Moves the chunk's entries to the end of the chunk before it, and goes there. */
    private void joinBefore(int countBefore, int limit) {
        long base = chunks.base();
        int ref = chunks.ref();
        int count = chunks.count();
        long from = pack.first(at());
        int bytes = (int) (pack.end(at()) - from);
        chunks.remove();
        chunks.seek(base - 1);
        long at = open(0, bytes, limit);
        pack.insertEntries(at, pack.end(at), pack.memory(), from, bytes, count);
        chunks.set(chunks.ref(), chunks.start(), countBefore + count);
        space.free(ref);
    }

    // -- blobs --------------------------------------------------------------------------------------------------

    /** Has the chunk ready to be changed, with room before and behind it; returns where it begins. */
    private long open(int before, int behind, int limit) {
        int ref = chunks.ref();
        int start = chunks.start();
        long at = ValueSpace.offset(ref) + start;
        int bytes = pack.bytes(at);
        int needed = Math.addExact(bytes, before + behind);
        long capacity = space.capacity(ref);
        boolean changeable = space.changeable(ref) && (capacity <= SHRINKING_BLOB_BYTES || needed > capacity / 4);
        if (changeable && start >= before && start + (long) bytes + behind <= capacity) {
            return at;
        }
        int into = changeable && needed <= capacity
                ? ref
                : space.allocate(before + behind == 0 ? needed : room(needed, limit));
        // Most of what is free goes to the side that grows: moving is rare then.
        long free = space.capacity(into) - needed;
        long newStart = before == 0 ? 0 : before + free - free / 8;
        MemorySegment.copy(space.memory(), at, space.memory(), ValueSpace.offset(into) + newStart, bytes);
        if (into != ref) {
            space.free(ref);
        }
        chunks.set(into, (int) newStart, chunks.count());
        return ValueSpace.offset(into) + newStart;
    }

    /** How large a blob to take for a chunk that may grow on. */
    private static int room(int needed, int limit) {
        int full = limitBytes(limit);
        return needed >= full ? needed : Math.min(full, Math.max(SMALLEST_BLOB_BYTES, needed + needed / 2));
    }
}
