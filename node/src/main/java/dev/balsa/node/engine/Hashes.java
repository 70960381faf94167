package dev.balsa.node.engine;

import dev.balsa.node.engine.value.Chance;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.StringView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntPredicate;

/**
 * Hashes, however they are kept: a listpack of fields and values (and deadlines, see {@link FieldDeadlines}) in turn,
 * or a {@link LargeHash}. Reading is given a reference and passes over dead fields; changing is about the hash that
 * {@link #open} names. What {@link #field} and {@link #value} look at is valid until the next change. Owned by the
 * engine thread.
 */
public final class Hashes {
    private final Database db;
    private final Listpack packs;
    private final StringView field;
    private final StringView value;
    private long deadline;

    // The hash that is being changed.
    private byte[] key = new byte[0];
    private int keyOffset;
    private int keyLength;
    private int ref;

    Hashes(Database db) {
        this.db = db;
        packs = new Listpack(db.segment());
        field = new StringView(db.segment());
        value = new StringView(db.segment());
    }

    /** Receives fields and their values; must not change the keyspace. */
    @FunctionalInterface
    public interface Visitor {
        void visit(StringView field, StringView value);
    }

    // -- reading ------------------------------------------------------------------------------------------------

    /** Number of fields. O(1) unless dead ones wait to be removed. */
    public long size(int ref) {
        if (db.isLarge(ref)) {
            LargeHash large = large(ref);
            if (large.nextDeadline() > now()) {
                return large.size();
            }
            long[] live = new long[1];
            large.table().forEach(found -> live[0] += isLive(large, found) ? 1 : 0);
            return live[0];
        }
        long at = pack(ref);
        return (long) packs.count(at) / step(ref) - deadFields(ref, at);
    }

    /** Dead fields of a packed hash: its first ones. */
    private int deadFields(int ref, long at) {
        int dead = 0;
        if (db.hasFieldDeadlines(ref)) {
            for (long p = packs.first(at); p != Listpack.NONE && isDead(p); p = following(p, 3)) {
                dead++;
            }
        }
        return dead;
    }

    /** Looks a field up; if it is there, {@link #value} is its value and {@link #deadline} its deadline. */
    public boolean find(int ref, byte[] name, int offset, int length) {
        deadline = 0;
        if (db.isLarge(ref)) {
            LargeHash large = large(ref);
            int found = large.table().find(name, offset, length);
            if (found == 0 || !isLive(large, found)) {
                return false;
            }
            large.value(found, value);
            deadline = large.deadline(found);
            return true;
        }
        int step = step(ref);
        long p = packs.find(packs.first(pack(ref)), name, offset, length, step);
        if (p == Listpack.NONE || (step == 3 && isDead(p))) {
            return false;
        }
        value.entry(packs.next(p));
        deadline = step == 3 ? db.keyspace.fields().deadline(p) : 0;
        return true;
    }

    /** The field that {@link #random} picked. */
    public StringView field() {
        return field;
    }

    /** The value of the field that was found or picked last. */
    public StringView value() {
        return value;
    }

    /** The deadline of the field that was found last, in milliseconds since 1970; 0 = none. */
    public long deadline() {
        return deadline;
    }

    /** Hands out all fields, in an order that depends on the log only. */
    public void forEach(int ref, Visitor visitor) {
        if (db.isLarge(ref)) {
            LargeHash large = large(ref);
            large.table().forEach(found -> visit(large, found, visitor));
            return;
        }
        int step = step(ref);
        for (long p = packs.first(pack(ref)); p != Listpack.NONE; p = following(p, step)) {
            if (step == 2 || !isDead(p)) {
                visitor.visit(field.entry(p), value.entry(packs.next(p)));
            }
        }
    }

    private void visit(LargeHash large, int found, Visitor visitor) {
        if (isLive(large, found)) {
            visitor.visit(large.name(found, field), large.value(found, value));
        }
    }

    /**
     * Picks a field, each with the same chance: {@link #field} and {@link #value}. Returns a number, not 0, by which
     * it is known until the next change.
     */
    public int random(int ref, long seed) {
        if (db.isLarge(ref)) {
            LargeHash large = large(ref);
            IntPredicate live = found -> isLive(large, found);
            int found = large.table().random(seed, size(ref), live);
            large.name(found, field);
            large.value(found, value);
            return found;
        }
        long at = pack(ref);
        int dead = deadFields(ref, at);
        int index = dead + (int) Math.unsignedMultiplyHigh(Chance.mixed(seed), packs.count(at) / step(ref) - dead);
        long p = packs.seek(at, (long) step(ref) * index);
        field.entry(p);
        value.entry(packs.next(p));
        return index + 1;
    }

    /**
     * Visits fields from {@code cursor} on until at least {@code count} were visited or passed as dead; a packed hash
     * all at once. Returns the cursor to go on with, 0 = the end.
     */
    public long scan(int ref, long cursor, int count, Visitor visitor) {
        if (!db.isLarge(ref)) {
            forEach(ref, visitor);
            return 0;
        }
        LargeHash large = large(ref);
        return large.table().scan(cursor, count, found -> visit(large, found, visitor));
    }

    private LargeHash large(int ref) {
        return (LargeHash) db.large(ref);
    }

    private boolean isLive(LargeHash large, int found) {
        return large.timed() == 0 || !db.keyspace.isDead(large.deadline(found));
    }

    /** Whether a field of a listpack with deadlines is dead. */
    private boolean isDead(long p) {
        return db.keyspace.isDead(db.keyspace.fields().deadline(p));
    }

    private long now() {
        return db.keyspace.nowMillis();
    }

    /** Where the listpack of a packed hash begins. */
    private long pack(int ref) {
        return db.valueOffset(ref) + (db.hasFieldDeadlines(ref) ? Blobs.OWN_DEADLINE_BYTES : 0);
    }

    /** Entries of a field. */
    private int step(int ref) {
        return db.hasFieldDeadlines(ref) ? 3 : 2;
    }

    private long following(long p, int step) {
        long q = p;
        for (int i = 0; i < step; i++) {
            q = packs.next(q);
        }
        return q;
    }

    // -- changing -----------------------------------------------------------------------------------------------

    /** Names the hash that is to be changed; {@code ref} MISSING: it is created by the first {@link #put}. */
    public void open(byte[] key, int offset, int length, int ref) {
        this.key = key;
        keyOffset = offset;
        keyLength = length;
        boolean timed = ref != Keyspace.MISSING && db.hasFieldDeadlines(ref);
        this.ref = timed ? db.settleFields(key, offset, length) : ref;
    }

    /** Whether the hash that was opened exists by now. */
    public boolean exists() {
        return ref != Keyspace.MISSING;
    }

    /** The hash that was opened, to read. */
    public int ref() {
        return ref;
    }

    /** Says how many fields are going to be put: a hash that cannot stay packed then is made large at once. */
    public void expect(int fields) {
        if (fields > limits().hashMaxListpackEntries() && !isLarge()) {
            toLarge();
        }
    }

    /** Sets a field, which then has no deadline; true if it was not there. */
    public boolean put(byte[] name, int offset, int length, byte[] to, int toOffset, int toLength) {
        boolean there = exists() && find(ref, name, offset, length);
        write(name, offset, length, to, toOffset, toLength, 0);
        return !there;
    }

    /** Sets a field to {@code to[0, length)}, keeping its deadline. */
    public void update(byte[] name, int offset, int length, byte[] to, int toLength) {
        boolean there = exists() && find(ref, name, offset, length);
        write(name, offset, length, to, 0, toLength, there ? deadline : 0);
    }

    /** Sets or (0) removes the deadline of a field that is there. */
    public void setDeadline(byte[] name, int offset, int length, long deadlineMillis) {
        find(ref, name, offset, length);
        byte[] kept = value.copy();
        write(name, offset, length, kept, 0, kept.length, deadlineMillis);
    }

    private void write(
            byte[] name, int offset, int length, byte[] to, int toOffset, int toLength, long deadlineMillis) {
        if (!isLarge() && Math.max(length, toLength) > limits().hashMaxListpackValueBytes()) {
            toLarge();
        }
        if (ref == Keyspace.MISSING) {
            ref = db.putPacked(key, keyOffset, keyLength, ValueType.HASH, false, Listpack.EMPTY_BYTES, 0);
            packs.init(db.valueOffset(ref));
        }
        if (deadlineMillis != 0) {
            keepDeadlines();
        }
        boolean timed = db.hasFieldDeadlines(ref);
        if (!isLarge()) {
            if (timed) {
                writeTimed(name, offset, length, to, toOffset, toLength, deadlineMillis);
            } else {
                writePacked(name, offset, length, to, toOffset, toLength);
            }
        }
        if (isLarge()) {
            LargeHash large = (LargeHash) db.largeForWrite(ref);
            large.put(name, offset, length, to, toOffset, toLength, deadlineMillis);
        }
        if (timed) {
            ref = db.redateFields(key, keyOffset, keyLength);
        }
    }

    /** Sets a field of a listpack without deadlines, or makes the hash large if it does not fit. */
    private void writePacked(byte[] name, int offset, int length, byte[] to, int toOffset, int toLength) {
        long at = db.valueOffset(ref);
        int bytes = packs.bytes(at);
        long p = packs.find(packs.first(at), name, offset, length, 2);
        int more = Listpack.entryBytes(to, toOffset, toLength);
        if (p == Listpack.NONE) {
            if (packs.count(at) / 2 >= limits().hashMaxListpackEntries()) {
                toLarge();
                return;
            }
            at = resize(bytes + Listpack.entryBytes(name, offset, length) + more);
            packs.insert(at, packs.end(at), name, offset, length);
            packs.insert(at, packs.end(at), to, toOffset, toLength);
            return;
        }
        long q = packs.next(p);
        long place = q - at;
        int changed = bytes - packs.entryBytes(q) + more;
        at = resize(Math.max(bytes, changed));
        packs.replace(at, at + place, to, toOffset, toLength);
        if (changed < bytes) {
            resize(changed);
        }
    }

    /** As {@link #writePacked}, with deadlines: the field is taken out and put in again at its place. */
    private void writeTimed(
            byte[] name, int offset, int length, byte[] to, int toOffset, int toLength, long deadlineMillis) {
        long at = pack(ref);
        long p = packs.find(packs.first(at), name, offset, length, 3);
        if (p == Listpack.NONE && packs.count(at) / 3 >= limits().hashMaxListpackEntries()) {
            toLarge();
            return;
        }
        boolean moves = p == Listpack.NONE || db.keyspace.fields().deadline(p) != deadlineMillis;
        int more = Listpack.entryBytes(name, offset, length)
                + Listpack.entryBytes(to, toOffset, toLength) + Listpack.numberBytes(deadlineMillis);
        long place = p - at;
        int bytes = packs.bytes(at);
        at = resize(bytes + more);
        if (p != Listpack.NONE) {
            packs.remove(at, at + place, 3);
        }
        long before = p == Listpack.NONE || moves ? placeOf(at, deadlineMillis) : at + place;
        packs.insert(at, before, deadlineMillis);
        packs.insert(at, before, to, toOffset, toLength);
        packs.insert(at, before, name, offset, length);
        resize(packs.bytes(at));
    }

    /** Before which entry a field with this deadline belongs: behind all that die no later. */
    private long placeOf(long at, long deadlineMillis) {
        long p = packs.first(at);
        while (p != Listpack.NONE && deadlineMillis != 0) {
            long there = db.keyspace.fields().deadline(p);
            if (there == 0 || there > deadlineMillis) {
                return p;
            }
            p = following(p, 3);
        }
        return packs.end(at);
    }

    /** Removes a field, and with the last one the hash; false if it was not there. */
    public boolean remove(byte[] name, int offset, int length) {
        if (ref == Keyspace.MISSING || !find(ref, name, offset, length)) {
            return false;
        }
        boolean timed = db.hasFieldDeadlines(ref);
        if (size(ref) == 1) {
            db.remove(key, keyOffset, keyLength);
            ref = Keyspace.MISSING;
            return true;
        }
        if (isLarge()) {
            ((LargeHash) db.largeForWrite(ref)).remove(name, offset, length);
        } else {
            int step = step(ref);
            resize(packs.bytes(pack(ref)));
            long at = pack(ref);
            packs.remove(at, packs.find(packs.first(at), name, offset, length, step), step);
            resize(packs.bytes(at));
        }
        if (timed) {
            ref = db.redateFields(key, keyOffset, keyLength);
        }
        return true;
    }

    // -- forms --------------------------------------------------------------------------------------------------

    private boolean isLarge() {
        return ref != Keyspace.MISSING && db.isLarge(ref);
    }

    /** Makes room for deadlines, if there is none. */
    void keepDeadlines() {
        if (db.hasFieldDeadlines(ref)) {
            return;
        }
        if (isLarge()) {
            ref = db.timeLarge(key, keyOffset, keyLength);
            return;
        }
        long at = db.valueOffset(ref);
        byte[] old = db.segment().asSlice(at, packs.bytes(at)).toArray(ValueLayout.JAVA_BYTE);
        Listpack source = new Listpack(MemorySegment.ofArray(old));
        int fields = source.count(0) / 2;
        int bytes = old.length + fields * Listpack.numberBytes(0);
        ref = db.putTimed(key, keyOffset, keyLength, bytes, db.deadlineMillis(ref));
        at = pack(ref);
        packs.init(at);
        for (long p = source.first(0); p != Listpack.NONE; ) {
            long next = source.after(source.next(p));
            packs.insertEntries(at, packs.end(at), source.memory(), p, (int) (next - p), 2);
            packs.insert(at, packs.end(at), 0);
            p = source.next(source.next(p));
        }
    }

    private void toLarge() {
        LargeHash large = new LargeHash(db.keyspace.space());
        long own = 0;
        boolean timed = false;
        if (ref != Keyspace.MISSING) {
            own = db.deadlineMillis(ref);
            timed = db.hasFieldDeadlines(ref);
            int step = step(ref);
            for (long p = packs.first(pack(ref)); p != Listpack.NONE; p = following(p, step)) {
                byte[] name = field.entry(p).copy();
                byte[] to = value.entry(packs.next(p)).copy();
                long dies = timed ? db.keyspace.fields().deadline(p) : 0;
                large.put(name, 0, name.length, to, 0, to.length, dies);
            }
        }
        ref = db.putLarge(key, keyOffset, keyLength, ValueType.HASH, large, own);
        if (timed) {
            ref = db.timeLarge(key, keyOffset, keyLength);
        }
    }

    /** Gives the packed hash room for a listpack of {@code bytes}; returns where that begins. */
    private long resize(int bytes) {
        int own = db.hasFieldDeadlines(ref) ? Blobs.OWN_DEADLINE_BYTES : 0;
        ref = db.resizePacked(key, keyOffset, keyLength, own + bytes);
        return pack(ref);
    }

    private EncodingLimits limits() {
        return db.keyspace.limits();
    }
}
