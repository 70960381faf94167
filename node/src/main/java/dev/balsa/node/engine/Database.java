package dev.balsa.node.engine;

import dev.balsa.node.engine.memory.Slabs;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.LargeValue;
import dev.balsa.node.engine.value.SlotTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One database of a keyspace. Keys are given as a slice of a byte array. A lookup answers with a reference (an int,
 * never 0)
 * that is valid until the next change of any database of the keyspace. Owned by the engine thread.
 */
public final class Database extends References {
    /** Longest string that Redis keeps in one piece with its object (OBJECT ENCODING embstr). */
    private static final int EMBSTR_MAX_BYTES = 44;

    /** Up to here a growing string doubles, above it grows by a quarter. */
    private static final int DOUBLING_MAX_BYTES = 1 << 20;

    /** Dead fields of a large hash that a write removes on its way. */
    private static final int DEAD_FIELDS_MAX = 64;

    private static final int NUMBER = Blobs.kind(ValueType.STRING, Blobs.INT);

    private int viewIndex;
    private @Nullable SlotTable table;
    private @Nullable ExpiryIndex expiry;

    // The key that the current call is about, set by locate().
    private byte[] key = new byte[0];
    private int keyOffset;
    private int keyLength;
    private int slot;

    private @Nullable Hashes hashes;
    private @Nullable Sets sets;
    private final byte[] digits = new byte[Decimal.LENGTH_MAX];

    Database(Keyspace keyspace, int index) {
        super(keyspace, index);
        this.viewIndex = index;
    }

    // -- lookup -------------------------------------------------------------------------------------------------

    /**
     * Reference of a live key, or {@link Keyspace#MISSING}. Changes nothing (for the access statistics see {@link
     * #touch}).
     */
    public int find(byte[] key, int offset, int length) {
        int ref = locate(key, offset, length);
        return ref == 0 || keyspace.isDeadKey(Slabs.offset(ref)) ? missed(key, offset, length) : ref;
    }

    /** Number of keys, as DBSIZE. */
    public long size() {
        return table == null ? 0 : table.size();
    }

    /** Number of keys with a deadline of their own. */
    public long sizeWithDeadline() {
        return expiry == null ? 0 : expiry.size() - expiry.ofFieldsOnly();
    }

    /** Number of hashes of which a field has a deadline. */
    public long sizeWithFieldDeadlines() {
        return expiry == null ? 0 : expiry.ofFields();
    }

    /** Number of keys in a slot. */
    public int sizeOfSlot(int slot) {
        return table == null ? 0 : table.size(slot);
    }

    // -- change -------------------------------------------------------------------------------------------------

    /**
     * Sets a string, replacing whatever was there. Text of an integer that prints back the same (Redis' rule, at
     * most 20 characters) is kept as a number.
     *
     * @param deadlineMillis 0 = none
     */
    public void setString(
            byte[] key, int offset, int length, byte[] value, int valueOffset, int valueLength, long deadlineMillis) {
        if (Decimal.isCanonical(value, valueOffset, valueLength)) {
            setInteger(key, offset, length, Decimal.parse(value, valueOffset, valueLength), deadlineMillis);
            return;
        }
        int form = valueLength <= EMBSTR_MAX_BYTES ? Blobs.EMBSTR : Blobs.RAW;
        int kind = Blobs.kind(ValueType.STRING, form);
        int ref = put(locateForWrite(key, offset, length), kind, valueLength, deadlineMillis);
        long to = blobs.valueOffset(Slabs.offset(ref));
        MemorySegment.copy(value, valueOffset, blobs.memory(), ValueLayout.JAVA_BYTE, to, valueLength);
    }

    /** Sets a number; the deadline as given. */
    public void setInteger(byte[] key, int offset, int length, long value, long deadlineMillis) {
        int ref = put(locateForWrite(key, offset, length), NUMBER, 0, deadlineMillis);
        blobs.writeInteger(Slabs.offset(ref), value);
    }

    /**
     * Overwrites {@code value} at byte {@code at} of a string, growing it (zero bytes between) if needed; creates it
     * if it is missing. Keeps the deadline; the encoding becomes raw.
     * Appending again and again is cheap (the room grows geometrically). Returns the new length.
     */
    public int setRange(byte[] key, int offset, int length, int at, byte[] value, int valueOffset, int valueLength) {
        int old = locateForWrite(key, offset, length);
        long oldAt = Slabs.offset(old);
        int oldLength = old == 0 ? 0 : stringLength(old);
        int newLength = Math.max(oldLength, Math.addExact(at, valueLength));
        long to;
        if (old != 0 && fitsInPlace(old, newLength)) {
            changed(key, keyOffset, keyLength);
            int flags = Blobs.asRaw(blobs.flags(oldAt));
            blobs.writeFlags(oldAt, flags);
            blobs.writeValueLength(oldAt, flags, newLength);
            touchWritten(oldAt);
            to = blobs.valueOffset(oldAt);
        } else {
            int ref = grown(old, oldLength, newLength);
            to = blobs.valueOffset(Slabs.offset(ref));
        }
        if (at > oldLength) {
            blobs.memory().asSlice(to + oldLength, at - oldLength).fill((byte) 0);
        }
        MemorySegment.copy(value, valueOffset, blobs.memory(), ValueLayout.JAVA_BYTE, to + at, valueLength);
        return newLength;
    }

    // -- by type ------------------------------------------------------------------------------------------------

    public Hashes hashes() {
        if (hashes == null) {
            hashes = new Hashes(this);
        }
        return hashes;
    }

    public Sets sets() {
        if (sets == null) {
            sets = new Sets(this);
        }
        return sets;
    }

    // -- packed and large values --------------------------------------------------------------------------------

    /**
     * Replaces whatever the key holds by a packed value of {@code bytes} bytes, which the caller writes to {@link
     * #valueOffset} of the reference returned.
     *
     * @param intset whether a set's bytes are an intset; otherwise a listpack or PackedFields
     * @param deadlineMillis 0 = none
     */
    public int putPacked(
            byte[] key, int offset, int length, ValueType type, boolean intset, int bytes, long deadlineMillis) {
        int kind = Blobs.kind(type, intset ? Blobs.INTSET : Blobs.LISTPACK);
        return put(locateForWrite(key, offset, length), kind, bytes, deadlineMillis);
    }

    /**
     * Gives the packed value of a live key room for {@code bytes} bytes and has it ready to be changed in place: its
     * first bytes are what they were, as far as they fit. Keeps the deadline. Call it before every change, also
     * when the length stays. Returns the reference.
     */
    public int resizePacked(byte[] key, int offset, int length, int bytes) {
        return resizeLocated(locateForWrite(key, offset, length), bytes);
    }

    private int resizeLocated(int old, int bytes) {
        changed(key, keyOffset, keyLength);
        long oldAt = at(old);
        int flags = blobs.flags(oldAt);
        if (fitsInPlace(old, bytes) && slabs.capacity(old) == capacityFor(flags, bytes)) {
            blobs.writeValueLength(oldAt, flags, bytes);
            touchWritten(oldAt);
            return old;
        }
        long deadline = blobs.deadline(oldAt);
        int ref = write(Blobs.kind(flags), bytes, bytes, deadline);
        int kept = Math.min(bytes, blobs.valueLength(oldAt));
        long to = blobs.valueOffset(Slabs.offset(ref));
        MemorySegment.copy(blobs.memory(), blobs.valueOffset(oldAt), blobs.memory(), to, kept);
        link(old, ref, deadline);
        return ref;
    }

    private long capacityFor(int flags, int valueLength) {
        return Slabs.capacityFor(Blobs.bytes(flags, keyLength, valueLength));
    }

    /** Replaces whatever the key holds by a large value, which is the keyspace's from now on; returns the reference. */
    public int putLarge(byte[] key, int offset, int length, ValueType type, LargeValue value, long deadlineMillis) {
        int kind = Blobs.kind(type, Blobs.LARGE);
        int ref = put(locateForWrite(key, offset, length), kind, Blobs.LARGE_BYTES, deadlineMillis);
        blobs.writeLargeId(Slabs.offset(ref), keyspace.large().add(value));
        return ref;
    }

    /** Removes a live key; false if there is none. */
    public boolean remove(byte[] key, int offset, int length) {
        int ref = table == null ? 0 : locateForWrite(key, offset, length);
        if (ref == 0) {
            return false;
        }
        removeLocated(ref, true);
        return true;
    }

    /** Sets or (0) removes the deadline of a live key; false if there is no such key. */
    public boolean setDeadline(byte[] key, int offset, int length, long deadlineMillis) {
        int ref = table == null ? 0 : locateForWrite(key, offset, length);
        if (ref == 0) {
            return false;
        }
        if (hasFieldDeadlines(ref)) {
            int timed = resizeLocated(ref, blobs.valueLength(at(ref)));
            blobs.writeOwnDeadline(at(timed), deadlineMillis);
            redateFields(timed);
        } else {
            redate(ref, deadlineMillis);
        }
        return true;
    }

    /** Sets the deadline slot of the located key; returns the reference. */
    private int redate(int ref, long deadlineMillis) {
        long at = Slabs.offset(ref);
        int flags = blobs.flags(at);
        if (!Blobs.hasDeadline(flags) && deadlineMillis == 0) {
            return ref;
        }
        changed(key, keyOffset, keyLength);
        if (Blobs.hasDeadline(flags) && deadlineMillis != 0 && keyspace.changeable(ref, viewIndex, slot)) {
            blobs.writeDeadline(at, deadlineMillis);
            expiry().move(blobs.expiryEntry(at), ref, deadlineMillis);
            return ref;
        }
        int valueLength = Blobs.isInteger(flags) ? 0 : blobs.valueLength(at);
        int written = write(Blobs.kind(flags), valueLength, valueLength, deadlineMillis);
        copyValue(at, Slabs.offset(written));
        link(ref, written, deadlineMillis);
        return written;
    }

    // -- deadlines of fields (FieldDeadlines) -------------------------------------------------------------------

    /** The live hash of a key, without the fields that are dead; returns the reference. */
    int settleFields(byte[] key, int offset, int length) {
        return locateForWrite(key, offset, length);
    }

    /** The deadlines of the fields of a live hash have changed; returns the reference. */
    int redateFields(byte[] key, int offset, int length) {
        return redateFields(locate(key, offset, length));
    }

    private int redateFields(int ref) {
        long next = keyspace.fields().next(at(ref), keyspace.large()::get);
        long own = blobs.ownDeadline(at(ref));
        int dated = redate(ref, FieldDeadlines.earlier(own, next));
        if (next != Long.MAX_VALUE) {
            expiry().mark(blobs.expiryEntry(at(dated)), own == 0);
        }
        return dated;
    }

    /** As {@link #putPacked}, for a hash whose fields have deadlines; {@code bytes} are those of its fields. */
    int putTimed(byte[] key, int offset, int length, int bytes, long ownDeadlineMillis) {
        int kind = Blobs.kind(ValueType.HASH, Blobs.TIMED);
        int old = locateForWrite(key, offset, length);
        int ref = put(old, kind, Blobs.OWN_DEADLINE_BYTES + bytes, ownDeadlineMillis);
        blobs.writeOwnDeadline(at(ref), ownDeadlineMillis);
        keyspace.fieldsTimed();
        return ref;
    }

    /** Makes room for the own deadline of a large hash whose fields get deadlines; returns the reference. */
    int timeLarge(byte[] key, int offset, int length) {
        int ref = locateForWrite(key, offset, length);
        long own = blobs.deadline(at(ref));
        int timed = resizeLocated(ref, Blobs.LARGE_BYTES + Blobs.OWN_DEADLINE_BYTES);
        blobs.writeOwnDeadline(at(timed), own);
        keyspace.fieldsTimed();
        return timed;
    }

    /** Removes dead fields of the located hash, of a large one about {@code limit}; returns how much work it was. */
    private int removeDeadFields(int ref, int limit) {
        housekeeping = true;
        int live = ref;
        int work = 1;
        if (isLarge(ref)) {
            work += ((LargeHash) largeUnmarked(ref)).removeDue(keyspace.logMillis(), limit);
        } else {
            int dead = keyspace.fields().deadBytes(at(ref), keyspace.logMillis());
            if (dead > 0) {
                live = resizeLocated(ref, valueLength(ref));
                keyspace.fields().removeFirst(at(live), dead);
                live = resizeLocated(live, valueLength(live) - dead);
            }
        }
        redateFields(live);
        housekeeping = false;
        return work;
    }

    /** Copies the value behind {@code ref} (any type) with its deadline to a key of {@code target}, replacing what is there. */
    public void copy(int ref, Database target, byte[] key, int offset, int length) {
        place(ref, target, key, offset, length, true);
    }

    /** As {@link #copy}, and the key behind {@code ref} is removed; O(1) for large values. It must be another key. */
    public void move(int ref, Database target, byte[] key, int offset, int length) {
        byte[] own = blobs.key(at(ref));
        place(ref, target, key, offset, length, false);
        removeLocated(locate(own, 0, own.length), false);
    }

    private void place(int ref, Database target, byte[] key, int offset, int length, boolean copies) {
        long from = at(ref);
        int replaced = target.locateForWrite(key, offset, length);
        if (replaced == ref) {
            return;
        }
        int flags = blobs.flags(from);
        int valueLength = Blobs.isInteger(flags) ? 0 : blobs.valueLength(from);
        LargeValue twin = copies && Blobs.isLarge(flags) ? large(ref).copy() : null;
        int written = target.put(replaced, Blobs.kind(flags), valueLength, blobs.deadline(from));
        copyValue(from, Slabs.offset(written));
        if (twin != null) {
            blobs.writeLargeId(Slabs.offset(written), keyspace.large().add(twin));
        }
        if (blobs.hasFieldDeadlines(at(written))) {
            target.redateFields(written);
        }
    }

    /** FLUSHDB, in bounded time; memory is given back by {@link Keyspace#reclaim}. */
    public void clear() {
        keyspace.emptied(index);
        if (table != null) {
            keyspace.drop(table);
            table = null;
            expiry = null;
        }
    }

    // -- order --------------------------------------------------------------------------------------------------

    /** A live key picked by {@code seed}, or MISSING when there is none. */
    public int random(long seed) {
        return table == null || table.size() == 0 ? Keyspace.MISSING : new KeyOrder(keyspace, table).random(seed);
    }

    /** A key with a deadline, dead or not, picked by {@code seed}, or MISSING when none was met. */
    public int randomWithDeadline(long seed) {
        return expiry == null ? Keyspace.MISSING : expiry.random(seed);
    }

    /**
     * Visits live keys from {@code cursor} on until at least {@code count} were visited or passed as dead (all keys
     * of the same position are visited together).
     * Every key present during a whole scan from 0 to 0 is visited at least once, whatever is written in between.
     *
     * @return the cursor to go on with, 0 = the end. Bits 46 to 33 of a cursor are the slot where it goes on, so
     * cursors of all groups share one order
     */
    public long scan(long cursor, int count, KeyVisitor visitor) {
        return table == null ? 0 : new KeyOrder(keyspace, table).scan(cursor, count, visitor);
    }

    /** As {@link #scan}, within one slot, from its start, at most {@code count} keys. */
    public void scanSlot(int slot, int count, KeyVisitor visitor) {
        if (count > 0 && table != null) {
            new KeyOrder(keyspace, table).scanSlot(slot, count, visitor);
        }
    }

    /** Receives references during a scan; must not change the keyspace. */
    public interface KeyVisitor {
        void visit(int ref);
    }

    // -- the keyspace's side ------------------------------------------------------------------------------------

    /** Its number in a view that is being taken. */
    void viewIndex(int viewIndex) {
        this.viewIndex = viewIndex;
    }

    @Nullable SlotTable table() {
        return table;
    }

    long tableBytes() {
        return (table == null ? 0 : table.usedBytes()) + (expiry == null ? 0 : expiry.usedBytes());
    }

    long nextDeadlineMillis() {
        return expiry == null ? Long.MAX_VALUE : expiry.nextMillis();
    }

    int removeDue(int limit) {
        int removed = 0;
        while (expiry != null && removed < limit) {
            int ref = expiry.due(keyspace.logMillis(), limit);
            if (ref == 0) {
                break;
            }
            byte[] dead = blobs.key(at(ref));
            int located = locate(dead, 0, dead.length);
            if (keyspace.fields().isDead(at(located), keyspace.large()::get, keyspace.logMillis())) {
                removeExpired(located);
                removed++;
            } else {
                removed += removeDeadFields(located, limit - removed);
            }
        }
        return removed;
    }

    // -- the way of a key into memory ---------------------------------------------------------------------------

    /** Reference of a key, dead or not, or 0; the table, and the fields above, remember the place. */
    private int locate(byte[] key, int offset, int length) {
        this.key = key;
        keyOffset = offset;
        keyLength = length;
        slot = KeyHash.slot(key, offset, length);
        return table == null ? 0 : table.locate(slot, KeyHash.hash(key, offset, length), key, offset, length);
    }

    /** As {@link #locate}, but a dead key is removed first, and so are dead fields. */
    private int locateForWrite(byte[] key, int offset, int length) {
        if (table == null) {
            table = new SlotTable(blobs, KeyHash.SLOTS);
        }
        int ref = locate(key, offset, length);
        long due = ref == 0 ? 0 : blobs.deadline(at(ref));
        if (due == 0 || due > keyspace.nowMillis()) {
            return ref;
        }
        if (keyspace.isDeadKey(at(ref))) {
            removeExpired(ref);
            return locate(key, offset, length);
        }
        removeDeadFields(ref, DEAD_FIELDS_MAX);
        return locate(key, offset, length);
    }

    /** Makes room for a value under the located key and links it, its bytes still to be written; returns the reference. */
    private int put(int old, int kind, int valueLength, long deadlineMillis) {
        int large = old != 0 && Blobs.isLarge(blobs.flags(Slabs.offset(old))) ? blobs.largeId(Slabs.offset(old)) : -1;
        int ref = putOver(old, kind, valueLength, deadlineMillis);
        if (large >= 0) {
            keyspace.dropLarge(large);
        }
        return ref;
    }

    private int putOver(int old, int kind, int valueLength, long deadlineMillis) {
        long bytes = bytes(kind, valueLength, deadlineMillis);
        boolean inPlace = old != 0
                && slabs.capacity(old) == Slabs.capacityFor(bytes)
                && keyspace.changeable(old, viewIndex, slot);
        if (!inPlace) {
            int ref = write(kind, valueLength, valueLength, deadlineMillis);
            link(old, ref, deadlineMillis);
            return ref;
        }
        changed(key, keyOffset, keyLength);
        long at = Slabs.offset(old);
        int entry = Blobs.hasDeadline(blobs.flags(at)) ? blobs.expiryEntry(at) : 0;
        int flags = Blobs.flags(kind, keyLength, valueLength, deadlineMillis != 0);
        blobs.writeHead(at, flags, key, keyOffset, keyLength, valueLength);
        writeExpiry(old, entry, deadlineMillis);
        touchWritten(at);
        return old;
    }

    private long bytes(int kind, int valueLength, long deadlineMillis) {
        return Blobs.bytes(Blobs.flags(kind, keyLength, valueLength, deadlineMillis != 0), keyLength, valueLength);
    }

    /** Allocates and writes all of a blob but value and expiry entry. Nothing else has changed if this throws. */
    private int write(int kind, int valueLength, int valueRoom, long deadlineMillis) {
        int flags = Blobs.flags(kind, keyLength, valueRoom, deadlineMillis != 0);
        int ref = slabs.allocate(Blobs.bytes(flags, keyLength, valueRoom));
        long at = Slabs.offset(ref);
        blobs.writeHead(at, flags, key, keyOffset, keyLength, valueLength);
        blobs.writeClock(at, keyspace.accessClock().first(keyspace.nowMillis()));
        return ref;
    }

    /** Puts {@code ref} in the place of {@code old} (0 = none) and lets that go. */
    private void link(int old, int ref, long deadlineMillis) {
        changed(key, keyOffset, keyLength, old == 0);
        SlotTable keys = keys();
        long oldAt = Slabs.offset(old);
        boolean shared = keyspace.shared(viewIndex, slot);
        int entry = 0;
        if (old == 0) {
            keys.insert(ref, keyspace.epoch(), shared);
        } else {
            entry = Blobs.hasDeadline(blobs.flags(oldAt)) ? blobs.expiryEntry(oldAt) : 0;
            blobs.writeClock(Slabs.offset(ref), blobs.clock(oldAt));
            touchWritten(Slabs.offset(ref));
            keys.replace(ref, keyspace.epoch(), shared);
            keyspace.release(old, viewIndex, slot);
        }
        writeExpiry(ref, entry, deadlineMillis);
    }

    private void writeExpiry(int ref, int entry, long deadlineMillis) {
        long at = Slabs.offset(ref);
        if (deadlineMillis != 0) {
            blobs.writeDeadline(at, deadlineMillis);
            if (entry == 0) {
                blobs.writeExpiryEntry(at, expiry().add(ref, deadlineMillis));
            } else {
                expiry().move(entry, ref, deadlineMillis);
                blobs.writeExpiryEntry(at, entry);
            }
        } else if (entry != 0) {
            expiry().remove(entry);
        }
    }

    private void removeExpired(int ref) {
        keyspace.expired(index, blobs.key(at(ref)));
        housekeeping = true;
        removeLocated(ref, true);
        housekeeping = false;
    }

    private void removeLocated(int ref, boolean dropLarge) {
        changed(key, keyOffset, keyLength);
        long at = at(ref);
        if (dropLarge && Blobs.isLarge(blobs.flags(at))) {
            keyspace.dropLarge(blobs.largeId(at));
        }
        if (Blobs.hasDeadline(blobs.flags(at))) {
            expiry().remove(blobs.expiryEntry(at));
        }
        keys().remove(keyspace.epoch(), keyspace.shared(viewIndex, slot));
        keyspace.release(ref, viewIndex, slot);
    }

    private SlotTable keys() {
        if (table == null) {
            throw new IllegalStateException("No table: nothing was located");
        }
        return table;
    }

    private ExpiryIndex expiry() {
        if (expiry == null) {
            expiry = new ExpiryIndex(blobs);
        }
        return expiry;
    }

    // -- strings that grow --------------------------------------------------------------------------------------

    private boolean fitsInPlace(int ref, int newLength) {
        long at = Slabs.offset(ref);
        int flags = blobs.flags(at);
        return !Blobs.isInteger(flags)
                && (newLength <= 0xff || Blobs.isWideValue(flags))
                && blobs.valueOffset(at) - at + newLength <= slabs.capacity(ref)
                && keyspace.changeable(ref, viewIndex, slot);
    }

    /** A new blob with the old value (0 = none) at its start and room to grow; linked. */
    private int grown(int old, int oldLength, int newLength) {
        long oldAt = Slabs.offset(old);
        long deadline = old == 0 ? 0 : blobs.deadline(oldAt);
        int more = newLength <= DOUBLING_MAX_BYTES ? newLength : newLength / 4;
        int spare = oldLength == 0 || newLength == oldLength ? 0 : more;
        int room = (int) Math.min(Integer.MAX_VALUE, (long) newLength + spare);
        int ref = write(Blobs.kind(ValueType.STRING, Blobs.RAW), newLength, room, deadline);
        long to = blobs.valueOffset(Slabs.offset(ref));
        if (old != 0 && Blobs.isInteger(blobs.flags(oldAt))) {
            int length = Decimal.write(blobs.integer(oldAt), digits);
            MemorySegment.copy(digits, 0, blobs.memory(), ValueLayout.JAVA_BYTE, to, length);
        } else if (old != 0) {
            MemorySegment.copy(blobs.memory(), blobs.valueOffset(oldAt), blobs.memory(), to, oldLength);
        }
        link(old, ref, deadline);
        return ref;
    }
}
