package dev.balsa.node.engine.value;

import dev.balsa.node.engine.memory.Slabs;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * The problem: find a key among millions with as few cache misses as possible; visit keys in an order that depends
 * on nothing but the keys, from a
 * cursor that survives growth; grow without a pause; let a snapshot keep the old state for the price of what is
 * written meanwhile.
 *
 *     slots   0 ... n-1            one long[] per slot, null while the slot is empty
 *              |       \
 *            leaf       Directory  2^depth leaves by the hash's highest bits, when the slot outgrew one leaf
 *
 *     leaf    [ shape | epoch ][ hash32 ref32 | 0 | hash32 ref32 | hash32 ref32 | 0 | ... | spare ]
 *                               <-------------------- capacity ------------------------> tail
 *
 * A leaf is an open-addressing table whose home position rises with the hash, so that linear probing keeps all
 * entries sorted by (hash, key)
 * (Amble and Knuth 1974, ordered hash tables; Celis' Robin Hood order is the same here). Because an entry holds its
 * hash, growing, splitting and shifting
 * never touch a key, and a comparison of keys happens practically only on a hit: one miss for the leaf, one for the
 * blob.
 *
 *     find     ~3 probes in one or two cache lines; ends early at a greater hash
 *     insert   shifts to the next gap, some ten words at a load of 0.8
 *     remove   shifts back, no tombstones
 *     grow     x 1.5 at a load of 0.8, a sequential copy; a leaf has at most 1,024 entries, a fuller one is split by
 *     the next
 *              bit of the hash (extendible hashing, Fagin 1979). So no single step is longer than copying a leaf or
 *              a directory of references.
 *     memory   8 bytes / load: 10 to 15 a key
 *
 * Order: slot, hash unsigned, then key. A cursor names (slot, lowest hash not yet visited) and so means the same in
 * every table that holds the same keys.
 *
 * Snapshots: a leaf and a directory carry the epoch they were written in. While a view is open, one of an older
 * epoch is copied before the first write (copy-on-write
 * by the path, as in persistent trees) unless the view's reader has gone by its slot. Everything reachable from the
 * view's copied roots is thus immutable
 * until it is passed; see SnapshotView for the argument on visibility.
 */

/**
 * References to blobs by slot and by the hash of their names: the keys of a database in its 16,384 slots, the elements
 * of a large set or hash in one. Owned by the engine thread; leaves of older epochs may be read by a snapshot's thread.
 */
public final class SlotTable {
    private static final int SHAPE = 0; // capacity << 32 | depth << 24 | count
    private static final int EPOCH = 1;
    private static final int FIRST = 2;
    private static final int LEAF_MAX = 1024;
    private static final int COUNT_MASK = 0xff_ffff;
    private static final long ARRAY_HEADER_BYTES = 16;

    private final Names names;
    private final long[] @Nullable [] leaves;
    private @Nullable Directory @Nullable [] directories;
    private long size;
    private long usedBytes;

    // Where locate() ended: for the change that follows.
    private int atSlot;
    private int atHash;
    private int atIndex;

    public SlotTable(Names names, int slots) {
        this.names = names;
        leaves = new long[slots][];
        usedBytes = ARRAY_HEADER_BYTES + 4L * slots;
    }

    private SlotTable(SlotTable other) {
        names = other.names;
        leaves = other.leaves.clone();
        directories = other.directories == null ? null : other.directories.clone();
        size = other.size;
        usedBytes = other.usedBytes;
    }

    /** What a blob is found by. */
    public interface Names {
        /** Whether the name of the blob at byte offset {@code at} is {@code name[offset, offset + length)}. */
        boolean nameEquals(long at, byte[] name, int offset, int length);

        /** Compares the blob's name with a name, byte by byte, unsigned, shorter first. */
        int compareName(long at, byte[] name, int offset, int length);

        /** A copy of the blob's name. */
        byte[] name(long at);
    }

    /** A table with the same leaves, each to be copied before either changes it (give {@code shared}). */
    SlotTable fork() {
        return new SlotTable(this);
    }

    int slots() {
        return leaves.length;
    }

    /** Number of references. */
    public long size() {
        return size;
    }

    /** Number of references in a slot. */
    public int size(int slot) {
        long[] leaf = leaves[slot];
        if (leaf != null) {
            return count(leaf);
        }
        Directory directory = directory(slot);
        return directory == null ? 0 : directory.count;
    }

    /** Bytes of all arrays. */
    public long usedBytes() {
        return usedBytes;
    }

    /** The roots as they are now, for a view. */
    public Roots roots() {
        return new Roots(leaves.clone(), directories == null ? null : directories.clone());
    }

    /** What a view holds of a table: copies of the root arrays. Owned by the view's reader. */
    public static final class Roots {
        private final long[] @Nullable [] leaves;
        private final @Nullable Directory @Nullable [] directories;

        Roots(long[] @Nullable [] leaves, @Nullable Directory @Nullable [] directories) {
            this.leaves = leaves;
            this.directories = directories;
        }

        public long @Nullable [] leaf(int slot, int hash) {
            long[] leaf = leaves[slot];
            Directory directory = directories == null ? null : directories[slot];
            return leaf != null || directory == null ? leaf : directory.leaves[directory.place(hash)];
        }

        /** Lets a slot's arrays go. */
        public void forget(int slot) {
            leaves[slot] = null;
            if (directories != null) {
                directories[slot] = null;
            }
        }
    }

    // -- find and change ----------------------------------------------------------------------------------------

    /** Reference of a key, or 0; remembers the place for {@link #replace}, {@link #insert} and {@link #remove}. */
    public int locate(int slot, int hash, byte[] key, int offset, int length) {
        atSlot = slot;
        atHash = hash;
        long[] leaf = leaf(slot, hash);
        if (leaf == null) {
            atIndex = FIRST;
            return 0;
        }
        long wanted = hash & 0xffff_ffffL;
        int i = home(leaf[SHAPE], wanted);
        for (; i < leaf.length; i++) {
            long entry = leaf[i];
            long hashThere = entry >>> 32;
            if (entry == 0 || hashThere > wanted) {
                break;
            }
            if (hashThere == wanted) {
                int order = names.nameEquals(Slabs.offset((int) entry), key, offset, length)
                        ? 0
                        : names.compareName(Slabs.offset((int) entry), key, offset, length);
                if (order == 0) {
                    atIndex = i;
                    return (int) entry;
                }
                if (order > 0) {
                    break;
                }
            }
        }
        atIndex = i;
        return 0;
    }

    /** Puts another reference in place of the one located. */
    public void replace(int ref, int epoch, boolean shared) {
        writable(epoch, shared)[atIndex] = entry(atHash, ref);
    }

    /** Adds a key where {@link #locate} did not find it. */
    public void insert(int ref, int epoch, boolean shared) {
        long[] leaf = leaf(atSlot, atHash) == null ? firstLeaf(epoch) : writable(epoch, shared);
        int gap = atIndex;
        while (gap < leaf.length && leaf[gap] != 0) {
            gap++;
        }
        long shape = leaf[SHAPE];
        int capacity = (int) (shape >>> 32);
        if (gap < leaf.length && (count(leaf) + 1) * 5L <= capacity * 4L) {
            System.arraycopy(leaf, atIndex, leaf, atIndex + 1, gap - atIndex);
            leaf[atIndex] = entry(atHash, ref);
            leaf[SHAPE] = shape + 1;
        } else {
            grow(leaf, ref, epoch);
        }
        size++;
        Directory directory = directory(atSlot);
        if (directory != null) {
            directory.count++;
        }
    }

    /** Removes the key located. */
    public void remove(int epoch, boolean shared) {
        long[] leaf = writable(epoch, shared);
        long shape = leaf[SHAPE];
        int after = atIndex + 1;
        while (after < leaf.length && leaf[after] != 0 && home(shape, leaf[after] >>> 32) < after) {
            after++;
        }
        System.arraycopy(leaf, atIndex + 1, leaf, atIndex, after - atIndex - 1);
        leaf[after - 1] = 0;
        leaf[SHAPE] = shape - 1;
        size--;
        Directory directory = directory(atSlot);
        if (directory != null) {
            directory.count--;
            if (directory.count <= LEAF_MAX / 4) {
                collapse(directory, epoch);
                return;
            }
        }
        int count = count(leaf);
        int capacity = (int) (shape >>> 32);
        if (count == 0 && directory == null) {
            setLeaf(leaf, null);
        } else if (capacity > 8 && count * 4 < capacity) {
            setLeaf(leaf, rebuilt(leaf, 0, count * 2, epoch));
        }
    }

    // -- order --------------------------------------------------------------------------------------------------

    /** The leaf that holds a hash, or null when the slot is empty. */
    public long @Nullable [] leaf(int slot, int hash) {
        long[] leaf = leaves[slot];
        if (leaf != null) {
            return leaf;
        }
        Directory directory = directory(slot);
        return directory == null ? null : directory.leaves[directory.place(hash)];
    }

    /** First hash after those of a leaf that holds {@code hash}; 2^32 = none in this slot. */
    public static long leafEnd(long[] leaf, int hash) {
        int depth = depth(leaf);
        return depth == 0 ? 1L << 32 : ((hash >>> (32 - depth)) + 1L) << (32 - depth);
    }

    /** Index of the first entry of a leaf whose hash is at least {@code hash}, or {@link #end}. */
    public static int lowerBound(long[] leaf, long hash) {
        int i = home(leaf[SHAPE], hash);
        // Entries before the home position of a hash are smaller than it: each lies at or behind its own.
        while (i < leaf.length && (leaf[i] == 0 || leaf[i] >>> 32 < hash)) {
            i++;
        }
        return i;
    }

    /** Index of the entry after {@code i}, or {@link #end}. */
    public static int following(long[] leaf, int i) {
        int at = i + 1;
        while (at < leaf.length && leaf[at] == 0) {
            at++;
        }
        return at;
    }

    /** One past the last index of a leaf. */
    public static int end(long[] leaf) {
        return leaf.length;
    }

    /** The reference at an index, 0 = a gap. */
    public static int refAt(long[] leaf, int i) {
        return (int) leaf[i];
    }

    /** The hash at an index, unsigned. */
    public static long hashAt(long[] leaf, int i) {
        return leaf[i] >>> 32;
    }

    // -- leaves -------------------------------------------------------------------------------------------------

    private static long entry(int hash, int ref) {
        return (long) hash << 32 | (ref & 0xffff_ffffL);
    }

    private static int count(long[] leaf) {
        return (int) leaf[SHAPE] & COUNT_MASK;
    }

    static int depth(long[] leaf) {
        return (int) leaf[SHAPE] >>> 24;
    }

    private static int home(long shape, long hash) {
        int depth = (int) shape >>> 24;
        return FIRST + (int) ((((hash << depth) & 0xffff_ffffL) * (shape >>> 32)) >>> 32);
    }

    private static long leafBytes(long[] leaf) {
        return ARRAY_HEADER_BYTES + 8L * leaf.length;
    }

    private long[] firstLeaf(int epoch) {
        long[] leaf = new long[FIRST + 4 + 2];
        leaf[SHAPE] = 4L << 32;
        leaf[EPOCH] = epoch;
        leaves[atSlot] = leaf;
        usedBytes += leafBytes(leaf);
        atIndex = home(leaf[SHAPE], atHash & 0xffff_ffffL);
        return leaf;
    }

    /**
     * The leaf at the remembered place, copied first if a view still needs it as it is. Places in a copy are the
     * same.
     */
    private long[] writable(int epoch, boolean shared) {
        long[] leaf = leaf(atSlot, atHash);
        if (leaf == null) {
            throw new IllegalStateException("No leaf in slot " + atSlot);
        }
        Directory directory = directory(atSlot);
        if (shared && directory != null && directory.epoch != epoch) {
            directory = new Directory(epoch, directory.depth, directory.leaves.clone(), directory.count);
            setDirectory(directory);
        }
        if (!shared || leaf[EPOCH] == epoch) {
            return leaf;
        }
        long[] copy = leaf.clone();
        copy[EPOCH] = epoch;
        setLeaf(leaf, copy);
        return copy;
    }

    /** Puts {@code leaf} wherever {@code old} was. */
    private void setLeaf(long[] old, long @Nullable [] leaf) {
        usedBytes += (leaf == null ? 0 : leafBytes(leaf)) - leafBytes(old);
        Directory directory = directory(atSlot);
        if (directory == null) {
            leaves[atSlot] = leaf;
            return;
        }
        if (leaf == null) {
            throw new IllegalStateException("A directory has no holes");
        }
        int width = directory.depth - depth(leaf);
        int from = directory.place(atHash) >>> width << width;
        directory.put(from, from + (1 << width), leaf);
    }

    private @Nullable Directory directory(int slot) {
        return directories == null ? null : directories[slot];
    }

    private void setDirectory(@Nullable Directory directory) {
        if (directories == null) {
            directories = new Directory[leaves.length];
            usedBytes += ARRAY_HEADER_BYTES + 4L * leaves.length;
        }
        Directory before = directories[atSlot];
        usedBytes += directoryBytes(directory) - directoryBytes(before);
        directories[atSlot] = directory;
    }

    private static long directoryBytes(@Nullable Directory directory) {
        return directory == null ? 0 : 32 + ARRAY_HEADER_BYTES + 4L * directory.leaves.length;
    }

    // -- growing and shrinking ----------------------------------------------------------------------------------

    private void grow(long[] leaf, int ref, int epoch) {
        if (count(leaf) >= LEAF_MAX && mayDeepen(depth(leaf))) {
            split(leaf, epoch);
            long[] half = leaf(atSlot, atHash);
            if (half == null) {
                throw new IllegalStateException("A split lost slot " + atSlot);
            }
            insertInto(half, ref, epoch);
        } else {
            insertInto(leaf, ref, epoch);
        }
    }

    /**
     * Keys whose hashes agree in many bits must not blow up the directory: it stays within a reference per eighth of
     * a leaf.
     */
    private boolean mayDeepen(int depth) {
        Directory directory = directory(atSlot);
        return directory == null || depth < directory.depth || ((LEAF_MAX / 8L) << depth) <= directory.count;
    }

    private void insertInto(long[] leaf, int ref, int epoch) {
        long[] with = new long[FIRST + count(leaf) + 1];
        with[SHAPE] = leaf[SHAPE];
        int at = FIRST;
        int i = FIRST;
        // The new entry goes before the first one that is greater; among equal hashes the key decides, as locate() did.
        int before = insertionIndex(leaf, ref);
        for (; i < before; i++) {
            if (leaf[i] != 0) {
                with[at++] = leaf[i];
            }
        }
        with[at++] = entry(atHash, ref);
        for (; i < leaf.length; i++) {
            if (leaf[i] != 0) {
                with[at++] = leaf[i];
            }
        }
        int count = at - FIRST;
        long[] grown = packed(with, FIRST, at, depth(leaf), Math.max(4, count + (count >> 1)), epoch);
        setLeaf(leaf, grown);
    }

    private int insertionIndex(long[] leaf, int ref) {
        long wanted = atHash & 0xffff_ffffL;
        byte[] key = null;
        int i = lowerBound(leaf, wanted);
        while (i < leaf.length && leaf[i] != 0 && leaf[i] >>> 32 == wanted) {
            if (key == null) {
                key = names.name(Slabs.offset(ref));
            }
            if (names.compareName(Slabs.offset((int) leaf[i]), key, 0, key.length) > 0) {
                break;
            }
            i++;
        }
        return i;
    }

    private void split(long[] leaf, int epoch) {
        Directory directory = directory(atSlot);
        int depth = depth(leaf);
        if (directory == null) {
            directory = new Directory(epoch, 1, new long[][] {leaf, leaf}, count(leaf));
            setDirectory(directory);
            leaves[atSlot] = null;
        } else if (directory.depth == depth) {
            long[][] doubled = new long[directory.leaves.length * 2][];
            for (int i = 0; i < doubled.length; i++) {
                doubled[i] = directory.leaves[i >> 1];
            }
            directory = new Directory(epoch, depth + 1, doubled, directory.count);
            setDirectory(directory);
        }
        long[] low = rebuilt(leaf, 0, depth + 1, epoch, true);
        long[] high = rebuilt(leaf, 1, depth + 1, epoch, true);
        usedBytes += leafBytes(low) + leafBytes(high) - leafBytes(leaf);
        int width = directory.depth - depth;
        int from = directory.place(atHash) >>> width << width;
        int half = 1 << (width - 1);
        directory.put(from, from + half, low);
        directory.put(from + half, from + 2 * half, high);
    }

    /** The entries of a leaf whose bit below the old depth is {@code bit}, as a leaf of the new depth. */
    private static long[] rebuilt(long[] leaf, int bit, int depth, int epoch, boolean split) {
        long[] entries = new long[count(leaf)];
        int count = 0;
        for (int i = FIRST; i < leaf.length; i++) {
            if (leaf[i] != 0 && (!split || ((leaf[i] >>> (64 - depth)) & 1) == bit)) {
                entries[count++] = leaf[i];
            }
        }
        return packed(entries, 0, count, depth, Math.max(4, count + (count >> 1)), epoch);
    }

    /** The same entries with another capacity. */
    private static long[] rebuilt(long[] leaf, int from, int capacity, int epoch) {
        long[] entries = new long[count(leaf)];
        int count = 0;
        for (int i = FIRST + from; i < leaf.length; i++) {
            if (leaf[i] != 0) {
                entries[count++] = leaf[i];
            }
        }
        return packed(entries, 0, count, depth(leaf), Math.max(4, capacity), epoch);
    }

    /** All leaves of a directory as one. */
    private void collapse(Directory directory, int epoch) {
        long[] entries = new long[directory.count];
        int count = 0;
        int place = 0;
        while (place < directory.leaves.length) {
            long[] leaf = directory.leaves[place];
            place += 1 << (directory.depth - depth(leaf));
            usedBytes -= leafBytes(leaf);
            for (int i = FIRST; i < leaf.length; i++) {
                if (leaf[i] != 0) {
                    entries[count++] = leaf[i];
                }
            }
        }
        setDirectory(null);
        if (count > 0) {
            long[] leaf = packed(entries, 0, count, 0, Math.max(4, count + (count >> 1)), epoch);
            usedBytes += leafBytes(leaf);
            leaves[atSlot] = leaf;
        }
    }

    /** A leaf of sorted entries, each at its home or right behind the one before. */
    private static long[] packed(long[] entries, int from, int to, int depth, int capacity, int epoch) {
        long shape = (long) capacity << 32 | (long) depth << 24 | (to - from);
        int last = FIRST - 1;
        for (int i = from; i < to; i++) {
            last = Math.max(last + 1, home(shape, entries[i] >>> 32));
        }
        // The tail takes what runs over the last home position. Equal hashes may make it long; then only it grows.
        int over = Math.max(0, last + 1 - FIRST - capacity);
        int tail = Math.max(2 + capacity / 32, over + over / 4 + 2);
        long[] leaf = new long[FIRST + capacity + tail];
        leaf[SHAPE] = shape;
        leaf[EPOCH] = epoch;
        int at = FIRST - 1;
        for (int i = from; i < to; i++) {
            at = Math.max(at + 1, home(shape, entries[i] >>> 32));
            leaf[at] = entries[i];
        }
        return leaf;
    }
}
