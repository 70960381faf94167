package dev.balsa.node.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys that the command in execution has changed, or looked for in vain. Owned by the engine thread. */
public final class KeyChanges {
    private final Map<Name, Change> changed = new LinkedHashMap<>();
    private final Map<Name, Change> missed = new LinkedHashMap<>();
    /** Changed keys of commands that have run, which those who keep copies are to hear of. */
    private final List<byte[]> told = new ArrayList<>();
    /** What the command has done that its name does not say, in order. */
    private final List<Side> sides = new ArrayList<>();
    private final KeyEventSink sink;
    private final boolean named;
    private final boolean tracked;
    private boolean emptied;

    /**
     * @param named whether the events are to be named
     * @param tracked whether changed keys are to be told to those who keep copies
     */
    public KeyChanges(KeyEventSink sink, boolean named, boolean tracked) {
        this.sink = sink;
        this.named = named;
        this.tracked = tracked;
    }

    /** A key that was changed. Immutable. */
    public static final class Change {
        private final int database;
        private final byte[] key;
        private final boolean created;

        /** @param created whether it was not there before */
        public Change(int database, byte[] key, boolean created) {
            this.database = database;
            this.key = key;
            this.created = created;
        }

        public int database() {
            return database;
        }

        public byte[] key() {
            return key;
        }

        public boolean created() {
            return created;
        }
    }

    /** An event of a command beside those that follow from its name. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Side(String event, int database, byte[] key) {}

    private record Name(int database, ByteBuffer key) {}

    /** Whether the events are to be named. */
    public boolean named() {
        return named;
    }

    /** The command has run: what it has changed is told with the next {@link #tell}. */
    public void settle() {
        if (tracked) {
            changed.values().forEach(change -> told.add(change.key()));
        }
    }

    /** Tells those who keep copies what commands have changed since the last call; false if that is nothing. */
    public boolean tell(long origin) {
        boolean any = emptied || !told.isEmpty();
        if (emptied) {
            sink.allChanged();
        } else if (any) {
            sink.changed(new ArrayList<>(told), origin);
        }
        emptied = false;
        told.clear();
        return any;
    }

    /** All keys of a database go, or become others. */
    void emptied() {
        emptied = tracked;
    }

    /** Who hears of the events. */
    public KeyEventSink sink() {
        return sink;
    }

    void changed(int database, byte[] key, int offset, int length, boolean created) {
        note(changed, database, Arrays.copyOfRange(key, offset, offset + length), created);
    }

    void missed(int database, byte[] key, int offset, int length) {
        note(missed, database, Arrays.copyOfRange(key, offset, offset + length), false);
    }

    private static void note(Map<Name, Change> all, int database, byte[] key, boolean created) {
        all.putIfAbsent(new Name(database, ByteBuffer.wrap(key)), new Change(database, key, created));
    }

    /** The command in execution does more with a key than its name says. */
    public void also(String event, int database, byte[] key) {
        if (named) {
            sides.add(new Side(event, database, key));
        }
    }

    /** What {@link #also} was told. */
    public List<Side> sides() {
        return List.copyOf(sides);
    }

    /** Changed keys, in the order of their first change. */
    public List<Change> all() {
        return new ArrayList<>(changed.values());
    }

    /** Whether the key was looked for and was not there. */
    public boolean isMissed(int database, byte[] key) {
        return missed.containsKey(new Name(database, ByteBuffer.wrap(key)));
    }

    public boolean anyChanged() {
        return !changed.isEmpty();
    }

    public boolean isEmpty() {
        return changed.isEmpty() && missed.isEmpty();
    }

    public void clear() {
        changed.clear();
        missed.clear();
        sides.clear();
    }
}
