package dev.balsa.node.engine;

import dev.balsa.node.engine.memory.Slabs;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.LargeValue;
import java.lang.foreign.MemorySegment;

/**
 * What a reference tells: the reading half of {@link Database}. A reference is valid until the next change of any
 * database of the keyspace. Owned by the engine thread.
 */
public abstract sealed class References permits Database {
    final Keyspace keyspace;
    final Slabs slabs;
    final Blobs blobs;
    /** Number of the database. */
    int index;
    /** What is dead is being removed: that changes no reply, and happens on each replica when it pleases. */
    boolean housekeeping;
    private final BlobView entry;

    References(Keyspace keyspace, int index) {
        this.keyspace = keyspace;
        this.index = index;
        slabs = keyspace.slabs();
        blobs = keyspace.blobs();
        entry = new BlobView(blobs, keyspace.large()::get);
    }

    /** The keyspace that this database belongs to. */
    public Keyspace keyspace() {
        return keyspace;
    }

    public ValueType type(int ref) {
        return ValueType.ofCode(Blobs.type(blobs.flags(at(ref))));
    }

    /** Redis' name: int, embstr, raw, listpack, intset, hashtable, quicklist, skiplist, stream. */
    public String encoding(int ref) {
        int flags = blobs.flags(at(ref));
        boolean large = Blobs.isLarge(flags);
        return switch (ValueType.ofCode(Blobs.type(flags))) {
            case STRING -> Blobs.isInteger(flags) ? "int" : Blobs.form(flags) == Blobs.EMBSTR ? "embstr" : "raw";
            case LIST -> large ? "quicklist" : "listpack";
            case SET -> large ? "hashtable" : Blobs.isIntset(flags) ? "intset" : "listpack";
            case ZSET -> large ? "skiplist" : "listpack";
            case HASH -> large ? "hashtable" : Blobs.form(flags) == Blobs.TIMED ? "listpackex" : "listpack";
            case STREAM -> "stream";
        };
    }

    /** Deadline in milliseconds since 1970, 0 = none. */
    public long deadlineMillis(int ref) {
        return blobs.ownDeadline(at(ref));
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

    /** Length of a string's or packed value's bytes at {@link #valueOffset} (not for numbers). */
    public int valueLength(int ref) {
        return blobs.valueLength(at(ref));
    }

    /** Up to which size values stay packed. */
    public EncodingLimits limits() {
        return keyspace.limits();
    }

    /** Whether the value is large: then {@link #large}, else it is packed at {@link #valueOffset}. */
    public boolean isLarge(int ref) {
        return Blobs.isLarge(blobs.flags(at(ref)));
    }

    /** Whether a packed set is an intset; packed hashes are PackedFields, all others listpacks. */
    public boolean isIntset(int ref) {
        return Blobs.isIntset(blobs.flags(at(ref)));
    }

    /** Whether fields of the hash have deadlines, or had. */
    boolean hasFieldDeadlines(int ref) {
        return blobs.hasFieldDeadlines(at(ref));
    }

    /** A large value, to read. */
    public LargeValue large(int ref) {
        return keyspace.large().get(blobs.largeId(at(ref)));
    }

    void index(int number) {
        index = number;
    }

    /** A key is about to change, or has. */
    void changed(byte[] key, int offset, int length) {
        changed(key, offset, length, false);
    }

    /** @param created whether the key was not there before */
    void changed(byte[] key, int offset, int length, boolean created) {
        if (housekeeping) {
            return;
        }
        if (keyspace.isObserved()) {
            keyspace.changed(index, key, offset, length);
        }
        KeyChanges changes = keyspace.changes();
        if (changes != null) {
            changes.changed(index, key, offset, length, created);
        }
    }

    /** {@link Keyspace#MISSING}, for a key that is not there. */
    int missed(byte[] key, int offset, int length) {
        KeyChanges changes = keyspace.changes();
        if (changes != null) {
            changes.missed(index, key, offset, length);
        }
        return Keyspace.MISSING;
    }

    /** As the other, of a live key. */
    void changed(int ref) {
        if (keyspace.isObserved() || keyspace.changes() != null) {
            byte[] name = blobs.key(at(ref));
            changed(name, 0, name.length);
        }
    }

    /** A large value, to change until the next snapshot; what {@link #large} gave before may no longer be the value. */
    public LargeValue largeForWrite(int ref) {
        changed(ref);
        return largeUnmarked(ref);
    }

    /** As {@link #largeForWrite}, for what may turn out to be no change: {@link #changed(int)} goes with one that is. */
    LargeValue largeUnmarked(int ref) {
        return keyspace.large().forWrite(blobs.largeId(at(ref)));
    }

    /**
     * Keeps what {@link #large} gave as it is, whatever becomes of the key, so that it can be read in slices. What is
     * changed or removed meanwhile takes memory twice.
     */
    public Held hold(int ref) {
        return keyspace.large().hold(blobs.largeId(at(ref)));
    }

    /** Key and value as they lie in memory; reused, valid like the reference. */
    public EntryView entry(int ref) {
        return entry.moveTo(at(ref));
    }

    /** Bytes that key, value and their bookkeeping take. */
    public long memoryBytes(int ref) {
        boolean deadline = Blobs.hasDeadline(blobs.flags(at(ref)));
        long value = isLarge(ref) ? large(ref).memoryBytes() : 0;
        return value + slabs.capacity(ref) + Long.BYTES + (deadline ? ExpiryIndex.ENTRY_BYTES : 0);
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

    final void touchWritten(long at) {
        int before = blobs.clock(at);
        int after = keyspace.accessClock().touched(before, keyspace.nowMillis());
        if (after != before) {
            blobs.writeClock(at, after);
        }
    }

    final long at(int ref) {
        slabs.verify(ref);
        return Slabs.offset(ref);
    }

    /** Length of a string, or of a number's text. */
    int stringLength(int ref) {
        return isInteger(ref) ? Decimal.length(integer(ref)) : valueLength(ref);
    }

    /** Copies the bytes of a value from blob to blob. */
    void copyValue(long from, long to) {
        if (Blobs.isInteger(blobs.flags(from))) {
            blobs.writeInteger(to, blobs.integer(from));
        } else {
            long length = blobs.valueLength(from);
            MemorySegment.copy(blobs.memory(), blobs.valueOffset(from), blobs.memory(), blobs.valueOffset(to), length);
        }
    }
}
