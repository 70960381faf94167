package dev.balsa.node.engine;

import dev.balsa.node.engine.value.CountedTree;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.LargeSortedSet;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.Score;
import dev.balsa.node.engine.value.StringView;
import dev.balsa.proto.resp.RedisDouble;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/*
 * A small sorted set is a listpack of member, score, member, score ... in order; a score is a number's entry or its
 * shortest text. A large one is a LargeSortedSet. Here is what both have in common:
 *
 *     open     one set at a time; MISSING opens an empty one
 *     find     a member: its score, its place
 *     select   a range by score or name as ranks [from, from + count)
 *     seek     a rank, and from there step by step either way
 *     change   set a score, remove ranks, store a whole set
 *
 * Packed operations are O(n) of at most zset-max-listpack-entries; large ones are O(log n).
 */

/** Sorted sets as commands see them, packed or large. Reused for one set after the other; owned by the engine thread. */
public final class SortedSets {
    /** Entries of a member in a listpack. */
    private static final int STEP = 2;

    /** Up to here Redis keeps whole scores as numbers. */
    private static final double WHOLE_MAX = 0x1p62;

    private final Keyspace keyspace;
    private final MemorySegment memory;
    private final Listpack listpack;

    private @Nullable Database database;
    private byte[] key = new byte[0];
    private int keyOffset;
    private int keyLength;
    private int ref;
    private long at; // of the listpack
    private @Nullable LargeSortedSet large;
    private int size;

    // Where find() and seek() ended.
    private boolean found;
    private double score;
    private int element;
    private long place;
    private final CountedTree.Cursor cursor = new CountedTree.Cursor();
    private final StringView view;

    // What select() chose.
    private int from;
    private int count;

    private byte[] name = new byte[64];
    private int nameLength;
    private byte[] text = new byte[64];
    private byte[] scoreText = new byte[0];

    public SortedSets(Keyspace keyspace) {
        this.keyspace = keyspace;
        memory = keyspace.slabs().memory();
        listpack = new Listpack(memory);
        view = new StringView(memory);
    }

    // -- open ---------------------------------------------------------------------------------------------------

    /** Opens a sorted set to read; {@link Keyspace#MISSING} is an empty one. */
    public void open(Database database, int ref) {
        this.database = database;
        this.ref = ref;
        large = ref != Keyspace.MISSING && database.isLarge(ref) ? (LargeSortedSet) database.large(ref) : null;
        reread();
    }

    /** The reference it was opened with. */
    public int ref() {
        return ref;
    }

    /** Opens the sorted set of a key to change it. */
    public void openForWrite(Database database, byte[] key, int offset, int length, int ref) {
        this.key = key;
        keyOffset = offset;
        keyLength = length;
        open(database, ref);
        if (large != null) {
            large = (LargeSortedSet) database.largeUnmarked(ref);
        }
    }

    /**
     * Makes an open set ready for {@code members} that will be added: creates it if it is missing, and the large form
     * where so many, or a first one that is so long, would not stay packed.
     */
    public void expect(int members, int firstLength) {
        boolean fits = members <= keyspace.limits().zsetMaxListpackEntries();
        if (ref == Keyspace.MISSING) {
            if (fits && firstLength <= keyspace.limits().zsetMaxListpackValueBytes()) {
                ref = db().putPacked(key, keyOffset, keyLength, ValueType.ZSET, false, Listpack.EMPTY_BYTES, 0);
                listpack.init(db().valueOffset(ref));
            } else {
                large = new LargeSortedSet(keyspace.space());
                ref = db().putLarge(key, keyOffset, keyLength, ValueType.ZSET, large, 0);
            }
            reread();
        } else if (large == null && !fits) {
            enlarge();
        }
    }

    private void reread() {
        found = false;
        if (ref == Keyspace.MISSING) {
            size = 0;
        } else if (large != null) {
            size = (int) large.size();
        } else {
            at = db().valueOffset(ref);
            size = listpack.count(at) / STEP;
        }
    }

    private Database db() {
        if (database == null) {
            throw new IllegalStateException("No set is open");
        }
        return database;
    }

    public int size() {
        return size;
    }

    // -- find ---------------------------------------------------------------------------------------------------

    /** Looks for a member; if it is there, {@link #score} is its score. */
    public boolean find(byte[] member, int offset, int length) {
        if (large != null) {
            element = large.find(member, offset, length);
            found = element != 0;
            score = found ? large.score(element) : 0;
        } else if (size > 0) {
            place = listpack.find(listpack.first(at), member, offset, length, STEP);
            found = place != Listpack.NONE;
            score = found ? packedScore(listpack.next(place)) : 0;
        } else {
            found = false;
        }
        return found;
    }

    /** The score of the member found, or of the one that {@link #seek} and {@link #step} stand at. */
    public double score() {
        return score;
    }

    /** The rank of the member found, the lowest score being 0. */
    public int rank() {
        if (large != null) {
            return large.rank(element);
        }
        int rank = 0;
        for (long p = listpack.first(at); p != place; p = listpack.next(listpack.next(p))) {
            rank++;
        }
        return rank;
    }

    private double packedScore(long p) {
        if (listpack.isInteger(p)) {
            return listpack.integer(p);
        }
        int length = listpack.length(p);
        if (text.length < length) {
            text = new byte[length];
        }
        listpack.text(p, text);
        return Score.parse(text, 0, length);
    }

    // -- step by step -------------------------------------------------------------------------------------------

    /** Goes to the member of a rank from 0 to size - 1. */
    public void seek(int rank) {
        if (large != null) {
            cursor.seek(large.tree(), rank);
            standAtCursor();
        } else {
            boolean fromEnd = rank > size / 2;
            place = listpack.seek(at, fromEnd ? (long) STEP * (rank - size) : (long) STEP * rank);
            score = packedScore(listpack.next(place));
        }
    }

    /** Goes to the next member, in reverse to the one before; false if there is none. */
    public boolean step(boolean reverse) {
        if (large != null) {
            boolean moved = reverse ? cursor.previous() : cursor.next();
            if (moved) {
                standAtCursor();
            }
            return moved;
        }
        long next;
        if (reverse) {
            long before = listpack.previous(at, place);
            next = before == Listpack.NONE ? Listpack.NONE : listpack.previous(at, before);
        } else {
            next = listpack.next(listpack.next(place));
        }
        if (next == Listpack.NONE) {
            return false;
        }
        place = next;
        score = packedScore(listpack.next(place));
        return true;
    }

    private void standAtCursor() {
        element = cursor.ref();
        score = cursor.score();
    }

    /** Whether the member is kept as a number ({@link #number}); else its name is at {@link #offset}. */
    public boolean isNumber() {
        return large == null && listpack.isInteger(place);
    }

    public long number() {
        return listpack.integer(place);
    }

    public MemorySegment memory() {
        return memory;
    }

    public long offset() {
        return large != null ? large.elements().nameOffset(element) : listpack.offset(place);
    }

    public int length() {
        return large != null ? large.elements().nameLength(element) : listpack.length(place);
    }

    /** Adds the member where it stands to others, with another score. */
    public void copyTo(ScoredMembers members, double score) {
        if (isNumber()) {
            members.add(number(), score);
        } else {
            members.add(memory, offset(), length(), score);
        }
    }

    /** Receives members, at which the set then stands; must not change the keyspace. */
    @FunctionalInterface
    public interface Visitor {
        void visit(StringView member);
    }

    /**
     * Visits members from {@code cursor} on until at least {@code count} were visited; a packed set all at once.
     * Returns the cursor to go on with, 0 = the end.
     */
    public long scan(long cursor, int count, Visitor visitor) {
        LargeSortedSet set = large;
        if (set != null) {
            return set.table().scan(cursor, count, ref -> {
                element = ref;
                score = set.score(ref);
                visitor.visit(view.bytes(offset(), length()));
            });
        }
        boolean more = size > 0;
        if (more) {
            seek(0);
        }
        while (more) {
            visitor.visit(view.entry(place));
            more = step(false);
        }
        return 0;
    }

    private void readName() {
        nameLength = isNumber() ? Decimal.length(number()) : length();
        if (name.length < nameLength) {
            name = new byte[Math.max(nameLength, name.length * 2)];
        }
        if (isNumber()) {
            Decimal.write(number(), name);
        } else {
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset(), name, 0, nameLength);
        }
    }

    // -- ranges -------------------------------------------------------------------------------------------------

    /** The first rank that was selected. */
    public int from() {
        return from;
    }

    /** How many members were selected. */
    public int count() {
        return count;
    }

    /** Selects the members of a range of scores; returns how many. */
    public int selectScores(double min, boolean minExclusive, double max, boolean maxExclusive) {
        from = countBelow(min, minExclusive);
        count = Math.max(0, countBelow(max, !maxExclusive) - from);
        return count;
    }

    private int countBelow(double bound, boolean orEqual) {
        if (large != null) {
            return large.tree().countBelow(bound, orEqual);
        }
        int below = 0;
        for (long p = size == 0 ? Listpack.NONE : listpack.first(at); p != Listpack.NONE; below++) {
            long scoreAt = listpack.next(p);
            double there = packedScore(scoreAt);
            if (there > bound || (there == bound && !orEqual)) {
                break;
            }
            p = listpack.next(scoreAt);
        }
        return below;
    }

    /**
     * Selects the members of a range of names; returns how many. Members of different scores are in no order by name:
     * then it is the first run from the low end, in reverse from the high end.
     */
    public int selectNames(LexRange range, boolean reverse) {
        if (large != null) {
            from = below(large, range.min(), range.array(), false);
            count = Math.max(0, below(large, range.max(), range.array(), true) - from);
        } else {
            selectPacked(range, reverse);
        }
        return count;
    }

    private static int below(LargeSortedSet set, LexRange.Bound bound, byte[] array, boolean isMax) {
        return switch (bound.kind) {
            case LOWEST -> 0;
            case HIGHEST -> (int) set.size();
            case NAME -> set.tree().countBelow(array, bound.offset, bound.length, bound.exclusive != isMax);
        };
    }

    private void selectPacked(LexRange range, boolean reverse) {
        from = 0;
        count = 0;
        if (size == 0
                || compare(listpack.seek(at, -STEP), range, range.min()) < 0
                || compare(listpack.first(at), range, range.max()) > 0) {
            return;
        }
        int rank = reverse ? size - 1 : 0;
        place = reverse ? listpack.seek(at, -STEP) : listpack.first(at);
        LexRange.Bound near = reverse ? range.max() : range.min();
        LexRange.Bound far = reverse ? range.min() : range.max();
        int direction = reverse ? -1 : 1;
        boolean more = true;
        while (more && compare(place, range, near) * direction < 0) {
            more = step(reverse);
            rank += direction;
        }
        int first = rank;
        while (more && compare(place, range, far) * direction <= 0) {
            count++;
            more = step(reverse);
        }
        from = reverse ? first - count + 1 : first;
    }

    /** Below 0: the member is before the range's end, so outside for a minimum; above 0: it is behind it. */
    private int compare(long p, LexRange range, LexRange.Bound bound) {
        if (bound.kind != LexRange.Bound.Kind.NAME) {
            return bound.kind == LexRange.Bound.Kind.LOWEST ? 1 : -1;
        }
        int order = listpack.compare(p, range.array(), bound.offset, bound.length);
        if (order == 0 && bound.exclusive) {
            return bound == range.min() ? -1 : 1;
        }
        return order;
    }

    // -- change -------------------------------------------------------------------------------------------------

    /** Gives the member that {@link #find} was just asked for a score, adding it if it was not found. */
    public void set(byte[] member, int offset, int length, double score) {
        if (large == null && !found && (size >= keyspace.limits().zsetMaxListpackEntries()
                || length > keyspace.limits().zsetMaxListpackValueBytes())) {
            enlarge();
            element = present().find(member, offset, length);
        }
        if (large == null) {
            if (found) {
                removePacked(place, 1);
            }
            insertPacked(member, offset, length, score);
        } else if (found) {
            db().changed(ref);
            large.setScore(element, score);
        } else {
            db().changed(ref);
            large.insert(member, offset, length, score);
            size++;
        }
        found = false;
    }

    /** Removes the member that was found; the key goes with the last one. */
    public void remove() {
        if (large == null) {
            removePacked(place, 1);
            shrinkPacked();
        } else {
            db().changed(ref);
            large.remove(element);
            size--;
        }
        found = false;
        dropIfEmpty();
    }

    /** Removes the members of {@code count} ranks from {@code rank} on; the key goes with the last one. */
    public void remove(int rank, int count) {
        if (count == 0) {
            return;
        }
        if (count == size) {
            size = 0;
        } else if (large == null) {
            removePacked(listpack.seek(at, (long) STEP * rank), count);
            shrinkPacked();
        } else {
            db().changed(ref);
            for (int i = 0; i < count; i++) {
                seek(rank);
                readName();
                large.remove(large.find(name, 0, nameLength));
                size--;
            }
        }
        found = false;
        dropIfEmpty();
    }

    private void dropIfEmpty() {
        if (size == 0) {
            db().remove(key, keyOffset, keyLength);
            ref = Keyspace.MISSING;
            large = null;
        }
    }

    private void insertPacked(byte[] member, int offset, int length, double score) {
        long p = listpack.first(at);
        while (p != Listpack.NONE) {
            long scoreAt = listpack.next(p);
            double there = packedScore(scoreAt);
            if (there > score || (there == score && listpack.compare(p, member, offset, length) > 0)) {
                break;
            }
            p = listpack.next(scoreAt);
        }
        long relative = (p == Listpack.NONE ? listpack.end(at) : p) - at;
        resize(listpack.bytes(at) + Listpack.entryBytes(member, offset, length) + readScore(score));
        listpack.insert(at, at + relative, member, offset, length);
        insertScore(listpack.after(at + relative), score);
        size++;
    }

    /** Prepares a score for {@link #insertScore}; returns the bytes of its entry. */
    private int readScore(double score) {
        if (isWhole(score)) {
            return Listpack.numberBytes((long) score);
        }
        scoreText = RedisDouble.text(score).getBytes(StandardCharsets.US_ASCII);
        return Listpack.entryBytes(scoreText, 0, scoreText.length);
    }

    private void insertScore(long p, double score) {
        if (isWhole(score)) {
            listpack.insert(at, p, (long) score);
        } else {
            listpack.insert(at, p, scoreText, 0, scoreText.length);
        }
    }

    /** Whether a score is kept as a number's entry. Minus zero is: as in Redis, it loses its sign in a packed set. */
    private static boolean isWhole(double score) {
        return score == (long) score && Math.abs(score) <= WHOLE_MAX;
    }

    /** Removes members without giving back their room: {@link #shrinkPacked} or an insertion follows. */
    private void removePacked(long p, int members) {
        long relative = p - at;
        resize(listpack.bytes(at));
        listpack.remove(at, at + relative, members * STEP);
        size -= members;
    }

    private void shrinkPacked() {
        if (size > 0) {
            resize(listpack.bytes(at));
        }
    }

    private void resize(int bytes) {
        ref = db().resizePacked(key, keyOffset, keyLength, bytes);
        at = db().valueOffset(ref);
    }

    private void enlarge() {
        LargeSortedSet set = new LargeSortedSet(keyspace.space());
        boolean more = size > 0;
        if (more) {
            seek(0);
        }
        while (more) {
            readName();
            set.find(name, 0, nameLength);
            set.insert(name, 0, nameLength, score);
            more = step(false);
        }
        ref = db().putLarge(key, keyOffset, keyLength, ValueType.ZSET, set, db().deadlineMillis(ref));
        large = set;
    }

    private LargeSortedSet present() {
        if (large == null) {
            throw new IllegalStateException("The set is packed");
        }
        return large;
    }

    /**
     * Puts members, each once, under a key, replacing what is there; none remove it.
     *
     * @param order their order in a sorted set
     */
    public void store(Database database, byte[] key, int offset, int length, ScoredMembers members, int[] order) {
        int count = members.count();
        database.remove(key, offset, length);
        if (count == 0) {
            return;
        }
        int longest = 0;
        for (int i = 0; i < count; i++) {
            longest = Math.max(longest, members.length(i));
        }
        openForWrite(database, key, offset, length, Keyspace.MISSING);
        boolean fits = count <= keyspace.limits().zsetMaxListpackEntries()
                && longest <= keyspace.limits().zsetMaxListpackValueBytes();
        if (fits) {
            storePacked(members, order);
            return;
        }
        LargeSortedSet set = new LargeSortedSet(keyspace.space());
        for (int i = 0; i < count; i++) {
            int member = order[i];
            set.find(members.bytes(), members.offset(member), members.length(member));
            set.insert(members.bytes(), members.offset(member), members.length(member), members.score(member));
        }
        ref = database.putLarge(key, offset, length, ValueType.ZSET, set, 0);
    }

    private void storePacked(ScoredMembers members, int[] order) {
        int bytes = Listpack.EMPTY_BYTES;
        for (int i = 0; i < members.count(); i++) {
            bytes += Listpack.entryBytes(members.bytes(), members.offset(i), members.length(i));
            bytes += readScore(members.score(i));
        }
        ref = db().putPacked(key, keyOffset, keyLength, ValueType.ZSET, false, bytes, 0);
        at = db().valueOffset(ref);
        listpack.init(at);
        for (int i = 0; i < members.count(); i++) {
            int member = order[i];
            listpack.insert(
                    at, listpack.end(at), members.bytes(), members.offset(member), members.length(member));
            readScore(members.score(member));
            insertScore(listpack.end(at), members.score(member));
        }
    }
}
