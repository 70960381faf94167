package dev.balsa.node.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * The problem: EXEC must know whether a key has changed since it was watched, and every replica must find the same,
 * also when it was restored from a snapshot and when the leader that was asked is gone. A value that changed and
 * changed back has changed. Nothing is known of the client: it may disappear without a word.
 *
 *     WATCH key    a mark is laid under the key, or one that is there is shared     -> its id, which the client keeps
 *     a change     the mark is taken away
 *     EXEC         is the mark with the id still there?  yes: unchanged             the watcher leaves the mark
 *
 *     marks   (database, key) -> id | due | watchers | since        in the order of their last WATCH
 *
 * An id is never used twice, so a mark that was taken away and laid again is another one. `due` is the moment at
 * which time alone changes the key (its deadline, or the first of its fields'): removing what is dead is housekeeping
 * of each replica and takes no mark away; that the moment has passed is what counts, by log time.
 *
 * A mark whose last watcher left is removed. One whose watchers never said good-bye is dropped after an hour of log
 * time, and the oldest is when there are too many: their EXEC then says nil, which is always safe.
 *
 *     watch, holds, leave, change: O(1); no marks: one comparison per change; flush and swap: O(marks)
 */

/** Marks under watched keys: part of the replicated state. Owned by the engine thread. */
public final class WatchMarks {
    private static final int MARKS_MAX = 65_536;
    private static final long KEY_BYTES_MAX = 64L << 20;
    private static final long AGE_MAX_MILLIS = 3_600_000;
    private static final int MARK_BYTES = 4 * Long.BYTES + 2 * Integer.BYTES;

    private final LinkedHashMap<Key, Mark> marks = new LinkedHashMap<>();
    private long nextId = 1;
    private long keyBytes;

    /** Equal by content. */
    private record Key(int database, ByteBuffer name) {
        byte[] copy() {
            byte[] bytes = new byte[name.remaining()];
            name.duplicate().get(bytes);
            return bytes;
        }
    }

    private static final class Mark {
        final long id;
        /** Time alone changes the key at this moment; 0 = never. */
        final long dueMillis;
        long watchers;
        long sinceMillis;

        Mark(long id, long dueMillis) {
            this.id = id;
            this.dueMillis = dueMillis;
        }

        boolean stands(long logMillis) {
            return (dueMillis == 0 || dueMillis > logMillis) && logMillis - sinceMillis < AGE_MAX_MILLIS;
        }
    }

    /** Whether no key is watched. */
    boolean isEmpty() {
        return marks.isEmpty();
    }

    /** How many keys are watched. */
    public int size() {
        return marks.size();
    }

    /**
     * One more watcher of a key.
     *
     * @param dueMillis when time alone will change the key, 0 = never
     * @return the id that {@link #holds} wants
     */
    public long watch(int database, byte[] key, int offset, int length, long dueMillis, long logMillis) {
        Key place = new Key(database, ByteBuffer.wrap(Arrays.copyOfRange(key, offset, offset + length)));
        Mark mark = take(place);
        if (mark == null || !mark.stands(logMillis)) {
            mark = new Mark(nextId++, dueMillis);
        }
        mark.watchers++;
        mark.sinceMillis = logMillis;
        marks.put(place, mark);
        keyBytes += length;
        dropOldest(logMillis);
        return mark.id;
    }

    /** Whether the key has not changed since {@link #watch} gave this id. */
    public boolean holds(int database, byte[] key, int offset, int length, long id, long logMillis) {
        Mark mark = marks.get(new Key(database, ByteBuffer.wrap(key, offset, length)));
        return mark != null && mark.id == id && mark.stands(logMillis);
    }

    /** One watcher less; nothing happens if the mark is gone. */
    public void leave(int database, byte[] key, int offset, int length, long id) {
        Key place = new Key(database, ByteBuffer.wrap(key, offset, length));
        Mark mark = marks.get(place);
        if (mark != null && mark.id == id && --mark.watchers <= 0) {
            take(place);
        }
    }

    /** The key was changed. */
    void changed(int database, byte[] key, int offset, int length) {
        take(new Key(database, ByteBuffer.wrap(key, offset, length)));
    }

    /** The keys of a database change all at once, if they are there. */
    void changed(int database, Existing existing) {
        Iterator<Map.Entry<Key, Mark>> all = marks.entrySet().iterator();
        while (all.hasNext()) {
            Key key = all.next().getKey();
            if (key.database == database && existing.exists(key.copy())) {
                keyBytes -= key.name.remaining();
                all.remove();
            }
        }
    }

    /** Whether a live key is there. */
    interface Existing {
        boolean exists(byte[] key);
    }

    private @Nullable Mark take(Key place) {
        Mark mark = marks.remove(place);
        if (mark != null) {
            keyBytes -= place.name.remaining();
        }
        return mark;
    }

    private void dropOldest(long logMillis) {
        while (!marks.isEmpty()) {
            Map.Entry<Key, Mark> oldest = marks.firstEntry();
            boolean old = logMillis - oldest.getValue().sinceMillis >= AGE_MAX_MILLIS;
            if (!old && marks.size() <= MARKS_MAX && keyBytes <= KEY_BYTES_MAX) {
                return;
            }
            take(oldest.getKey());
        }
    }

    // -- in a snapshot ------------------------------------------------------------------------------------------

    /** Everything, for a snapshot; empty if no key was ever watched. */
    byte[] toBytes() {
        if (nextId == 1) {
            return new byte[0];
        }
        ByteBuffer to = ByteBuffer.allocate(Long.BYTES + marks.size() * MARK_BYTES + (int) keyBytes).putLong(nextId);
        for (Map.Entry<Key, Mark> entry : marks.sequencedEntrySet()) {
            Mark mark = entry.getValue();
            to.putLong(mark.id).putLong(mark.dueMillis).putLong(mark.watchers).putLong(mark.sinceMillis);
            to.putInt(entry.getKey().database).putInt(entry.getKey().name.remaining());
            to.put(entry.getKey().name.duplicate());
        }
        return to.array();
    }

    /** Takes over what {@link #toBytes} gave; nothing is watched here yet. */
    public void restore(byte[] bytes) {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        nextId = from.getLong();
        while (from.hasRemaining()) {
            Mark mark = new Mark(from.getLong(), from.getLong());
            mark.watchers = from.getLong();
            mark.sinceMillis = from.getLong();
            int database = from.getInt();
            byte[] name = new byte[from.getInt()];
            from.get(name);
            marks.put(new Key(database, ByteBuffer.wrap(name)), mark);
            keyBytes += name.length;
        }
    }
}
