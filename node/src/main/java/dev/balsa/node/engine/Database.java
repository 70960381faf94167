package dev.balsa.node.engine;

import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One database of a keyspace. Keys are given as a slice of a byte array. A lookup answers with a reference (an int,
 * never 0)
 * that is valid until the next change of any database of the keyspace. Owned by the engine thread.
 */
public final class Database {
    /** Longest string that Redis keeps in one piece with its object (OBJECT ENCODING embstr). */
    private static final int EMBSTR_MAX_BYTES = 44;

    /** Up to here a growing string doubles, above it grows by a quarter. */
    private static final int DOUBLING_MAX_BYTES = 1 << 20;

    /** Neighbours among which RANDOMKEY chooses: evens out the unequal gaps between hashes. */
    private static final int RANDOM_NEIGHBOURS = 16;

    private final Keyspace keyspace;
    private final Slabs slabs;
    private final Blobs blobs;
    private int index;
    private int viewIndex;
    private @Nullable SlotTable table;
    private @Nullable ExpiryIndex expiry;

    // The key that the current call is about, set by locate().
    private byte[] key = new byte[0];
    private int keyOffset;
    private int keyLength;
    private int slot;

    private final byte[] digits = new byte[Decimal.LENGTH_MAX];

    Database(Keyspace keyspace, int index) {
        this.keyspace = keyspace;
        this.index = index;
        this.viewIndex = index;
        slabs = keyspace.slabs();
        blobs = keyspace.blobs();
    }

    // -- lookup -------------------------------------------------------------------------------------------------

    /**
     * Reference of a live key, or {@link Keyspace#MISSING}. Changes nothing (for the access statistics see {@link
     * #touch}).
     */
    public int find(byte[] key, int offset, int length) {
        int ref = locate(key, offset, length);
        return ref == 0 || keyspace.isDead(blobs.deadline(Slabs.offset(ref))) ? Keyspace.MISSING : ref;
    }

    /** Number of keys, as DBSIZE. */
    public long size() {
        return table == null ? 0 : table.size();
    }

    /** Number of keys with a deadline. */
    public long sizeWithDeadline() {
        return expiry == null ? 0 : expiry.size();
    }

    /** Number of keys in a slot. */
    public int sizeOfSlot(int slot) {
        return table == null ? 0 : table.size(slot);
    }

    // -- what a reference tells ---------------------------------------------------------------------------------

    public ValueType type(int ref) {
        return ValueType.ofCode(Blobs.type(blobs.flags(at(ref))));
    }

    /** Redis' name: int, embstr, raw. */
    public String encoding(int ref) {
        return switch (Blobs.encoding(blobs.flags(at(ref)))) {
            case Blobs.ENCODING_INT -> "int";
            case Blobs.ENCODING_EMBSTR -> "embstr";
            default -> "raw";
        };
    }

    /** Deadline in milliseconds since 1970, 0 = none. */
    public long deadlineMillis(int ref) {
        return blobs.deadline(at(ref));
    }

    /** The memory that offsets refer to. */
    public MemorySegment segment() {
        return blobs.memory();
    }

    public long keyOffset(int ref) {
        return blobs.keyOffset(at(ref));
    }

    public int keyLength(int ref) {
        return blobs.keyLength(at(ref));
    }

    /** Whether the string is kept as a number ({@link #integer}); otherwise its bytes are at {@link #valueOffset}. */
    public boolean isInteger(int ref) {
        return Blobs.isInteger(blobs.flags(at(ref)));
    }

    public long integer(int ref) {
        return blobs.integer(at(ref));
    }

    public long valueOffset(int ref) {
        return blobs.valueOffset(at(ref));
    }

    /** Length of the string's bytes at {@link #valueOffset} (not for numbers). */
    public int valueLength(int ref) {
        return blobs.valueLength(at(ref));
    }

    /** Bytes that key, value and their bookkeeping take. */
    public long memoryBytes(int ref) {
        boolean deadline = Blobs.hasDeadline(blobs.flags(at(ref)));
        return slabs.capacity(ref) + Long.BYTES + (deadline ? ExpiryIndex.ENTRY_BYTES : 0);
    }

    private long at(int ref) {
        slabs.verify(ref);
        return Slabs.offset(ref);
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
        int encoding = valueLength <= EMBSTR_MAX_BYTES ? Blobs.ENCODING_EMBSTR : Blobs.ENCODING_RAW;
        int ref = put(locateForWrite(key, offset, length), encoding, valueLength, deadlineMillis);
        long to = blobs.valueOffset(Slabs.offset(ref));
        MemorySegment.copy(value, valueOffset, blobs.memory(), ValueLayout.JAVA_BYTE, to, valueLength);
    }

    /** Sets a number; the deadline as given. */
    public void setInteger(byte[] key, int offset, int length, long value, long deadlineMillis) {
        int ref = put(locateForWrite(key, offset, length), Blobs.ENCODING_INT, 0, deadlineMillis);
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
            int flags = Blobs.withEncoding(blobs.flags(oldAt), Blobs.ENCODING_RAW);
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

    /** Removes a live key; false if there is none. */
    public boolean remove(byte[] key, int offset, int length) {
        int ref = table == null ? 0 : locateForWrite(key, offset, length);
        if (ref == 0) {
            return false;
        }
        removeLocated(ref);
        return true;
    }

    /** Sets or (0) removes the deadline of a live key; false if there is no such key. */
    public boolean setDeadline(byte[] key, int offset, int length, long deadlineMillis) {
        int ref = table == null ? 0 : locateForWrite(key, offset, length);
        if (ref == 0) {
            return false;
        }
        long at = Slabs.offset(ref);
        int flags = blobs.flags(at);
        if (!Blobs.hasDeadline(flags) && deadlineMillis == 0) {
            return true;
        }
        if (Blobs.hasDeadline(flags) && deadlineMillis != 0 && keyspace.changeable(ref, viewIndex, slot)) {
            blobs.writeDeadline(at, deadlineMillis);
            expiry().move(blobs.expiryEntry(at), ref, deadlineMillis);
            return true;
        }
        int valueLength = Blobs.isInteger(flags) ? 0 : blobs.valueLength(at);
        int written = write(Blobs.encoding(flags), valueLength, valueLength, deadlineMillis);
        copyValue(at, Slabs.offset(written));
        link(ref, written, deadlineMillis);
        return true;
    }

    /**
     * Copies the value behind {@code ref} (any type) with its deadline to a key of {@code target}, replacing what is
     * there.
     */
    public void copy(int ref, Database target, byte[] key, int offset, int length) {
        long from = at(ref);
        int replaced = target.locateForWrite(key, offset, length);
        if (replaced == ref) {
            return;
        }
        int flags = blobs.flags(from);
        int valueLength = Blobs.isInteger(flags) ? 0 : blobs.valueLength(from);
        int written = target.put(replaced, Blobs.encoding(flags), valueLength, blobs.deadline(from));
        copyValue(from, Slabs.offset(written));
    }

    /** FLUSHDB, in bounded time; memory is given back by {@link Keyspace#reclaim}. */
    public void clear() {
        if (table != null) {
            keyspace.drop(table);
            table = null;
            expiry = null;
        }
    }

    // -- order --------------------------------------------------------------------------------------------------

    /** A live key picked by {@code seed}, or MISSING when there is none. */
    public int random(long seed) {
        if (size() == 0) {
            return Keyspace.MISSING;
        }
        KeyWalker.Pick pick = new KeyWalker.Pick((int) (seed >>> 5) & (RANDOM_NEIGHBOURS - 1));
        int start = (int) (seed >>> 32) & (KeyHash.SLOTS - 1);
        walk(start, (seed * 0x9e37_79b9_7f4a_7c15L) >>> 32, KeyHash.SLOTS, pick);
        while (pick.left() >= 0) {
            int before = pick.left();
            walk(0, 0, KeyHash.SLOTS, pick);
            int live = before - pick.left();
            if (live == 0) {
                break;
            }
            pick.skipRounds(live);
        }
        return pick.picked();
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
        int slot = (int) (cursor >>> 33) & (KeyHash.SLOTS - 1);
        KeyWalker.Limited limited = new KeyWalker.Limited(visitor, Math.max(1, count), false);
        long end = walk(slot, cursor & 0x1_ffff_ffffL, KeyHash.SLOTS, limited);
        return end < 0 ? 0 : end;
    }

    /** As {@link #scan}, within one slot, from its start, at most {@code count} keys. */
    public void scanSlot(int slot, int count, KeyVisitor visitor) {
        if (count > 0) {
            walk(slot, 0, slot + 1, new KeyWalker.Limited(visitor, count, true));
        }
    }

    /** Receives references during a scan; must not change the keyspace. */
    public interface KeyVisitor {
        void visit(int ref);
    }

    /**
     * Walks keys from (slot, hash) up to the end of slot {@code slotEnd} - 1; returns the position after the last
     * one, or -1 at the end.
     */
    private long walk(int slotFrom, long hashFrom, int slotEnd, KeyWalker walker) {
        long hash = hashFrom;
        for (int at = slotFrom; table != null && at < slotEnd; at++) {
            while (hash < 1L << 32) {
                long[] leaf = table.leaf(at, (int) hash);
                if (leaf == null) {
                    break;
                }
                boolean enough = false;
                long lastHash = -1;
                int end = SlotTable.end(leaf);
                for (int i = SlotTable.lowerBound(leaf, hash); i < end; i = SlotTable.following(leaf, i)) {
                    long hashThere = SlotTable.hashAt(leaf, i);
                    if (enough && hashThere != lastHash) {
                        return (long) at << 33 | hashThere;
                    }
                    int ref = SlotTable.refAt(leaf, i);
                    enough |= !walker.visit(ref, keyspace.isDead(blobs.deadline(at(ref))));
                    lastHash = hashThere;
                }
                hash = SlotTable.leafEnd(leaf, (int) hash);
                if (enough) {
                    return hash < 1L << 32 ? (long) at << 33 | hash : at + 1 < slotEnd ? (long) (at + 1) << 33 : -1;
                }
            }
            hash = 0;
        }
        return -1;
    }

    // -- access statistics: of this replica only, no part of the state ------------------------------------------

    /** Notes an access (LRU clock or LFU counter, as configured). */
    public void touch(int ref) {
        touchWritten(at(ref));
    }

    /** Seconds since the last access. */
    public long idleSeconds(int ref) {
        return keyspace.accessClock().idleSeconds(blobs.clock(at(ref)), keyspace.nowMillis());
    }

    /** Logarithmic access counter, 0 to 255; 0 unless {@link AccessPolicy#FREQUENCY} is kept. */
    public int frequency(int ref) {
        return keyspace.accessClock().frequency(blobs.clock(at(ref)), keyspace.nowMillis());
    }

    /** Sets the statistics of a key as RESTORE with IDLETIME gives them. */
    public void setIdleSeconds(int ref, long seconds) {
        int clock = keyspace.accessClock().idle(seconds, keyspace.nowMillis());
        if (clock >= 0) {
            blobs.writeClock(at(ref), clock);
        }
    }

    /** Sets the statistics of a key as RESTORE with FREQ gives them. */
    public void setFrequency(int ref, int frequency) {
        int clock = keyspace.accessClock().counted(frequency, keyspace.nowMillis());
        if (clock >= 0) {
            blobs.writeClock(at(ref), clock);
        }
    }

    private void touchWritten(long at) {
        int before = blobs.clock(at);
        int after = keyspace.accessClock().touched(before, keyspace.nowMillis());
        if (after != before) {
            blobs.writeClock(at, after);
        }
    }

    // -- the keyspace's side ------------------------------------------------------------------------------------

    void index(int index) {
        this.index = index;
    }

    /** The number under which a view that is being taken knows this database. */
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
            removeExpired(locate(dead, 0, dead.length));
            removed++;
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

    /** As {@link #locate}, but a dead key is removed first. */
    private int locateForWrite(byte[] key, int offset, int length) {
        if (table == null) {
            table = new SlotTable(blobs);
        }
        int ref = locate(key, offset, length);
        if (ref != 0 && keyspace.isDead(blobs.deadline(at(ref)))) {
            removeExpired(ref);
            return locate(key, offset, length);
        }
        return ref;
    }

    /**
     * Makes room for a value under the located key and links it; the value's bytes are still to be written. Returns
     * the reference.
     */
    private int put(int old, int encoding, int valueLength, long deadlineMillis) {
        long bytes = bytes(encoding, valueLength, deadlineMillis);
        boolean inPlace = old != 0
                && slabs.capacity(old) == Slabs.capacityFor(bytes)
                && keyspace.changeable(old, viewIndex, slot);
        if (!inPlace) {
            int ref = write(encoding, valueLength, valueLength, deadlineMillis);
            link(old, ref, deadlineMillis);
            return ref;
        }
        long at = Slabs.offset(old);
        int entry = Blobs.hasDeadline(blobs.flags(at)) ? blobs.expiryEntry(at) : 0;
        int flags = Blobs.flags(encoding, keyLength, valueLength, deadlineMillis != 0);
        blobs.writeHead(at, flags, key, keyOffset, keyLength, valueLength);
        writeExpiry(old, entry, deadlineMillis);
        touchWritten(at);
        return old;
    }

    private long bytes(int encoding, int valueLength, long deadlineMillis) {
        return Blobs.bytes(Blobs.flags(encoding, keyLength, valueLength, deadlineMillis != 0), keyLength, valueLength);
    }

    /**
     * Allocates and writes everything of a blob but value and expiry entry. Nothing else has changed if this throws.
     */
    private int write(int encoding, int valueLength, int valueRoom, long deadlineMillis) {
        int flags = Blobs.flags(encoding, keyLength, valueRoom, deadlineMillis != 0);
        int ref = slabs.allocate(Blobs.bytes(flags, keyLength, valueRoom));
        long at = Slabs.offset(ref);
        blobs.writeHead(at, flags, key, keyOffset, keyLength, valueLength);
        blobs.writeClock(at, keyspace.accessClock().first(keyspace.nowMillis()));
        return ref;
    }

    /** Puts {@code ref} in the place of {@code old} (0 = none) and lets that go. */
    private void link(int old, int ref, long deadlineMillis) {
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
        removeLocated(ref);
    }

    private void removeLocated(int ref) {
        long at = at(ref);
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

    private int stringLength(int ref) {
        return isInteger(ref) ? Decimal.length(integer(ref)) : valueLength(ref);
    }

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
        int ref = write(Blobs.ENCODING_RAW, newLength, room, deadline);
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

    private void copyValue(long from, long to) {
        if (Blobs.isInteger(blobs.flags(from))) {
            blobs.writeInteger(to, blobs.integer(from));
        } else {
            long length = blobs.valueLength(from);
            MemorySegment.copy(blobs.memory(), blobs.valueOffset(from), blobs.memory(), blobs.valueOffset(to), length);
        }
    }
}
