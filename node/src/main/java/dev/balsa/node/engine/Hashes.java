package dev.balsa.node.engine;

import dev.balsa.node.engine.value.Chance;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.PackedFields;
import dev.balsa.node.engine.value.StringView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntPredicate;

/**
 * Hashes, however they are kept: {@link PackedFields} (and deadlines, see {@link FieldDeadlines}),
 * or a {@link LargeHash}. Reading is given a reference and passes over dead fields; changing is about the hash that
 * {@link #open} names. What {@link #field} and {@link #value} look at is valid until the next change. Owned by the
 * engine thread.
 */
public final class Hashes {
    private final Database db;
    private final PackedFields packs;
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
        packs = new PackedFields(db.segment());
        field = new StringView(db.segment());
        value = new StringView(db.segment());
    }

    /** Receives fields and their values; must not change the keyspace. */
    @FunctionalInterface
    public interface Visitor {
        void visit(StringView field, StringView value);
    }

    // -- reading ------------------------------------------------------------------------------------------------

    /** Number of fields. O(fields) of a packed hash, O(1) of a large one unless dead ones wait to be removed. */
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
        return (long) packs.count(pack(ref), end(ref)) / step(ref) - deadFields(ref);
    }

    /** Dead fields of a packed hash: its first ones. */
    private int deadFields(int ref) {
        int dead = 0;
        if (db.hasFieldDeadlines(ref)) {
            long end = end(ref);
            for (long p = pack(ref); p < end && isDead(p); p = packs.next(p, 3)) {
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
        long p = packs.find(pack(ref), end(ref), name, offset, length, step);
        if (p == PackedFields.NONE || (step == 3 && isDead(p))) {
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
        long end = end(ref);
        for (long p = pack(ref); p < end; p = packs.next(p, step)) {
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
        int dead = deadFields(ref);
        int step = step(ref);
        int all = packs.count(pack(ref), end(ref)) / step;
        int index = dead + (int) Math.unsignedMultiplyHigh(Chance.mixed(seed), all - dead);
        long p = packs.next(pack(ref), step * index);
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

    /** Whether a field of a packed hash with deadlines is dead. */
    private boolean isDead(long p) {
        return db.keyspace.isDead(db.keyspace.fields().deadline(p));
    }

    private long now() {
        return db.keyspace.nowMillis();
    }

    /** Where the fields of a packed hash begin. */
    private long pack(int ref) {
        return db.valueOffset(ref) + (db.hasFieldDeadlines(ref) ? Blobs.OWN_DEADLINE_BYTES : 0);
    }

    /** Where the fields of a packed hash end. */
    private long end(int ref) {
        return db.valueOffset(ref) + db.valueLength(ref);
    }

    /** Entries of a field. */
    private int step(int ref) {
        return db.hasFieldDeadlines(ref) ? 3 : 2;
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
            ref = db.putPacked(key, keyOffset, keyLength, ValueType.HASH, false, 0, 0);
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

    /** Sets a field of a packed hash without deadlines, or makes the hash large if it does not fit. */
    private void writePacked(byte[] name, int offset, int length, byte[] to, int toOffset, int toLength) {
        long from = pack(ref);
        int more = PackedFields.entryBytes(to, toOffset, toLength);
        long p = packs.find(from, end(ref), name, offset, length, 2);
        if (p != PackedFields.NONE) {
            long old = packs.next(p);
            var _ = packs.put(room(old - from, packs.next(old) - old, more), to, toOffset, toLength);
        } else if (isFull(2)) {
            toLarge();
        } else {
            int bytes = PackedFields.entryBytes(name, offset, length) + more;
            long at = packs.put(room(end(ref) - from, 0, bytes), name, offset, length);
            var _ = packs.put(at, to, toOffset, toLength);
        }
    }

    /** As {@link #writePacked}, with deadlines: the field is taken out and put in again at its place. */
    private void writeTimed(
            byte[] name, int offset, int length, byte[] to, int toOffset, int toLength, long deadlineMillis) {
        long p = packs.find(pack(ref), end(ref), name, offset, length, 3);
        if (p == PackedFields.NONE && isFull(3)) {
            toLarge();
            return;
        }
        long place = p - pack(ref);
        boolean moves = p == PackedFields.NONE || db.keyspace.fields().deadline(p) != deadlineMillis;
        if (p != PackedFields.NONE) {
            room(place, packs.next(p, 3) - p, 0);
        }
        if (moves) {
            place = placeOf(deadlineMillis) - pack(ref);
        }
        int bytes = PackedFields.entryBytes(name, offset, length)
                + PackedFields.entryBytes(to, toOffset, toLength) + PackedFields.numberBytes(deadlineMillis);
        long at = packs.put(room(place, 0, bytes), name, offset, length);
        var _ = packs.put(packs.put(at, to, toOffset, toLength), deadlineMillis);
    }

    /** Whether a packed hash must not get one field more. */
    private boolean isFull(int step) {
        int most = limits().hashMaxListpackEntries();
        long from = pack(ref);
        long end = end(ref);
        // An entry has at least one byte: most need not be counted.
        return (end - from) / step >= most && packs.count(from, end) / step >= most;
    }

    /** Has {@code bytes} bytes free in the place of {@code old}, {@code place} behind the beginning; returns where. */
    private long room(long place, long old, long bytes) {
        long total = end(ref) - pack(ref);
        long changed = total - old + bytes;
        long at = resize(Math.max(total, changed));
        packs.move(at + place + old, at + place + bytes, total - place - old);
        return (changed < total ? resize(changed) : at) + place;
    }

    /** Before which entry a field with this deadline belongs: behind all that die no later. */
    private long placeOf(long deadlineMillis) {
        long end = end(ref);
        for (long p = deadlineMillis == 0 ? end : pack(ref); p < end; p = packs.next(p, 3)) {
            long there = db.keyspace.fields().deadline(p);
            if (there == 0 || there > deadlineMillis) {
                return p;
            }
        }
        return end;
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
            long p = packs.find(pack(ref), end(ref), name, offset, length, step);
            room(p - pack(ref), packs.next(p, step) - p, 0);
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
        byte[] old = db.segment().asSlice(pack(ref), db.valueLength(ref)).toArray(ValueLayout.JAVA_BYTE);
        PackedFields source = new PackedFields(MemorySegment.ofArray(old));
        int bytes = old.length + source.count(0, old.length) / 2 * PackedFields.numberBytes(0);
        ref = db.putTimed(key, keyOffset, keyLength, bytes, db.deadlineMillis(ref));
        long at = pack(ref);
        for (long p = 0; p < old.length; ) {
            long next = source.next(p, 2);
            MemorySegment.copy(source.memory(), p, packs.memory(), at, next - p);
            at = packs.put(at + next - p, 0);
            p = next;
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
            long end = end(ref);
            for (long p = pack(ref); p < end; p = packs.next(p, step)) {
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

    /** Gives the packed hash room for {@code bytes} of fields; returns where these begin. */
    private long resize(long bytes) {
        int own = db.hasFieldDeadlines(ref) ? Blobs.OWN_DEADLINE_BYTES : 0;
        ref = db.resizePacked(key, keyOffset, keyLength, Math.toIntExact(own + bytes));
        return pack(ref);
    }

    private EncodingLimits limits() {
        return db.keyspace.limits();
    }
}
