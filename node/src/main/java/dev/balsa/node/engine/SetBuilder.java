package dev.balsa.node.engine;

import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.LargeSet;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.StringView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set that is put together beside the keyspace and takes its key in the end: the sources of a union may be what it
 * replaces, and a damaged file must change nothing. One object serves one set.
 */
public final class SetBuilder {
    private final Database db;
    private final EncodingLimits limits;
    private final List<byte[]> few = new ArrayList<>();
    private @Nullable LargeSet large;
    private boolean twins;
    private boolean staysPacked;

    public SetBuilder(Database db) {
        this.db = db;
        limits = db.keyspace.limits();
    }

    /** Number of members. */
    public long size() {
        return large == null ? few.size() : large.size();
    }

    /** Adds a member that is not there yet. */
    public void add(StringView member) {
        add(member.copy());
    }

    /** Adds a member. If it is there already, the set has {@link #hasTwins}. */
    public void add(byte[] member) {
        if (large != null) {
            twins |= !large.add(member, 0, member.length);
            return;
        }
        few.add(member);
        if (!staysPacked && few.size() > Math.max(limits.setMaxIntsetEntries(), limits.setMaxListpackEntries())) {
            makeLarge();
        }
    }

    /** Whether a member was added twice. */
    public boolean hasTwins() {
        byte[][] sorted = few.toArray(new byte[0][]);
        Arrays.sort(sorted, Arrays::compareUnsigned);
        for (int i = 1; i < sorted.length; i++) {
            twins |= Arrays.equals(sorted[i - 1], sorted[i]);
        }
        return twins;
    }

    /** Whether it is not large and all its members are integers. */
    public boolean isOfIntegers() {
        for (byte[] member : few) {
            if (!Decimal.isCanonical(member, 0, member.length)) {
                return false;
            }
        }
        return large == null;
    }

    /** Keeps it packed whatever the limits are: so it was when they were higher. */
    public void keepPacked() {
        staysPacked = true;
    }

    /** Makes it a large set, however few members it has. */
    public void makeLarge() {
        if (large == null) {
            large = new LargeSet(db.keyspace.space());
            few.forEach(this::add);
            few.clear();
        }
    }

    /** Lets it go. */
    public void discard() {
        if (large != null) {
            large.discard();
        }
    }

    /** Replaces what the key holds by the set in the form that Redis gives it, or removes it if the set is empty. */
    public void store(byte[] key, int offset, int length, long deadlineMillis) {
        if (large != null) {
            db.putLarge(key, offset, length, ValueType.SET, large, deadlineMillis);
            return;
        }
        db.remove(key, offset, length);
        Sets sets = db.sets();
        sets.open(key, offset, length, Keyspace.MISSING);
        for (byte[] member : few) {
            sets.add(member, 0, member.length);
        }
        if (deadlineMillis != 0) {
            db.setDeadline(key, offset, length, deadlineMillis);
        }
    }

    /** As {@link #store}, as a listpack, also if all members are integers; large only if it does not fit. */
    public void storeListpack(byte[] key, int offset, int length, long deadlineMillis) {
        int bytes = Listpack.EMPTY_BYTES;
        boolean fits = few.size() <= limits.setMaxListpackEntries();
        for (byte[] member : few) {
            bytes += Listpack.entryBytes(member, 0, member.length);
            fits &= member.length <= limits.setMaxListpackValueBytes();
        }
        if (!fits && !staysPacked) {
            makeLarge();
        }
        if (large != null) {
            store(key, offset, length, deadlineMillis);
            return;
        }
        Listpack packs = new Listpack(db.segment());
        int ref = db.putPacked(key, offset, length, ValueType.SET, false, bytes, deadlineMillis);
        long at = db.valueOffset(ref);
        packs.init(at);
        for (byte[] member : few) {
            packs.insert(at, packs.end(at), member, 0, member.length);
        }
    }
}
