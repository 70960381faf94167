package dev.balsa.node.engine;

import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.QuickList;
import java.lang.foreign.MemorySegment;

/**
 * Lists as commands see them, whether they are packed (one listpack beside the key) or large (a {@link QuickList}). It
 * looks at one list at a time: {@link #open} it, read or change it; a change leaves it open. The forms change where
 * Redis 7.2 changes them. Indices begin at 0 and are checked by the caller. Reused; owned by the engine thread.
 */
public final class Lists {
    private final Keyspace keyspace;
    private final Listpack pack;

    // The open list: its key, its reference, and where it is: large, or a listpack at `at`, or neither when missing.
    private Database db;
    private byte[] key = new byte[0];
    private int keyOffset;
    private int keyLength;
    private int ref;
    private boolean isLarge;

    private byte[] text = new byte[64];

    public Lists(Keyspace keyspace) {
        this.keyspace = keyspace;
        pack = new Listpack(keyspace.space().memory());
        db = keyspace.database(0);
    }

    /**
     * Opens the list under a key.
     *
     * @param ref the key's reference, or MISSING: then the list is empty, and made by the first push
     */
    public Lists open(Database database, byte[] key, int offset, int length, int ref) {
        db = database;
        this.key = key;
        keyOffset = offset;
        keyLength = length;
        moved(ref);
        return this;
    }

    private void moved(int newRef) {
        ref = newRef;
        isLarge = ref != Keyspace.MISSING && db.isLarge(ref);
    }

    // -- reading ------------------------------------------------------------------------------------------------

    /** Number of elements, 0 if there is no such key. */
    public long size() {
        return isLarge ? large().size() : ref == Keyspace.MISSING ? 0 : pack.count(db.valueOffset(ref));
    }

    /** Reads the entries that {@link #seek} and the like answer. */
    public Listpack pack() {
        return pack;
    }

    /** The entry of the element at an index, valid until the next change. */
    public long seek(long index) {
        if (isLarge) {
            return large().seek(index);
        }
        long at = db.valueOffset(ref);
        int count = pack.count(at);
        return pack.seek(at, index <= count / 2 ? index : index - count);
    }

    /** The entry after the one met last, or {@link Listpack#NONE}. */
    public long next(long p) {
        return isLarge ? large().next(p) : pack.next(p);
    }

    /** The entry before the one met last, or {@link Listpack#NONE}. */
    public long previous(long p) {
        return isLarge ? large().previous(p) : pack.previous(db.valueOffset(ref), p);
    }

    /** Copies an entry's text to {@link #text}, where it stays until the next call; returns its length. */
    public int copy(long p) {
        int length = pack.textLength(p);
        if (text.length < length) {
            text = new byte[Math.max(length, Math.min(2 * text.length, 1 << 20))];
        }
        return pack.text(p, text);
    }

    /** What {@link #copy} copied. */
    public byte[] text() {
        return text;
    }

    private QuickList large() {
        return (QuickList) db.large(ref);
    }

    private QuickList largeForWrite() {
        return (QuickList) db.largeForWrite(ref);
    }

    // -- changing -----------------------------------------------------------------------------------------------

    /**
     * Has the list ready to take {@code count} elements of {@code bytes} bytes in sum: makes it large if it would
     * outgrow the packed form. Called once before they are added.
     */
    public void willAdd(long bytes, long count) {
        if (isLarge) {
            return;
        }
        long at = ref == Keyspace.MISSING ? 0 : db.valueOffset(ref);
        long packedBytes = ref == Keyspace.MISSING ? Listpack.EMPTY_BYTES : pack.bytes(at);
        long packedCount = ref == Keyspace.MISSING ? 0 : pack.count(at);
        if (QuickList.fits(limit(), packedBytes + bytes, packedCount + count)) {
            return;
        }
        QuickList large = new QuickList(keyspace.space());
        if (packedCount > 0) {
            large.addChunk(pack.memory(), at, (int) packedBytes);
        }
        long deadline = ref == Keyspace.MISSING ? 0 : db.deadlineMillis(ref);
        moved(db.putLarge(key, keyOffset, keyLength, ValueType.LIST, large, deadline));
    }

    /** Adds an element before all others, or behind them; makes the list if it is missing. */
    public void push(boolean first, byte[] value, int offset, int length) {
        if (isLarge) {
            largeForWrite().push(first, value, offset, length, limit());
            return;
        }
        int entry = Listpack.entryBytes(value, offset, length);
        if (ref == Keyspace.MISSING) {
            int bytes = Listpack.EMPTY_BYTES + entry;
            moved(db.putPacked(key, keyOffset, keyLength, ValueType.LIST, false, bytes, 0));
            pack.init(db.valueOffset(ref));
        } else {
            resize(db.valueLength(ref) + entry);
        }
        long at = db.valueOffset(ref);
        pack.insert(at, first ? pack.begin(at) : pack.end(at), value, offset, length);
    }

    /** Inserts an element before the one at an index. */
    public void insert(long index, byte[] value, int offset, int length) {
        if (isLarge) {
            largeForWrite().insert(index, value, offset, length, limit());
        } else if (index == size()) {
            push(false, value, offset, length);
        } else {
            resize(db.valueLength(ref) + Listpack.entryBytes(value, offset, length));
            pack.insert(db.valueOffset(ref), seek(index), value, offset, length);
        }
    }

    /** Replaces the element at an index. */
    public void set(long index, byte[] value, int offset, int length) {
        willAdd(length, 1);
        if (isLarge) {
            largeForWrite().set(index, value, offset, length, limit());
        } else {
            int bytes = db.valueLength(ref);
            int more = Listpack.entryBytes(value, offset, length) - pack.entryBytes(seek(index));
            resize(bytes + Math.max(0, more));
            pack.replace(db.valueOffset(ref), seek(index), value, offset, length);
            resize(bytes + more);
        }
        settle();
    }

    /** Removes {@code count} elements from an index on, and the key with the last one. */
    public void removeRange(long index, long count) {
        takeOut(index, count);
        settle();
    }

    /** Keeps {@code count} > 0 elements from an index on and removes all others. */
    public void trim(long index, long count) {
        long behind = size() - index - count;
        if (behind > 0) {
            takeOut(index + count, behind);
        }
        if (index > 0) {
            takeOut(0, index);
        }
        if (behind > 0 || index > 0) {
            settle();
        }
    }

    /** Takes the element at one end and adds it at the other; the list is not empty. It is then in {@link #text}. */
    public int rotate(boolean fromFirst) {
        long last = size() - 1;
        int length = copy(seek(fromFirst ? 0 : last));
        if (last > 0) {
            takeOut(fromFirst ? 0 : last, 1);
            willAdd(length, 1);
            push(!fromFirst, text, 0, length);
            settle();
        }
        return length;
    }

    private void takeOut(long index, long count) {
        if (isLarge) {
            largeForWrite().removeRange(index, count, limit());
        } else {
            resize(db.valueLength(ref));
            pack.remove(db.valueOffset(ref), seek(index), (int) count);
            resize(pack.bytes(db.valueOffset(ref)));
        }
    }

    /**
     * Removes up to {@code most} elements that equal a value, the last ones if {@code backward}, and the key with the
     * last element; returns how many it were.
     */
    public long remove(byte[] value, int offset, int length, long most, boolean backward) {
        long removed = isLarge
                ? ((QuickList) db.largeUnmarked(ref)).remove(value, offset, length, most, backward, limit())
                : removePacked(value, offset, length, most, backward);
        if (removed > 0) {
            if (isLarge) {
                db.changed(ref);
            }
            settle();
        }
        return removed;
    }

    private long removePacked(byte[] value, int offset, int length, long most, boolean backward) {
        long at = db.valueOffset(ref);
        int matches = 0;
        for (long p = pack.find(pack.first(at), value, offset, length, 1); p != Listpack.NONE; matches++) {
            p = pack.find(pack.next(p), value, offset, length, 1);
        }
        long removed = Math.min(matches, most);
        if (removed == 0) {
            return 0;
        }
        resize(db.valueLength(ref));
        at = db.valueOffset(ref);
        long kept = backward ? matches - removed : 0;
        long p = pack.find(pack.first(at), value, offset, length, 1);
        for (int i = 0; i < kept + removed; i++) {
            if (i < kept) {
                p = pack.find(pack.next(p), value, offset, length, 1);
            } else {
                pack.remove(at, p, 1);
                p = p == pack.end(at) ? Listpack.NONE : pack.find(p, value, offset, length, 1);
            }
        }
        resize(pack.bytes(at));
        return removed;
    }

    /**
     * Replaces whatever the key holds by a list that a file gave. One of a single chunk becomes packed if it is small
     * enough, unless it is to stay large, and whatever its size if it {@code wasPacked} when it was written.
     */
    public static void put(
            Database db, byte[] key, QuickList list, boolean staysLarge, boolean wasPacked, long deadlineMillis) {
        long at = list.firstChunk();
        Listpack pack = list.pack();
        int bytes = pack.bytes(at);
        int limit = db.keyspace.limits().listMaxListpackSize();
        boolean small = wasPacked || QuickList.fitsWhole(limit, bytes, list.size());
        if (staysLarge || !list.isSingleChunk() || !small) {
            db.putLarge(key, 0, key.length, ValueType.LIST, list, deadlineMillis);
            return;
        }
        int ref = db.putPacked(key, 0, key.length, ValueType.LIST, false, bytes, deadlineMillis);
        MemorySegment.copy(pack.memory(), at, pack.memory(), db.valueOffset(ref), bytes);
        list.free(Integer.MAX_VALUE);
    }

    /** After elements were taken out: an empty list goes, a large one that is small enough becomes packed. */
    private void settle() {
        if (size() == 0) {
            db.remove(key, keyOffset, keyLength);
            moved(Keyspace.MISSING);
            return;
        }
        if (!isLarge || !large().isSingleChunk()) {
            return;
        }
        long at = large().firstChunk();
        int bytes = pack.bytes(at);
        if (QuickList.fitsHalf(limit(), bytes, size())) {
            long deadline = db.deadlineMillis(ref);
            moved(db.putPacked(key, keyOffset, keyLength, ValueType.LIST, false, bytes, deadline));
            // The old value's blobs are still there: they are freed later, in slices.
            MemorySegment.copy(pack.memory(), at, pack.memory(), db.valueOffset(ref), bytes);
        }
    }

    /** Gives the packed list room for so many bytes and has it ready to be changed. */
    private void resize(int bytes) {
        moved(db.resizePacked(key, keyOffset, keyLength, bytes));
    }

    private int limit() {
        return keyspace.limits().listMaxListpackSize();
    }
}
