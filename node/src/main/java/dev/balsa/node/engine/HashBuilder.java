package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.PackedFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A hash that is put together beside the keyspace and takes its key in the end: a damaged file must change nothing. It
 * becomes packed if its fields are few and short. Fields with deadlines come in the order of these, those without
 * last. One object serves one hash.
 */
public final class HashBuilder {
    private final Database db;
    private final List<byte[]> names = new ArrayList<>();
    private final List<byte[]> values = new ArrayList<>();
    private long[] deadlines = new long[8];
    private @Nullable LargeHash large;
    private boolean twins;
    private boolean staysPacked;
    private boolean timed;

    public HashBuilder(Database db) {
        this.db = db;
    }

    /** Adds a field without deadline. If it is there already, the hash has {@link #hasTwins}. */
    public void add(byte[] name, byte[] value) {
        add(name, value, 0);
    }

    /**
     * As {@link #add(byte[], byte[])}.
     *
     * @param deadlineMillis 0 = none
     */
    public void add(byte[] name, byte[] value, long deadlineMillis) {
        int longer = Math.max(name.length, value.length);
        if (large == null && !staysPacked && longer > db.limits().hashMaxListpackValueBytes()) {
            makeLarge();
        }
        if (large != null) {
            twins |= !large.put(name, 0, name.length, value, 0, value.length, deadlineMillis);
            return;
        }
        if (names.size() == deadlines.length) {
            deadlines = Arrays.copyOf(deadlines, names.size() * 2);
        }
        deadlines[names.size()] = deadlineMillis;
        names.add(name);
        values.add(value);
        if (!staysPacked && names.size() > db.limits().hashMaxListpackEntries()) {
            makeLarge();
        }
    }

    /** Whether a field was added twice. */
    public boolean hasTwins() {
        byte[][] sorted = names.toArray(new byte[0][]);
        Arrays.sort(sorted, Arrays::compareUnsigned);
        for (int i = 1; i < sorted.length; i++) {
            twins |= Arrays.equals(sorted[i - 1], sorted[i]);
        }
        return twins;
    }

    /** Keeps it packed whatever the limits are: so it was when they were higher. */
    public void keepPacked() {
        staysPacked = true;
    }

    /** Keeps room for deadlines, whether a field has one or not. */
    public void keepDeadlines() {
        timed = true;
    }

    /** Makes it a large hash, however few fields it has. */
    public void makeLarge() {
        if (large == null) {
            large = new LargeHash(db.keyspace.space());
            for (int i = 0; i < names.size(); i++) {
                add(names.get(i), values.get(i), deadlines[i]);
            }
            names.clear();
            values.clear();
        }
    }

    /** Lets it go. */
    public void discard() {
        if (large != null) {
            large.discard();
        }
    }

    /** Replaces what the key holds by the hash. */
    public void store(byte[] key, int offset, int length, long deadlineMillis) {
        if (large != null) {
            int ref = db.putLarge(key, offset, length, ValueType.HASH, large, deadlineMillis);
            if (timed) {
                db.hashes().open(key, offset, length, ref);
                db.hashes().keepDeadlines();
                db.redateFields(key, offset, length);
            }
        } else if (timed) {
            storeTimed(key, offset, length, deadlineMillis);
        } else {
            storePacked(key, offset, length, deadlineMillis);
        }
    }

    private void storePacked(byte[] key, int offset, int length, long deadlineMillis) {
        int ref = db.putPacked(key, offset, length, ValueType.HASH, false, packedBytes(), deadlineMillis);
        write(db.valueOffset(ref));
    }

    private void storeTimed(byte[] key, int offset, int length, long deadlineMillis) {
        int ref = db.putTimed(key, offset, length, packedBytes(), deadlineMillis);
        write(db.valueOffset(ref) + Blobs.OWN_DEADLINE_BYTES);
        db.redateFields(key, offset, length);
    }

    private int packedBytes() {
        int bytes = 0;
        for (int i = 0; i < names.size(); i++) {
            int deadline = timed ? PackedFields.numberBytes(deadlines[i]) : 0;
            bytes = Math.addExact(bytes, entryBytes(names.get(i)) + entryBytes(values.get(i)) + deadline);
        }
        return bytes;
    }

    private void write(long from) {
        PackedFields packs = new PackedFields(db.segment());
        long at = from;
        for (int i = 0; i < names.size(); i++) {
            at = packs.put(at, names.get(i), 0, names.get(i).length);
            at = packs.put(at, values.get(i), 0, values.get(i).length);
            at = timed ? packs.put(at, deadlines[i]) : at;
        }
    }

    private static int entryBytes(byte[] text) {
        return PackedFields.entryBytes(text, 0, text.length);
    }
}
