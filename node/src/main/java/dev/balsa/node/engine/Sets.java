package dev.balsa.node.engine;

import dev.balsa.node.engine.value.Chance;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.Intset;
import dev.balsa.node.engine.value.LargeSet;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.StringView;

/**
 * Sets, however they are kept: an intset, a listpack of members, or a {@link LargeSet}. Reading is given a reference;
 * changing is about the set that {@link #open} names. What {@link #member} looks at is valid until the next change.
 * Owned by the engine thread.
 */
public final class Sets {
    private final Database db;
    private final Listpack packs;
    private final Intset intsets;
    private final StringView member;
    private byte[] text = new byte[64];

    // The set that is being changed.
    private byte[] key = new byte[0];
    private int keyOffset;
    private int keyLength;
    private int ref;

    Sets(Database db) {
        this.db = db;
        packs = new Listpack(db.segment());
        intsets = new Intset(db.segment());
        member = new StringView(db.segment());
    }

    /** Receives members; must not change the keyspace. */
    @FunctionalInterface
    public interface Visitor {
        void visit(StringView member);
    }

    // -- reading ------------------------------------------------------------------------------------------------

    /** Number of members. */
    public long size(int ref) {
        if (db.isLarge(ref)) {
            return large(ref).size();
        }
        long at = db.valueOffset(ref);
        return db.isIntset(ref) ? intsets.count(at) : packs.count(at);
    }

    public boolean contains(int ref, byte[] value, int offset, int length) {
        if (db.isLarge(ref)) {
            return large(ref).contains(value, offset, length);
        }
        long at = db.valueOffset(ref);
        if (db.isIntset(ref)) {
            return Decimal.isCanonical(value, offset, length)
                    && intsets.find(at, Decimal.parse(value, offset, length)) >= 0;
        }
        return packs.find(packs.first(at), value, offset, length, 1) != Listpack.NONE;
    }

    /** Whether another set has a member that a visitor was just given. */
    public boolean contains(int ref, StringView value) {
        if (value.isNumber() && !db.isLarge(ref) && db.isIntset(ref)) {
            return intsets.find(db.valueOffset(ref), value.number()) >= 0;
        }
        if (text.length < value.length()) {
            text = new byte[value.length() * 2];
        }
        return contains(ref, text, 0, value.copy(text));
    }

    /** The member that was picked last. */
    public StringView member() {
        return member;
    }

    /** Hands out all members, in an order that depends on the log only. */
    public void forEach(int ref, Visitor visitor) {
        StringView view = new StringView(db.segment());
        if (db.isLarge(ref)) {
            LargeSet large = large(ref);
            large.table().forEach(element -> visitor.visit(large.member(element, view)));
            return;
        }
        long at = db.valueOffset(ref);
        if (db.isIntset(ref)) {
            int count = intsets.count(at);
            for (int i = 0; i < count; i++) {
                visitor.visit(view.number(intsets.get(at, i)));
            }
            return;
        }
        for (long p = packs.first(at); p != Listpack.NONE; p = packs.next(p)) {
            visitor.visit(view.entry(p));
        }
    }

    /**
     * Visits members from {@code cursor} on until at least {@code count} were visited; a packed set all at once.
     * Returns the cursor to go on with, 0 = the end.
     */
    public long scan(int ref, long cursor, int count, Visitor visitor) {
        if (!db.isLarge(ref)) {
            forEach(ref, visitor);
            return 0;
        }
        LargeSet large = large(ref);
        return large.table().scan(cursor, count, element -> visitor.visit(large.member(element, member)));
    }

    /**
     * Picks a member, each with the same chance: {@link #member}. Returns a number, not 0, by which it is known until
     * the next change.
     */
    public int random(int ref, long seed) {
        if (db.isLarge(ref)) {
            LargeSet large = large(ref);
            int element = large.table().random(seed);
            large.member(element, member);
            return element;
        }
        long at = db.valueOffset(ref);
        int index = (int) Math.unsignedMultiplyHigh(Chance.mixed(seed), size(ref));
        if (db.isIntset(ref)) {
            member.number(intsets.get(at, index));
        } else {
            member.entry(packs.seek(at, index));
        }
        return index + 1;
    }

    private LargeSet large(int ref) {
        return (LargeSet) db.large(ref);
    }

    // -- changing -----------------------------------------------------------------------------------------------

    /** Names the set that is to be changed; {@code ref} MISSING: it is created by the first {@link #add}. */
    public void open(byte[] key, int offset, int length, int ref) {
        this.key = key;
        keyOffset = offset;
        keyLength = length;
        this.ref = ref;
    }

    /** Whether the set that was opened exists by now. */
    public boolean exists() {
        return ref != Keyspace.MISSING;
    }

    /** The set that was opened, to read. */
    public int ref() {
        return ref;
    }

    /**
     * Says that up to {@code members} are going to be added, {@code first} among them: the set takes the form that
     * Redis gives it for so many.
     */
    public void expect(int members, byte[] first, int offset, int length) {
        EncodingLimits limits = limits();
        if (ref == Keyspace.MISSING) {
            if (Decimal.isCanonical(first, offset, length) && members <= limits.setMaxIntsetEntries()) {
                create(true);
            } else if (members <= limits.setMaxListpackEntries()) {
                create(false);
            } else {
                toLarge();
            }
        } else if (!db.isLarge(ref)
                && members > (db.isIntset(ref) ? limits.setMaxIntsetEntries() : limits.setMaxListpackEntries())) {
            toLarge();
        }
    }

    /** Adds a member; false if it was there. */
    public boolean add(byte[] value, int offset, int length) {
        if (ref == Keyspace.MISSING) {
            expect(1, value, offset, length);
        }
        if (!db.isLarge(ref)) {
            boolean done = db.isIntset(ref) ? addToIntset(value, offset, length) : addToPack(value, offset, length);
            if (!db.isLarge(ref)) {
                return done;
            }
        }
        boolean added = ((LargeSet) db.largeUnmarked(ref)).add(value, offset, length);
        if (added) {
            db.changed(ref);
        }
        return added;
    }

    /** Whether it was added; if the set has to become another one first, it does and nothing is added. */
    private boolean addToIntset(byte[] value, int offset, int length) {
        long at = db.valueOffset(ref);
        int count = intsets.count(at);
        EncodingLimits limits = limits();
        if (Decimal.isCanonical(value, offset, length)) {
            long number = Decimal.parse(value, offset, length);
            int index = intsets.find(at, number);
            if (index >= 0) {
                return false;
            }
            if (count < limits.setMaxIntsetEntries()) {
                at = resize(intsets.bytesWith(at, number));
                intsets.insert(at, -1 - index, number);
                return true;
            }
            toLarge();
            return false;
        }
        int widest = Math.max(
                Decimal.length(intsets.get(at, 0)), Decimal.length(intsets.get(at, count - 1)));
        if (count < limits.setMaxListpackEntries()
                && length <= limits.setMaxListpackValueBytes()
                && widest <= limits.setMaxListpackValueBytes()) {
            toPack();
            return addToPack(value, offset, length);
        }
        toLarge();
        return false;
    }

    private boolean addToPack(byte[] value, int offset, int length) {
        long at = db.valueOffset(ref);
        if (packs.find(packs.first(at), value, offset, length, 1) != Listpack.NONE) {
            return false;
        }
        if (packs.count(at) >= limits().setMaxListpackEntries() || length > limits().setMaxListpackValueBytes()) {
            toLarge();
            return false;
        }
        at = resize(packs.bytes(at) + Listpack.entryBytes(value, offset, length));
        packs.insert(at, packs.end(at), value, offset, length);
        return true;
    }

    /** Removes a member, and with the last one the set; false if it was not there. */
    public boolean remove(byte[] value, int offset, int length) {
        if (ref == Keyspace.MISSING || !contains(ref, value, offset, length)) {
            return false;
        }
        if (size(ref) == 1) {
            removeAll();
        } else if (db.isLarge(ref)) {
            ((LargeSet) db.largeForWrite(ref)).remove(value, offset, length);
        } else if (db.isIntset(ref)) {
            long at = resize(intsets.bytes(db.valueOffset(ref)));
            intsets.remove(at, intsets.find(at, Decimal.parse(value, offset, length)));
            resize(intsets.bytes(at));
        } else {
            long at = resize(packs.bytes(db.valueOffset(ref)));
            packs.remove(at, packs.find(packs.first(at), value, offset, length, 1), 1);
            resize(packs.bytes(at));
        }
        return true;
    }

    /** Removes the set. */
    public void removeAll() {
        db.remove(key, keyOffset, keyLength);
        ref = Keyspace.MISSING;
    }

    // -- forms --------------------------------------------------------------------------------------------------

    private void create(boolean intset) {
        int bytes = intset ? Intset.EMPTY_BYTES : Listpack.EMPTY_BYTES;
        ref = db.putPacked(key, keyOffset, keyLength, ValueType.SET, intset, bytes, 0);
        if (intset) {
            intsets.init(db.valueOffset(ref));
        } else {
            packs.init(db.valueOffset(ref));
        }
    }

    private void toPack() {
        long at = db.valueOffset(ref);
        long[] numbers = new long[intsets.count(at)];
        int bytes = Listpack.EMPTY_BYTES;
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = intsets.get(at, i);
            bytes += Listpack.numberBytes(numbers[i]);
        }
        ref = db.putPacked(key, keyOffset, keyLength, ValueType.SET, false, bytes, db.deadlineMillis(ref));
        at = db.valueOffset(ref);
        packs.init(at);
        for (long number : numbers) {
            packs.insert(at, packs.end(at), number);
        }
    }

    private void toLarge() {
        LargeSet large = new LargeSet(db.keyspace.space());
        long deadline = 0;
        if (ref != Keyspace.MISSING) {
            deadline = db.deadlineMillis(ref);
            forEach(ref, view -> {
                byte[] value = view.copy();
                large.add(value, 0, value.length);
            });
        }
        ref = db.putLarge(key, keyOffset, keyLength, ValueType.SET, large, deadline);
    }

    private long resize(int bytes) {
        ref = db.resizePacked(key, keyOffset, keyLength, bytes);
        return db.valueOffset(ref);
    }

    private EncodingLimits limits() {
        return db.keyspace.limits();
    }
}
