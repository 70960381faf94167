package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LargeSortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Puts a sorted set together beside the keyspace, from members in any order that may not be what they should be: until
 * {@link #store} nothing has changed, and {@link #discard} leaves no trace. One object serves one set.
 */
public final class SortedSetBuilder {
    private final Database database;
    private final int fewMax;
    private ScoredMembers few = new ScoredMembers();
    private @Nullable LargeSortedSet large;

    /** @param asLarge whether the set is to be large however few members it has */
    public SortedSetBuilder(Database database, boolean asLarge) {
        this.database = database;
        fewMax = database.keyspace.limits().zsetMaxListpackEntries();
        large = asLarge ? new LargeSortedSet(database.keyspace.space()) : null;
    }

    /** Adds a member; false if it is known to be there already. */
    public boolean add(byte[] name, int offset, int length, double score) {
        if (large != null) {
            return add(large, name, offset, length, score);
        }
        few.add(name, offset, length, score);
        return few.count() <= fewMax || enlarges();
    }

    private boolean enlarges() {
        LargeSortedSet set = new LargeSortedSet(database.keyspace.space());
        large = set;
        boolean distinct = true;
        for (int i = 0; i < few.count() && distinct; i++) {
            distinct = add(set, few.bytes(), few.offset(i), few.length(i), few.score(i));
        }
        few = new ScoredMembers();
        return distinct;
    }

    private static boolean add(LargeSortedSet set, byte[] name, int offset, int length, double score) {
        boolean isNew = set.find(name, offset, length) == 0;
        if (isNew) {
            set.insert(name, offset, length, score);
        }
        return isNew;
    }

    /**
     * Puts the set under a key, replacing what is there; false, and nothing has changed, if a member is there twice.
     *
     * @param deadlineMillis 0 = none
     */
    public boolean store(byte[] key, long deadlineMillis) {
        if (large != null) {
            database.putLarge(key, 0, key.length, ValueType.ZSET, large, deadlineMillis);
            large = null;
            return true;
        }
        int[] byName = few.byName();
        for (int i = 1; i < few.count(); i++) {
            if (few.sameName(byName[i - 1], byName[i])) {
                return false;
            }
        }
        SortedSets sets = new SortedSets(database.keyspace);
        sets.store(database, key, 0, key.length, few, few.byScore());
        database.setDeadline(key, 0, key.length, deadlineMillis);
        return true;
    }

    /** Gives back what was taken, if anything was. */
    public void discard() {
        while (large != null && !large.isFreed()) {
            large.free(Integer.MAX_VALUE);
        }
        large = null;
    }
}
