package dev.balsa.node.engine.value;

/**
 * The elements of a large set, hash or sorted set by name: a {@link SlotTable} of one slot over {@link Elements}. Their
 * order (hash, then name) and every pick depend on the elements only, not on how they came. The table owns its arrays;
 * the blobs are its user's to allocate and free, but for {@link #freeAll}. Owned by the engine thread; a forked table
 * may be read by a snapshot's thread.
 */
public final class HashTable {
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
    public HashTable fork() {
        return new HashTable(space, table.fork(), elements);
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
        return table.random(0, seed);
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

    /** Bytes of the table's arrays (the blobs have their own). */
    public long usedBytes() {
        return table.usedBytes();
    }
}
