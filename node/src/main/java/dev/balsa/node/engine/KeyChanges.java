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
    private final KeyEventSink sink;

    public KeyChanges(KeyEventSink sink) {
        this.sink = sink;
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

    private record Name(int database, ByteBuffer key) {}

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
    }
}
