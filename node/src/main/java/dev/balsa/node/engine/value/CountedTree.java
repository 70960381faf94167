package dev.balsa.node.engine.value;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * The problem: members by score (ties by name), the rank of each, the n-th of all, from either end, with few cache
 * misses; a snapshot keeps the old state for the price of what is written meanwhile.
 *
 *     inner   scores [ 1.0 | 7.5 | 9.0 ]        first member below each child, once more
 *             refs   [  a  |  k  |  q  ]
 *             sizes  [ 200 | 256 | 131 ]        members below each child: a rank is a sum on the way down
 *             children  .     .     .
 *                       |
 *     leaf    scores [ 1.0 | 1.0 | 1.5 ... ]    up to 256 members, 12 bytes each
 *             refs   [  a  |  c  |  b  ... ]    the elements' blobs, which hold the names
 *
 * A B+tree whose inner nodes count (order-statistic tree, Knuth vol. 3, 6.2.3). A search is a binary one over scores,
 * which lie side by side; names are read where scores are equal only. The first member of each child stands in its
 * parent and is written anew on the way back from every change below, so it never refers to a freed blob.
 *
 *     insert, remove, rank, select    O(log n): 3 levels for a million members, and moving half a leaf
 *     range of m                      O(log n + m): leaves are read in turn, each found by its rank
 *     memory                          12 bytes / fill: 12 when filled in order (a split at either end of the tree
 *                                     leaves the full leaf full), 17 when filled at random
 *
 * A leaf that falls under a quarter joins a neighbour if the two fill no more than three quarters; so nodes are never
 * empty, and there is no run of removals and insertions that splits and joins each time.
 *
 * Snapshots: nodes carry the epoch they were written in and are copied from the root down before the first change
 * (see ValueSpace). Nothing that can be observed depends on where the nodes' limits are.
 */

/**
 * References of elements in the order of (score, name). The blobs are its user's. Owned by the engine thread; a tree
 * that was forked may be read by a snapshot's thread.
 */
public final class CountedTree {
    private static final int LEAF_MAX = 256;
    private static final int INNER_MAX = 64;
    private static final int LEAF_MIN = 16;
    private static final long NODE_BYTES = 32;
    private static final long ARRAY_BYTES = 16;

    private final ValueSpace space;
    private final Elements elements;
    private Node root;
    private int size;
    private long usedBytes;

    /** A tree without members. */
    public CountedTree(ValueSpace space, Elements elements) {
        this.space = space;
        this.elements = elements;
        root = new Node(space.epoch(), LEAF_MIN);
        took(root);
    }

    private CountedTree(CountedTree other, ValueSpace to) {
        space = to;
        elements = other.elements;
        root = other.root;
        size = other.size;
        usedBytes = other.usedBytes;
    }

    /** A leaf, or with children an inner node. */
    private static final class Node {
        int epoch;
        int count;
        double[] scores;
        int[] refs;
        int[] sizes = NO_SIZES;
        Node[] children = NO_CHILDREN;

        private static final int[] NO_SIZES = {};
        private static final Node[] NO_CHILDREN = {};

        /** A leaf. */
        Node(int epoch, int capacity) {
            this.epoch = epoch;
            scores = new double[capacity];
            refs = new int[capacity];
        }

        static Node inner(int epoch) {
            Node node = new Node(epoch, INNER_MAX);
            node.sizes = new int[INNER_MAX];
            node.children = new Node[INNER_MAX];
            return node;
        }

        boolean isLeaf() {
            return children.length == 0;
        }

        int max() {
            return isLeaf() ? LEAF_MAX : INNER_MAX;
        }

        int members() {
            int sum = isLeaf() ? count : 0;
            for (int i = 0; i < count && !isLeaf(); i++) {
                sum += sizes[i];
            }
            return sum;
        }

        long bytes() {
            long leaf = NODE_BYTES + 2 * ARRAY_BYTES + 12L * scores.length;
            return isLeaf() ? leaf : leaf + 2 * ARRAY_BYTES + 8L * INNER_MAX;
        }

        Node copy(int epoch) {
            Node copy = new Node(epoch, 0);
            copy.count = count;
            copy.scores = scores.clone();
            copy.refs = refs.clone();
            copy.sizes = isLeaf() ? NO_SIZES : sizes.clone();
            copy.children = isLeaf() ? NO_CHILDREN : children.clone();
            return copy;
        }

        /** Opens a gap of one entry, for which there is room. */
        void open(int at) {
            int behind = count - at;
            System.arraycopy(scores, at, scores, at + 1, behind);
            System.arraycopy(refs, at, refs, at + 1, behind);
            if (!isLeaf()) {
                System.arraycopy(sizes, at, sizes, at + 1, behind);
                System.arraycopy(children, at, children, at + 1, behind);
            }
            count++;
        }

        void removeAt(int at) {
            int behind = count - at - 1;
            System.arraycopy(scores, at + 1, scores, at, behind);
            System.arraycopy(refs, at + 1, refs, at, behind);
            if (!isLeaf()) {
                System.arraycopy(sizes, at + 1, sizes, at, behind);
                System.arraycopy(children, at + 1, children, at, behind);
                children[count - 1] = this; // lets the child go
            }
            count--;
        }

        /** Puts the entries from {@code from} on behind those of {@code other}. */
        void moveTo(Node other, int from) {
            int moved = count - from;
            System.arraycopy(scores, from, other.scores, other.count, moved);
            System.arraycopy(refs, from, other.refs, other.count, moved);
            if (!isLeaf()) {
                System.arraycopy(sizes, from, other.sizes, other.count, moved);
                System.arraycopy(children, from, other.children, other.count, moved);
                Arrays.fill(children, from, count, this);
            }
            other.count += moved;
            count = from;
        }

        /** Entry {@code at} becomes {@code child}. */
        void setChild(int at, Node child, int members) {
            children[at] = child;
            scores[at] = child.scores[0];
            refs[at] = child.refs[0];
            sizes[at] = members;
        }
    }

    /** A tree with the same members that goes on in place of this one, which a view reads from now on. O(1). */
    public CountedTree fork(ValueSpace to) {
        return new CountedTree(this, to);
    }

    public int size() {
        return size;
    }

    /** Bytes of the nodes. */
    public long usedBytes() {
        return usedBytes;
    }

    /** Gives the nodes back; the tree is not used afterwards. */
    public void release() {
        space.heapChanged(-usedBytes);
        usedBytes = 0;
        size = 0;
        root = new Node(space.epoch(), 0);
    }

    // -- change -------------------------------------------------------------------------------------------------

    /** Adds a member that is not there. */
    public void insert(double score, int ref) {
        root = own(root);
        Node right = insert(root, score, ref, true, true);
        size++;
        if (right != null) {
            Node top = Node.inner(space.epoch());
            took(top);
            top.count = 2;
            top.setChild(0, root, size - right.members());
            top.setChild(1, right, right.members());
            root = top;
        }
    }

    /** Takes out the member with this score whose element is {@code ref}. */
    public void remove(double score, int ref) {
        root = own(root);
        remove(root, score, ref);
        size--;
        while (!root.isLeaf() && root.count == 1) {
            gave(root);
            root = root.children[0];
        }
    }

    /** The member of element {@code old} gets another score and the element {@code ref}, of the same name. */
    public void replace(double oldScore, int old, double score, int ref) {
        root = own(root);
        if (!replaced(root, oldScore, old, score, ref)) {
            remove(oldScore, old);
            insert(score, ref);
        }
    }

    /** Inserts below a node of ours; returns what had to be split off to its right, or null. */
    private @Nullable Node insert(
            Node node, double score, int ref, boolean first, boolean last) {
        int at = notAfter(node, score, ref);
        if (node.isLeaf()) {
            return add(node, at, score, ref, first, last);
        }
        int i = Math.max(at - 1, 0);
        Node child = ownChild(node, i);
        Node right = insert(child, score, ref, first && i == 0, last && i == node.count - 1);
        if (right == null) {
            node.setChild(i, child, node.sizes[i] + 1);
            return null;
        }
        int members = right.members();
        node.setChild(i, child, node.sizes[i] + 1 - members);
        Node half = add(node, i + 1, right.scores[0], right.refs[0], first, last);
        // The new entry lies in the one or the other half, at the place where its first member is.
        if (half != null && node.count <= i + 1) {
            half.setChild(i + 1 - node.count, right, members);
        } else {
            node.setChild(i + 1, right, members);
        }
        return half;
    }

    /** Adds an entry, in a full node after splitting it; returns the right half or null. */
    private @Nullable Node add(
            Node node, int at, double score, int ref, boolean first, boolean last) {
        Node right = null;
        Node into = node;
        int place = at;
        if (node.count == node.max()) {
            int keep = last && at == node.count ? node.count : first && at == 0 ? 0 : node.count / 2;
            right = node.isLeaf() ? new Node(space.epoch(), LEAF_MAX) : Node.inner(space.epoch());
            took(right);
            node.moveTo(right, keep);
            if (at > keep || keep == node.max()) {
                into = right;
                place = at - keep;
            }
        } else if (node.count == node.scores.length) {
            usedBytes -= node.bytes();
            space.heapChanged(-node.bytes());
            int capacity = Math.min(LEAF_MAX, node.count * 2);
            node.scores = Arrays.copyOf(node.scores, capacity);
            node.refs = Arrays.copyOf(node.refs, capacity);
            took(node);
        }
        into.open(place);
        into.scores[place] = score;
        into.refs[place] = ref;
        return right;
    }

    private void remove(Node node, double score, int ref) {
        int at = notAfter(node, score, ref) - 1;
        if (node.isLeaf()) {
            if (at < 0 || node.refs[at] != ref) {
                throw new IllegalStateException("No member has score " + score + " and element " + ref);
            }
            node.removeAt(at);
            return;
        }
        int i = Math.max(at, 0);
        Node child = ownChild(node, i);
        remove(child, score, ref);
        if (child.count == 0) {
            gave(child);
            node.removeAt(i);
            return;
        }
        node.setChild(i, child, node.sizes[i] - 1);
        if (child.count < child.max() / 4 && node.count > 1) {
            join(node, i + 1 < node.count ? i : i - 1);
        }
    }

    /** Joins the children {@code i} and {@code i + 1} if that leaves room. */
    private void join(Node node, int i) {
        Node right = node.children[i + 1];
        int together = node.children[i].count + right.count;
        if (together > right.max() / 4 * 3) {
            return;
        }
        Node left = ownChild(node, i);
        if (left.scores.length < together) {
            gave(left);
            left.scores = Arrays.copyOf(left.scores, LEAF_MAX);
            left.refs = Arrays.copyOf(left.refs, LEAF_MAX);
            took(left);
        }
        int members = node.sizes[i] + node.sizes[i + 1];
        Node source = space.mustCopy(right.epoch) ? right.copy(space.epoch()) : right;
        gave(right);
        source.moveTo(left, 0);
        node.removeAt(i + 1);
        node.setChild(i, left, members);
    }

    /** Changes score and element where they stand, unless the member has to move. */
    private boolean replaced(Node node, double oldScore, int old, double score, int ref) {
        int at = Math.max(notAfter(node, oldScore, old) - 1, 0);
        if (!node.isLeaf()) {
            Node child = ownChild(node, at);
            if (!replaced(child, oldScore, old, score, ref)) {
                return false;
            }
            node.setChild(at, child, node.sizes[at]);
            return true;
        }
        boolean stays = node.refs[at] == old
                && (score == oldScore
                        || (at > 0 && at < node.count - 1 && node.scores[at - 1] < score
                                && score < node.scores[at + 1]));
        if (stays) {
            node.scores[at] = score;
            node.refs[at] = ref;
        }
        return stays;
    }

    // -- search -------------------------------------------------------------------------------------------------

    /** How many members come before the one with this score and element. */
    public int rank(double score, int ref) {
        int before = 0;
        Node node = root;
        while (true) {
            int at = notAfter(node, score, ref) - 1;
            if (node.isLeaf()) {
                return before + at;
            }
            int i = Math.max(at, 0);
            before += membersBefore(node, i);
            node = node.children[i];
        }
    }

    /** How many members have a score below {@code score}, or with {@code orEqual} not above it. */
    public int countBelow(double score, boolean orEqual) {
        int before = 0;
        Node node = root;
        while (true) {
            int below = below(node, score, orEqual);
            if (node.isLeaf()) {
                return before + below;
            }
            int i = Math.max(below - 1, 0);
            before += membersBefore(node, i);
            node = node.children[i];
        }
    }

    /** As {@link #countBelow(double, boolean)} by name, for sets whose members all have the same score. */
    public int countBelow(byte[] name, int offset, int length, boolean orEqual) {
        int before = 0;
        Node node = root;
        while (true) {
            int below = below(node, name, offset, length, orEqual);
            if (node.isLeaf()) {
                return before + below;
            }
            int i = Math.max(below - 1, 0);
            before += membersBefore(node, i);
            node = node.children[i];
        }
    }

    /** Number of entries of a node that are not after a member. */
    private int notAfter(Node node, double score, int ref) {
        double[] scores = node.scores;
        int low = 0;
        int high = node.count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            double there = scores[middle];
            boolean notAfter = there < score || (there == score && isNotAfter(node.refs[middle], ref));
            if (notAfter) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isNotAfter(int there, int ref) {
        return there == ref || elements.compare(there, ref) <= 0;
    }

    private static int below(Node node, double score, boolean orEqual) {
        int low = 0;
        int high = node.count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            double there = node.scores[middle];
            if (there < score || (orEqual && there == score)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int below(Node node, byte[] name, int offset, int length, boolean orEqual) {
        int low = 0;
        int high = node.count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = elements.compareName(ValueSpace.offset(node.refs[middle]), name, offset, length);
            if (order < 0 || (orEqual && order == 0)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int membersBefore(Node node, int i) {
        int sum = 0;
        for (int k = 0; k < i; k++) {
            sum += node.sizes[k];
        }
        return sum;
    }

    /** A place in a tree that nobody changes meanwhile. Reused; owned by one thread. */
    public static final class Cursor {
        private static final Node NOWHERE = new Node(0, 0);

        private @Nullable CountedTree tree;
        private Node leaf = NOWHERE;
        private int at;
        private int rank;

        /** Goes to the member of a rank (0 to size - 1) of a tree. */
        public void seek(CountedTree in, int toRank) {
            tree = in;
            rank = toRank;
            int left = toRank;
            Node node = in.root;
            while (!node.isLeaf()) {
                int i = 0;
                while (left >= node.sizes[i]) {
                    left -= node.sizes[i++];
                }
                node = node.children[i];
            }
            leaf = node;
            at = left;
        }

        public double score() {
            return leaf.scores[at];
        }

        public int ref() {
            return leaf.refs[at];
        }

        /** Goes to the next member; false if there is none. */
        public boolean next() {
            if (at + 1 < leaf.count) {
                rank++;
                at++;
                return true;
            }
            if (tree == null || rank + 1 >= tree.size) {
                return false;
            }
            seek(tree, rank + 1);
            return true;
        }

        /** Goes to the previous member; false if there is none. */
        public boolean previous() {
            if (at > 0) {
                rank--;
                at--;
                return true;
            }
            if (tree == null || rank == 0) {
                return false;
            }
            seek(tree, rank - 1);
            return true;
        }
    }

    // -- nodes --------------------------------------------------------------------------------------------------

    private Node own(Node node) {
        return space.mustCopy(node.epoch) ? node.copy(space.epoch()) : node;
    }

    private Node ownChild(Node node, int i) {
        Node child = own(node.children[i]);
        node.children[i] = child;
        return child;
    }

    private void took(Node node) {
        usedBytes += node.bytes();
        space.heapChanged(node.bytes());
    }

    private void gave(Node node) {
        usedBytes -= node.bytes();
        space.heapChanged(-node.bytes());
    }
}
