package dev.balsa.node.engine.value;

import java.util.Arrays;

/*
 * The problem: the chunks of a list in their order, found by the index of an element, added and taken out anywhere, and
 * shared with a snapshot for the price of the path that is changed.
 *
 *     inner   [ 4,210 | 3,977 | ... ]      counts: elements below each child
 *               |       |
 *     leaf    [ 451 | 449 | 460 | ... ]    counts: elements in each chunk; beside them the blob that holds the chunk
 *               |                          and where in the blob it begins
 *             chunk
 *
 * A B+tree by position: no keys, the counts tell the way. A node has at most 64 children; its arrays grow with it. A
 * full node is split in halves, or, when something is added at its end, so that it stays full: lists grow at their
 * ends. A node goes when it is empty, not before (free-at-empty: Johnson and Shasha, PODS 1989), the root when it has
 * one child.
 *
 *     seek                O(log n)      two levels reach 4,096 chunks, some 32 MB
 *     next, previous      O(1), O(log n) at the end of a leaf
 *     set                 O(log n)      counts on the path change
 *     insert, remove      O(log n)
 *     memory              16 bytes a chunk in full leaves
 *
 * Snapshots: a node carries the epoch in which it was made; writable() copies those of the path that a view needs.
 */

/**
 * Where the chunks of a list are. It has a place, which {@link #seek} and the like set; what is said of "the chunk" is
 * said of the one there. Owned by the engine thread; a view's reader uses {@link #forEach} of its own tree only.
 */
final class ChunkTree {
    private static final int FANOUT = 64;
    private static final int SMALLEST = 4;
    private static final Node[] NO_CHILDREN = {};
    private static final int[] NO_CHUNKS = {};

    private final ValueSpace space;
    private Node root;
    private long size;

    // The place: node and position on each level, the last one a leaf's; and how many elements are before.
    private Node[] path = new Node[1];
    private int[] places = new int[1];
    private int depth = 1;
    private long base;

    ChunkTree(ValueSpace space) {
        this.space = space;
        root = new Node(space.epoch(), true, SMALLEST);
        path[0] = root;
        space.heapChanged(root.heapBytes());
    }

    private ChunkTree(ChunkTree from, ValueSpace to) {
        space = to;
        root = from.root;
        size = from.size;
        depth = from.depth;
        path = new Node[depth];
        places = new int[depth];
        Arrays.fill(path, root);
    }

    /** A tree over the same nodes that is changed in place of this one. */
    ChunkTree fork(ValueSpace to) {
        return new ChunkTree(this, to);
    }

    /** Elements in all chunks. */
    long size() {
        return size;
    }

    /** Whether there is exactly one chunk. */
    boolean isSingle() {
        return root.isLeaf() && root.used == 1;
    }

    // -- the place ----------------------------------------------------------------------------------------------

    /** Goes to the chunk that holds the element at an index; returns the element's index within the chunk. */
    int seek(long index) {
        long left = index;
        Node node = root;
        for (int level = 0; ; level++) {
            long[] counts = node.counts;
            int i = 0;
            while (left >= counts[i]) {
                left -= counts[i];
                i++;
            }
            path[level] = node;
            places[level] = i;
            if (node.isLeaf()) {
                break;
            }
            node = node.children[i];
        }
        base = index - left;
        return (int) left;
    }

    void first() {
        Node node = root;
        for (int level = 0; level < depth; level++) {
            path[level] = node;
            places[level] = 0;
            node = node.isLeaf() ? node : node.children[0];
        }
        base = 0;
    }

    void last() {
        Node node = root;
        for (int level = 0; level < depth; level++) {
            path[level] = node;
            places[level] = node.used - 1;
            node = node.isLeaf() ? node : node.children[node.used - 1];
        }
        base = size - count();
    }

    /** Goes to the following chunk; false, without moving, if there is none. */
    boolean next() {
        long after = base + count();
        if (after == size) {
            return false;
        }
        if (places[depth - 1] + 1 < leaf().used) {
            places[depth - 1]++;
            base = after;
        } else {
            seek(after);
        }
        return true;
    }

    /** Goes to the chunk before; false, without moving, if there is none. */
    boolean previous() {
        if (base == 0) {
            return false;
        }
        if (places[depth - 1] > 0) {
            places[depth - 1]--;
            base -= count();
        } else {
            seek(base - 1);
        }
        return true;
    }

    /** Index of the chunk's first element. */
    long base() {
        return base;
    }

    /** The blob that holds the chunk. */
    int ref() {
        return leaf().refs[places[depth - 1]];
    }

    /** Where in its blob the chunk begins. */
    int start() {
        return leaf().starts[places[depth - 1]];
    }

    /** Elements in the chunk. */
    int count() {
        return (int) leaf().counts[places[depth - 1]];
    }

    private Node leaf() {
        return path[depth - 1];
    }

    // -- changing -----------------------------------------------------------------------------------------------

    /** Says where the chunk is and what it holds now ({@code count} > 0). */
    void set(int ref, int start, int count) {
        writable();
        Node leaf = leaf();
        int place = places[depth - 1];
        long more = count - leaf.counts[place];
        leaf.refs[place] = ref;
        leaf.starts[place] = start;
        if (more != 0) {
            countsChanged(more);
        }
    }

    /** Adds a chunk before ({@code after} = 0) or behind (1) the chunk, or the first one; the place is there then. */
    void insert(int after, int ref, int start, int count) {
        if (size == 0) {
            first();
        } else if (after == 1) {
            base += count();
            places[depth - 1]++;
        }
        writable();
        splitFull();
        Node leaf = leaf();
        int place = places[depth - 1];
        makeRoom(leaf, place);
        leaf.refs[place] = ref;
        leaf.starts[place] = start;
        countsChanged(count);
    }

    /** Takes the chunk out. The place is lost; the blob is the caller's. */
    void remove() {
        writable();
        countsChanged(-count());
        int level = depth - 1;
        path[level].closeAt(places[level]);
        while (level > 0 && path[level].used == 0) {
            space.heapChanged(-path[level].heapBytes());
            level--;
            path[level].closeAt(places[level]);
        }
        while (!root.isLeaf() && root.used == 1) {
            space.heapChanged(-root.heapBytes());
            root = root.children[0];
            depth--;
        }
    }

    /** Has every node of the path be one that no view needs. */
    private void writable() {
        for (int level = 0; level < depth; level++) {
            Node node = path[level];
            if (!space.mustCopy(node.epoch)) {
                continue;
            }
            Node copy = new Node(node, space.epoch());
            if (level == 0) {
                root = copy;
            } else {
                path[level - 1].children[places[level - 1]] = copy;
            }
            path[level] = copy;
        }
    }

    private void countsChanged(long more) {
        size += more;
        for (int level = 0; level < depth; level++) {
            path[level].counts[places[level]] += more;
        }
    }

    /** Splits the full nodes of the path, from the top, so that one more chunk fits in at the place. */
    private void splitFull() {
        if (root.used == FANOUT) {
            addLevel();
        }
        for (int level = 1; level < depth; level++) {
            Node node = path[level];
            if (node.used < FANOUT) {
                continue;
            }
            int place = places[level];
            int from = splitPoint(place, node.isLeaf());
            Node right = new Node(space.epoch(), node.isLeaf(), FANOUT);
            node.moveTo(right, from);
            space.heapChanged(right.heapBytes());
            Node parent = path[level - 1];
            int at = places[level - 1];
            makeRoom(parent, at + 1);
            parent.children[at + 1] = right;
            parent.counts[at + 1] = right.sum();
            parent.counts[at] -= right.sum();
            if (from != 0 && place >= from) {
                path[level] = right;
                places[level] = place - from;
                places[level - 1] = at + 1;
            }
        }
    }

    /** Where a full node is split: at its end if the new one comes there, so that lists that grow leave full nodes. */
    private static int splitPoint(int place, boolean leaf) {
        if (leaf) {
            return place == FANOUT ? FANOUT : place == 0 ? 0 : FANOUT / 2;
        }
        return place == FANOUT - 1 ? FANOUT - 1 : place == 0 ? 1 : FANOUT / 2;
    }

    private void addLevel() {
        Node top = new Node(space.epoch(), false, SMALLEST);
        space.heapChanged(top.heapBytes());
        top.used = 1;
        top.children[0] = root;
        top.counts[0] = size;
        root = top;
        depth++;
        Node[] nodes = new Node[Math.max(depth, path.length)];
        int[] positions = new int[nodes.length];
        System.arraycopy(path, 0, nodes, 1, depth - 1);
        System.arraycopy(places, 0, positions, 1, depth - 1);
        nodes[0] = top;
        path = nodes;
        places = positions;
    }

    private void makeRoom(Node node, int place) {
        long before = node.heapBytes();
        node.openAt(place);
        space.heapChanged(node.heapBytes() - before);
    }

    // -- the whole ----------------------------------------------------------------------------------------------

    /** Receives chunks in their order. */
    interface Visitor {
        void visit(int ref, int start, int count);
    }

    /** Visits all chunks; uses nothing but the tree, so a view's reader may call it. */
    void forEach(Visitor visitor) {
        visit(root, visitor);
    }

    private static void visit(Node node, Visitor visitor) {
        for (int i = 0; i < node.used; i++) {
            if (node.isLeaf()) {
                visitor.visit(node.refs[i], node.starts[i], (int) node.counts[i]);
            } else {
                visit(node.children[i], visitor);
            }
        }
    }

    /** Frees up to {@code limit} blobs from the end on and the nodes that held them; returns how many. */
    int free(int limit) {
        int freed = 0;
        while (freed < limit && size > 0) {
            last();
            space.free(ref());
            remove();
            freed++;
        }
        return freed;
    }

    /** Gives up the nodes of a tree without chunks. */
    void close() {
        space.heapChanged(-root.heapBytes());
    }

    /** Children on neighbouring places, either nodes or chunks. Arrays are of one length and grow. */
    private static final class Node {
        private static final int OBJECT_BYTES = 40;
        private static final int ARRAY_HEADER_BYTES = 16;

        final int epoch;
        int used;
        long[] counts;
        Node[] children;
        int[] refs;
        int[] starts;

        Node(int epoch, boolean leaf, int capacity) {
            this.epoch = epoch;
            counts = new long[capacity];
            children = leaf ? NO_CHILDREN : new Node[capacity];
            refs = leaf ? new int[capacity] : NO_CHUNKS;
            starts = leaf ? new int[capacity] : NO_CHUNKS;
        }

        Node(Node from, int epoch) {
            this.epoch = epoch;
            used = from.used;
            counts = from.counts.clone();
            children = from.isLeaf() ? NO_CHILDREN : from.children.clone();
            refs = from.isLeaf() ? from.refs.clone() : NO_CHUNKS;
            starts = from.isLeaf() ? from.starts.clone() : NO_CHUNKS;
        }

        boolean isLeaf() {
            return children.length == 0;
        }

        long heapBytes() {
            int each = Long.BYTES + (isLeaf() ? 2 * Integer.BYTES : Integer.BYTES);
            long headers = (isLeaf() ? 3L : 2L) * ARRAY_HEADER_BYTES;
            return OBJECT_BYTES + headers + (long) each * counts.length;
        }

        long sum() {
            long sum = 0;
            for (int i = 0; i < used; i++) {
                sum += counts[i];
            }
            return sum;
        }

        /** Makes an empty place. */
        void openAt(int place) {
            if (used == counts.length) {
                int capacity = Math.min(FANOUT, used * 2);
                counts = Arrays.copyOf(counts, capacity);
                if (isLeaf()) {
                    refs = Arrays.copyOf(refs, capacity);
                    starts = Arrays.copyOf(starts, capacity);
                } else {
                    children = Arrays.copyOf(children, capacity);
                }
            }
            move(this, place, place + 1, used - place);
            counts[place] = 0;
            used++;
        }

        void closeAt(int place) {
            used--;
            move(this, place + 1, place, used - place);
        }

        /** Moves the children from a place on to an empty node. */
        void moveTo(Node right, int from) {
            move(right, from, 0, used - from);
            right.used = used - from;
            used = from;
        }

        private void move(Node to, int from, int place, int length) {
            System.arraycopy(counts, from, to.counts, place, length);
            if (isLeaf()) {
                System.arraycopy(refs, from, to.refs, place, length);
                System.arraycopy(starts, from, to.starts, place, length);
            } else {
                System.arraycopy(children, from, to.children, place, length);
            }
        }
    }
}
