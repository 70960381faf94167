package dev.balsa.node.engine.value;

import java.util.function.IntPredicate;

/**
 * The elements of a large set, hash or sorted set by name: a {@link SlotTable} of one slot over {@link Elements}. Their
 * order (hash, then name) and every pick depend on the elements only, not on how they came. The table owns its arrays;
 * the blobs are its user's to allocate and free, but for {@link #freeAll}. Owned by the engine thread; a forked table
 * may be read by a snapshot's thread.
 */
public final class HashTable {
    /** Places of a bucket among which {@link #random} draws: few buckets have more elements. */
    private static final int BUCKET_PLACES = 24;
    private static final int SAMPLE = 16;

    private final ValueSpace space;
    private final Elements elements;
    private final SlotTable table;

    public HashTable(ValueSpace space) {
        this(space, new SlotTable(new Elements(space.memory()), 1), new Elements(space.memory()));
        space.heapChanged(table.usedBytes());
    }

    private HashTable(ValueSpace space, SlotTable table, Elements elements) {
        this.space = space;
        this.table = table;
        this.elements = elements;
    }

    /** A table with the same elements that goes on in place of this one, which a view reads from now on. O(1). */
    public HashTable fork(ValueSpace to) {
        return new HashTable(to, table.fork(), elements);
    }

    /** How its elements are read. */
    public Elements elements() {
        return elements;
    }

    public long size() {
        return table.size();
    }

    // -- find and change ----------------------------------------------------------------------------------------

    /** The element of this name, or 0; remembers the place for the change that follows. */
    public int find(byte[] name, int offset, int length) {
        return table.locate(0, ByteHash.of(name, offset, length), name, offset, length);
    }

    /** Adds an element where {@link #find} found none. */
    public void insert(int ref) {
        long before = table.usedBytes();
        table.insert(ref, space.epoch(), space.isViewOpen());
        space.heapChanged(table.usedBytes() - before);
    }

    /** Puts another blob with the same name in place of the one found; that is the caller's to free. */
    public void replace(int ref) {
        table.replace(ref, space.epoch(), space.isViewOpen());
    }

    /** Takes out the element found; its blob is the caller's to free. */
    public void remove() {
        long before = table.usedBytes();
        table.remove(space.epoch(), space.isViewOpen());
        space.heapChanged(table.usedBytes() - before);
    }

    // -- order --------------------------------------------------------------------------------------------------

    /** Visits all elements in their order; nothing may change meanwhile. */
    public void forEach(LeafWalk.Visitor visitor) {
        new LeafWalk(table).next(Integer.MAX_VALUE, visitor);
    }

    /**
     * Visits elements from {@code cursor} on until at least {@code count} were visited; all of the same hash together.
     * Every element present during a whole scan from 0 to 0 is visited at least once, whatever is written in between.
     *
     * @return the cursor to go on with, 0 = the end
     */
    public long scan(long cursor, int count, LeafWalk.Visitor visitor) {
        long hash = cursor & 0xffff_ffffL;
        int visited = 0;
        while (hash < 1L << 32) {
            long[] leaf = table.leaf(0, (int) hash);
            if (leaf == null) {
                return 0;
            }
            long last = -1;
            for (int i = SlotTable.lowerBound(leaf, hash); i < SlotTable.end(leaf); i = SlotTable.following(leaf, i)) {
                long there = SlotTable.hashAt(leaf, i);
                if (visited >= count && there != last) {
                    return there;
                }
                visitor.visit(SlotTable.refAt(leaf, i));
                visited++;
                last = there;
            }
            hash = SlotTable.leafEnd(leaf, (int) hash);
            if (visited >= count && hash < 1L << 32) {
                return hash;
            }
        }
        return 0;
    }

    /** An element picked by {@code seed}, each with the same chance; the table must not be empty. */
    public int random(long seed) {
        return random(seed, table.size(), _ -> true);
    }

    /**
     * As {@link #random(long)}, among the {@code size} elements that are taken, which are not none. The pick depends on
     * seed and elements only, not on the leaves they lie in: a replica that was restored picks the same. So the hashes
     * are divided into buckets of 4 to 8 elements on average; a bucket is drawn and a place in it, again until there is
     * an element at the place.
     */
    public int random(long seed, long size, IntPredicate taken) {
        Chance chance = new Chance(seed);
        if (size <= BUCKET_PLACES) {
            return inBucket(0, 1L << 32, (int) chance.below(size), taken);
        }
        int bits = 61 - Long.numberOfLeadingZeros(size);
        while (true) {
            long drawn = chance.next();
            long width = 1L << (32 - bits);
            long from = (drawn >>> (64 - bits)) * width;
            int place = (int) (((drawn & 0xffff_ffffL) * BUCKET_PLACES) >>> 32);
            int found = inBucket(from, from + width, place, taken);
            if (found != 0) {
                return found;
            }
        }
    }

    /**
     * The element at a place of a bucket, or 0. Of a bucket with more elements than places (hashes may be made to
     * collide) all can be picked, though more seldom.
     */
    private int inBucket(long from, long to, int place, IntPredicate taken) {
        long walked = walkBucket(from, to, place, taken);
        int count = (int) walked;
        if (count > BUCKET_PLACES) {
            walked = walkBucket(from, to, (int) ((long) place * count / BUCKET_PLACES), taken);
        }
        return (int) (walked >>> 32);
    }

    /** How many elements a bucket has, and above these 32 bits the one after {@code wanted} others, or 0. */
    private long walkBucket(long from, long to, int wanted, IntPredicate taken) {
        int count = 0;
        int found = 0;
        long hash = from;
        while (hash < to) {
            long[] leaf = table.leaf(0, (int) hash);
            if (leaf == null) {
                break;
            }
            int end = SlotTable.end(leaf);
            int i = SlotTable.lowerBound(leaf, hash);
            for (; i < end && SlotTable.hashAt(leaf, i) < to; i = SlotTable.following(leaf, i)) {
                if (taken.test(SlotTable.refAt(leaf, i)) && count++ == wanted) {
                    found = SlotTable.refAt(leaf, i);
                }
            }
            hash = SlotTable.leafEnd(leaf, (int) hash);
        }
        return (long) found << 32 | count;
    }

    // -- the end ------------------------------------------------------------------------------------------------

    /**
     * Frees all blobs and the table in slices: to be called again with the same {@code walk} until it is done. Returns
     * how much work it was.
     */
    public int freeAll(LeafWalk walk, int limit) {
        boolean wasDone = walk.isDone();
        int work = walk.next(limit, space::free);
        if (walk.isDone() && !wasDone) {
            space.heapChanged(-table.usedBytes());
        }
        return work;
    }

    /** A walk over this table, for {@link #freeAll} or to visit it in slices while nobody changes it. */
    public LeafWalk walk() {
        return new LeafWalk(table);
    }

    /** About the bytes of all elements, by those of a few, as Redis estimates them. */
    public long elementBytes() {
        long[] sampled = new long[2];
        long _ = scan(0, SAMPLE, element -> {
            sampled[0]++;
            sampled[1] += space.capacity(element);
        });
        return sampled[0] == 0 ? 0 : sampled[1] * size() / sampled[0];
    }

    /** Bytes of the table's arrays (the blobs have their own). */
    public long usedBytes() {
        return table.usedBytes();
    }
}
