package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntFunction;

/*
 * A stream is its nodes (StreamNodes), its consumer groups sorted by name, and a few counters that outlive entries:
 * the last id ever, the highest id ever deleted one by one, how many entries were ever added. From these the lag of a
 * group is told without counting.
 *
 * Copy-on-write: fork() shares nodes and groups; a node, a group, a consumer, or 4 KiB of an IdMap is copied before
 * its first change under a view.
 */

/** A stream: entries in the order of their ids, consumer groups. Owned by the engine thread. */
public final class Stream extends LargeValue {
    private static final long OBJECT_BYTES = 200;
    private static final StreamGroup[] NO_GROUPS = {};

    private final StreamNodes nodes;
    private StreamGroup[] groups;
    private int groupsEpoch;
    private long length;
    private StreamId last = StreamId.ZERO;
    private StreamId first = StreamId.ZERO;
    private StreamId maxDeleted = StreamId.ZERO;
    private long entriesAdded;
    private boolean freed;

    /** A stream without entries. */
    public Stream(ValueSpace space) {
        this(space, new StreamNodes(space), NO_GROUPS, space.epoch());
        space.heapChanged(OBJECT_BYTES);
    }

    private Stream(ValueSpace space, StreamNodes nodes, StreamGroup[] groups, int groupsEpoch) {
        super(space);
        this.nodes = nodes;
        this.groups = groups;
        this.groupsEpoch = groupsEpoch;
    }

    // -- what a large value has -----------------------------------------------------------------------------------

    @Override
    public long size() {
        return length;
    }

    @Override
    protected Stream fork(ValueSpace to) {
        if (to != space) {
            throw new IllegalArgumentException("A stream is read at once, or by ids: it cannot be held");
        }
        return twin(new Stream(space, nodes.fork(), groups, groupsEpoch));
    }

    @Override
    public Stream copy() {
        StreamGroup[] own = new StreamGroup[groups.length];
        long bytes = OBJECT_BYTES;
        for (int i = 0; i < own.length; i++) {
            own[i] = groups[i].copy();
            bytes += own[i].objectBytes();
        }
        space.heapChanged(bytes);
        return twin(new Stream(space, nodes.copy(), own, space.epoch()));
    }

    private Stream twin(Stream twin) {
        twin.length = length;
        twin.last = last;
        twin.first = first;
        twin.maxDeleted = maxDeleted;
        twin.entriesAdded = entriesAdded;
        return twin;
    }

    @Override
    public int free(int limit) {
        int done = nodes.free(limit);
        if (done < limit) {
            space.heapChanged(-OBJECT_BYTES);
            for (StreamGroup group : groups) {
                space.heapChanged(-group.objectBytes());
                group.release();
            }
            groups = NO_GROUPS;
            freed = true;
            done++;
        }
        return done;
    }

    @Override
    public boolean isFreed() {
        return freed;
    }

    @Override
    public long memoryBytes() {
        long bytes = OBJECT_BYTES + nodes.memoryBytes();
        for (StreamGroup group : groups) {
            bytes += group.objectBytes() + group.mapBytes();
        }
        return bytes;
    }

    @Override
    public void content(Content content) {
        content.number(length);
        content.number(entriesAdded);
        number(content, last);
        number(content, first);
        number(content, maxDeleted);
        IdMap map = nodes.map();
        for (long place = map.first(); place != IdMap.NONE; place = map.next(place)) {
            content.number(map.ms(place));
            content.number(map.seq(place));
            content.bytes(space.memory(), nodes.at(place), nodes.listpack().bytes(nodes.at(place)));
        }
        for (StreamGroup group : groups) {
            content(content, group);
        }
    }

    private static void content(Content content, StreamGroup group) {
        content.bytes(MemorySegment.ofArray(group.name()), 0, group.name().length);
        number(content, group.last());
        content.number(group.entriesRead());
        IdMap pending = group.pending();
        for (long place = pending.first(); place != IdMap.NONE; place = pending.next(place)) {
            content.number(pending.ms(place));
            content.number(pending.seq(place));
            content.number(group.deliveredAt(place));
            content.number(group.deliveries(place));
        }
        for (int i = 0; i < group.consumers(); i++) {
            StreamConsumer consumer = group.consumer(i);
            content.bytes(MemorySegment.ofArray(consumer.name()), 0, consumer.name().length);
            content.number(consumer.seenMillis());
            content.number(consumer.activeMillis());
            IdMap ids = consumer.pending();
            for (long place = ids.first(); place != IdMap.NONE; place = ids.next(place)) {
                content.number(ids.ms(place));
                content.number(ids.seq(place));
            }
        }
    }

    private static void number(Content content, StreamId id) {
        content.number(id.ms());
        content.number(id.seq());
    }

    // -- counters -----------------------------------------------------------------------------------------------

    /** The last id ever given. */
    public StreamId last() {
        return last;
    }

    /** Id of the first entry, {@link StreamId#ZERO} if there is none. */
    public StreamId first() {
        return first;
    }

    /** The highest id ever deleted by itself (not by trimming). */
    public StreamId maxDeleted() {
        return maxDeleted;
    }

    /** How many entries were ever added. */
    public long entriesAdded() {
        return entriesAdded;
    }

    /** Sets the counters as XSETID and files give them. */
    public void counters(StreamId lastId, StreamId maxDeletedId, long added) {
        last = lastId;
        maxDeleted = maxDeletedId;
        entriesAdded = added;
    }

    /** Id of the last entry that is there, {@link StreamId#ZERO} if there is none. */
    public StreamId lastThere() {
        StreamCursor cursor = range(StreamId.ZERO, StreamId.MAX, true);
        return cursor.next() ? cursor.id() : StreamId.ZERO;
    }

    // -- nodes --------------------------------------------------------------------------------------------------

    /** The nodes by the id of their first entry, to read. */
    public IdMap nodeIds() {
        return nodes.map();
    }

    /** Where the listpack of a node begins. */
    public long nodeOffset(long place) {
        return nodes.at(place);
    }

    /**
     * Adds a node behind all others, as a file gives it; false if it is not right. {@link #counters} has to follow the
     * last one.
     */
    public boolean addNode(long ms, long seq, MemorySegment from, long offset, int bytes) {
        boolean rises = nodes.map().size() == 0 || IdMap.compare(ms, seq, last.ms(), last.seq()) > 0;
        if (!rises || bytes < Listpack.EMPTY_BYTES) {
            return false;
        }
        long place = nodes.put(ms, seq, from, offset, bytes);
        StreamCheck check = new StreamCheck(nodes.listpack(), last);
        if (!check.isRight(nodes.at(place), bytes, ms, seq)) {
            return false;
        }
        last = check.last();
        length += nodes.entries(place);
        if (length > 0 && first.isZero()) {
            findFirst();
        }
        return true;
    }

    /**
     * How many nodes Redis' radix tree over the same ids would have: one for each id's end, one for each branching, one
     * for each run of bytes between them. O(nodes), for XINFO STREAM.
     */
    public long radixNodes() {
        IdMap map = nodes.map();
        if (map.size() == 0) {
            return 1;
        }
        int[] branchings = new int[StreamId.BYTES]; // depths of those on the way to the id at hand
        int depth = 0;
        long count = 0;
        int common = -1; // bytes that the id shares with the one before it
        for (long place = map.first(), next; place != IdMap.NONE; place = next) {
            next = map.next(place);
            int shared = next == IdMap.NONE ? -1 : commonBytes(map, place, next);
            count += 1 + run(Math.max(common, shared), StreamId.BYTES);
            while (depth > 0 && branchings[depth - 1] > shared) {
                depth--;
                count += 1 + run(Math.max(depth == 0 ? -1 : branchings[depth - 1], shared), branchings[depth]);
            }
            if (shared >= 0 && (depth == 0 || branchings[depth - 1] < shared)) {
                branchings[depth++] = shared;
            }
            common = shared;
        }
        return count;
    }

    /** 1 if bytes lie between two branchings, beside the one that the upper holds itself; -1 is above the root. */
    private static int run(int above, int below) {
        return below - above >= 2 ? 1 : 0;
    }

    private static int commonBytes(IdMap map, long place, long other) {
        long ms = map.ms(place) ^ map.ms(other);
        return ms != 0
                ? Long.numberOfLeadingZeros(ms) / 8
                : Long.BYTES + Long.numberOfLeadingZeros(map.seq(place) ^ map.seq(other)) / 8;
    }

    // -- entries ------------------------------------------------------------------------------------------------

    /** Reads the strings that {@link StreamCursor} points at. */
    public Listpack listpack() {
        return nodes.listpack();
    }

    /** Entries with {@code start <= id <= end}. */
    public StreamCursor range(StreamId start, StreamId end, boolean backwards) {
        return new StreamCursor(nodes, start, end, backwards);
    }

    public boolean has(StreamId id) {
        return range(id, id, false).next();
    }

    /** Whether an entry is small enough to be kept: 1 GiB of text. */
    public static boolean fits(StreamFields fields) {
        long bytes = 0;
        for (int i = 0; i < 2 * fields.count(); i++) {
            bytes += fields.length(i);
        }
        return bytes <= StreamNodes.NODE_MAX_BYTES
                && StreamNodes.nodeBytes(fields) < 2 * StreamNodes.NODE_MAX_BYTES - 64;
    }

    /** Adds an entry; its id is higher than {@link #last}. */
    public void add(StreamId id, StreamFields fields, EncodingLimits limits) {
        nodes.append(id.ms(), id.seq(), fields, limits);
        length++;
        entriesAdded++;
        last = id;
        if (length == 1) {
            first = id;
        }
    }

    /** Deletes one entry; false if it is not there. */
    public boolean delete(StreamId id) {
        StreamCursor cursor = range(id, id, false);
        if (!cursor.next()) {
            return false;
        }
        nodes.remove(cursor.node(), cursor.flagsAt());
        length--;
        if (id.compareTo(maxDeleted) > 0) {
            maxDeleted = id;
        }
        if (id.equals(first)) {
            findFirst();
        }
        return true;
    }

    private void findFirst() {
        StreamCursor cursor = range(StreamId.ZERO, StreamId.MAX, false);
        first = cursor.next() ? cursor.id() : StreamId.ZERO;
    }

    // -- trimming -----------------------------------------------------------------------------------------------

    /**
     * What XTRIM and XADD say of trimming.
     *
     * @param maxLength entries to keep, or -1: trim by id
     * @param minId the lowest id to keep, if trimmed by id
     * @param approximate whether only whole nodes go
     * @param limit with approximate: entries to remove at most, 0 = no limit
     */
    public record Trim(long maxLength, StreamId minId, boolean approximate, long limit) {
        boolean byLength() {
            return maxLength >= 0;
        }
    }

    /** Removes entries from the beginning; returns how many. */
    public long trim(Trim trim) {
        long removed = 0;
        IdMap map = nodes.map();
        for (long place = map.first(); place != IdMap.NONE; place = map.first()) {
            if (trim.byLength() && length <= trim.maxLength()) {
                break;
            }
            long entries = nodes.entries(place);
            if (trim.limit() != 0 && removed + entries > trim.limit()) {
                break;
            }
            boolean whole = trim.byLength()
                    ? length - entries >= trim.maxLength()
                    : lastOf(place).compareTo(trim.minId()) < 0;
            if (!whole) {
                removed += trim.approximate() ? 0 : trimNode(place, trim);
                break;
            }
            nodes.drop(place);
            length -= entries;
            removed += entries;
        }
        if (removed > 0) {
            findFirst();
        }
        return removed;
    }

    /** Id of the last entry of a node, deleted or not. */
    private StreamId lastOf(long place) {
        Listpack lp = nodes.listpack();
        long at = nodes.at(place);
        long p = lp.last(at);
        for (long pieces = lp.integer(p); pieces > 0; pieces--) {
            p = lp.previous(at, p);
        }
        long msDelta = lp.next(p);
        IdMap map = nodes.map();
        return new StreamId(map.ms(place) + lp.integer(msDelta), map.seq(place) + lp.integer(lp.next(msDelta)));
    }

    private long trimNode(long place, Trim trim) {
        long at = nodes.changeable(place);
        StreamCursor cursor = range(StreamId.ZERO, StreamId.MAX, false);
        long removed = 0;
        while (cursor.next()) {
            boolean stop = trim.byLength()
                    ? length - removed <= trim.maxLength()
                    : IdMap.compare(cursor.ms(), cursor.seq(), trim.minId().ms(), trim.minId().seq()) >= 0;
            if (stop || cursor.node() != place) {
                break;
            }
            nodes.mark(at, at + cursor.flagsAt());
            removed++;
        }
        nodes.removed(at, removed);
        length -= removed;
        return removed;
    }

    // -- consumer groups ------------------------------------------------------------------------------------------

    /** Number of consumer groups. */
    public int groups() {
        return groups.length;
    }

    /** The {@code i}-th group by name. */
    public StreamGroup group(int i) {
        return groups[i];
    }

    /** Where a group stands by name, or minus one minus where it would stand. */
    public int findGroup(byte[] array, int offset, int length) {
        return find(groups.length, i -> groups[i].name(), array, offset, length);
    }

    /** Where a name is among {@code count} names in order, or -1 - where it would be. */
    static int find(int count, IntFunction<byte[]> names, byte[] array, int offset, int length) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            byte[] other = names.apply(middle);
            int difference = Arrays.compareUnsigned(other, 0, other.length, array, offset, offset + length);
            if (difference == 0) {
                return middle;
            }
            if (difference < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }

    /** The {@code i}-th group, to be changed. */
    public StreamGroup groupForWrite(int i) {
        StreamGroup group = groups[i];
        if (space.mustCopy(group.epoch)) {
            group = group.fork();
            if (space.mustCopy(groupsEpoch)) {
                groups = groups.clone();
                groupsEpoch = space.epoch();
            }
            groups[i] = group;
        }
        return group;
    }

    /** Adds a group at the place that {@link #findGroup} gave; returns it. */
    public StreamGroup addGroup(int missing, byte[] name, StreamId lastDelivered, long entriesRead) {
        int at = -1 - missing;
        StreamGroup group = new StreamGroup(space, name, lastDelivered, entriesRead);
        StreamGroup[] more = new StreamGroup[groups.length + 1];
        System.arraycopy(groups, 0, more, 0, at);
        System.arraycopy(groups, at, more, at + 1, groups.length - at);
        more[at] = group;
        groups = more;
        groupsEpoch = space.epoch();
        space.heapChanged(group.objectBytes());
        return group;
    }

    /** Removes the {@code i}-th group. */
    public void removeGroup(int i) {
        StreamGroup group = groupForWrite(i);
        space.heapChanged(-group.objectBytes());
        group.release();
        StreamGroup[] fewer = new StreamGroup[groups.length - 1];
        System.arraycopy(groups, 0, fewer, 0, i);
        System.arraycopy(groups, i + 1, fewer, i, fewer.length - i);
        groups = fewer;
        groupsEpoch = space.epoch();
    }
}
