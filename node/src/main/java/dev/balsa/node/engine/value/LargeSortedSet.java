package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/*
 *     HashTable     member -> element        ZSCORE, ZADD: is it there, with which score
 *     CountedTree   (score, member) order    ranks and ranges
 *          \   /
 *        element    | name length | name | score: 8 bytes |        one blob, both refer to it
 *
 * A member of 16 bytes takes 32 for its element, 12 to 17 in the tree and 10 to 13 in the table.
 */

/** A sorted set that outgrew the packed form. */
public final class LargeSortedSet extends LargeValue {
    private static final int SCORE_BYTES = 8;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

    private final Elements elements;
    private final MemorySegment memory;
    private final HashTable table;
    private final CountedTree tree;
    private @Nullable LeafWalk freeing;

    public LargeSortedSet(ValueSpace space) {
        this(space, new HashTable(space), null);
    }

    private LargeSortedSet(ValueSpace space, HashTable table, @Nullable CountedTree tree) {
        super(space);
        this.table = table;
        elements = table.elements();
        memory = elements.memory();
        this.tree = tree == null ? new CountedTree(space, elements) : tree;
    }

    @Override
    public long size() {
        return tree.size();
    }

    /** Its members in order. */
    public CountedTree tree() {
        return tree;
    }

    /** Its members by name. */
    public HashTable table() {
        return table;
    }

    /** How the elements are read. */
    public Elements elements() {
        return elements;
    }

    /** The element of a member, or 0; remembers the place for the change that follows. */
    public int find(byte[] name, int offset, int length) {
        return table.find(name, offset, length);
    }

    public double score(int ref) {
        return memory.get(DOUBLE, elements.restOffset(ref));
    }

    /** Adds a member that {@link #find} did not find. */
    public void insert(byte[] name, int offset, int length, double score) {
        int ref = elements.create(space, name, offset, length, SCORE_BYTES);
        memory.set(DOUBLE, elements.restOffset(ref), score);
        table.insert(ref);
        tree.insert(score, ref);
    }

    /** Gives the member found another score. */
    public void setScore(int ref, double score) {
        double before = score(ref);
        int to = ref;
        if (!space.changeable(ref)) {
            to = elements.create(space, elements.nameOffset(ref), elements.nameLength(ref), SCORE_BYTES);
            table.replace(to);
        }
        memory.set(DOUBLE, elements.restOffset(to), score);
        tree.replace(before, ref, score, to);
        if (to != ref) {
            space.free(ref);
        }
    }

    /** Takes out the member found. */
    public void remove(int ref) {
        tree.remove(score(ref), ref);
        table.remove();
        space.free(ref);
    }

    /** The rank of a member, the lowest score being 0. */
    public int rank(int ref) {
        return tree.rank(score(ref), ref);
    }

    @Override
    protected LargeSortedSet fork(ValueSpace to) {
        return new LargeSortedSet(to, table.fork(to), tree.fork(to));
    }

    @Override
    public LargeSortedSet copy() {
        LargeSortedSet copy = new LargeSortedSet(space);
        byte[] name = new byte[64];
        CountedTree.Cursor cursor = new CountedTree.Cursor();
        for (int rank = 0; rank < tree.size(); rank++) {
            if (rank == 0) {
                cursor.seek(tree, 0);
            } else {
                cursor.next();
            }
            int length = elements.nameLength(cursor.ref());
            if (name.length < length) {
                name = new byte[length];
            }
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, elements.nameOffset(cursor.ref()), name, 0, length);
            copy.find(name, 0, length);
            copy.insert(name, 0, length, cursor.score());
        }
        return copy;
    }

    @Override
    public int free(int limit) {
        if (freeing == null) {
            freeing = table.walk();
            tree.release();
        }
        return table.freeAll(freeing, limit);
    }

    @Override
    public boolean isFreed() {
        return freeing != null && freeing.isDone();
    }

    @Override
    public long memoryBytes() {
        return tree.usedBytes() + table.usedBytes() + table.elementBytes();
    }

    @Override
    public void content(Content content) {
        CountedTree.Cursor cursor = new CountedTree.Cursor();
        for (int rank = 0; rank < tree.size(); rank++) {
            if (rank == 0) {
                cursor.seek(tree, 0);
            } else {
                cursor.next();
            }
            content.bytes(memory, elements.nameOffset(cursor.ref()), elements.nameLength(cursor.ref()));
            content.number(Double.doubleToRawLongBits(cursor.score()));
        }
    }
}
