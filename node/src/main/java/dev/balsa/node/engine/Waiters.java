package dev.balsa.node.engine;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/*
 * The problem: BLPOP on an empty list waits, and the push that comes later must serve it on every replica alike, also on
 * one that was restored from a snapshot. So who waits for what is state, like the keys themselves:
 *
 *     all       id -> waiter: its command, when it gives up         ids grow, so their order is that of arrival
 *     places    (database, key) -> kind (and group) -> ids          first come, first served
 *     touched   keys changed by the running command that somebody waits for
 *     ready     those of them that can serve somebody, in the order in which they became so
 *
 * A command that finds its key ready runs again as it was sent (ReadyKeys does that, in the package of the commands). If
 * it still finds nothing it keeps its place. Those that wait for one consumer group of a stream are a queue of their own:
 * when there is nothing for the first of them, there is nothing for the others.
 *
 * The entries of a term end with it: the first entry of the next finds every waiter gone, because nobody knows which of
 * their clients are still there.
 *
 *     add, remove: O(keys log n); a change: O(1) and only while somebody waits; no waiters: one comparison per change
 */

/** Commands that wait for keys. Owned by the engine thread. */
public final class Waiters {
    private static final int NO_GROUP = -1;

    private final LinkedHashMap<Long, Waiter> all = new LinkedHashMap<>();
    private final LinkedHashMap<Key, LinkedHashMap<Topic, LinkedHashMap<Long, Waiter>>> places = new LinkedHashMap<>();
    private final TreeSet<Waiter> deadlines = new TreeSet<>(Waiters::byDeadline);
    private final LinkedHashSet<Key> touched = new LinkedHashSet<>();
    private final LinkedHashSet<Key> ready = new LinkedHashSet<>();
    private final ArrayDeque<Ended> ended = new ArrayDeque<>();
    private long nextId = 1;
    private long term;
    private long bytes;

    /** What a command waits for. The order is that of the numbers in snapshots. */
    public enum Kind {
        /** Elements of a list. */
        LIST(ValueType.LIST),
        /** Members of a sorted set. */
        ZSET(ValueType.ZSET),
        /** Entries that are new to a consumer group, or the end of the group or of its stream. */
        GROUP(ValueType.STREAM),
        /** Entries of a stream. */
        STREAM(ValueType.STREAM);

        private final ValueType type;

        Kind(ValueType type) {
            this.type = type;
        }

        /** Whether a key that holds a value of {@code found}, null = none, can be what is waited for. */
        boolean isServedBy(@Nullable ValueType found) {
            return this == GROUP || found == type;
        }
    }

    /** How a command stops waiting without being served. */
    public enum End {
        /** Its time is over, or CLIENT UNBLOCK has said so. */
        TIMEOUT,
        /** CLIENT UNBLOCK ... ERROR. */
        ERROR,
        /** The client is no longer there. */
        GONE,
        /** Another leader, or the same one anew. */
        TERM
    }

    /** A command that waits. */
    public static final class Waiter {
        private final long id;
        private final int database;
        private final Topic topic;
        private final long deadlineMillis;
        private final List<Key> keys;
        private final byte[] command;

        Waiter(long id, int database, Topic topic, long deadlineMillis, List<Key> keys, byte[] command) {
            this.id = id;
            this.database = database;
            this.topic = topic;
            this.deadlineMillis = deadlineMillis;
            this.keys = keys;
            this.command = command;
        }

        public long id() {
            return id;
        }

        public int database() {
            return database;
        }

        /** The command as a RESP array; not to be changed. */
        public byte[] command() {
            return command;
        }

        private int bytes() {
            int sum = command.length;
            for (Key key : keys) {
                sum += key.name.remaining();
            }
            return sum;
        }
    }

    /** A waiter that is not there any more, and why. */
    public record Ended(Waiter waiter, End how) {}

    /** Equal by content. */
    public record Key(int database, ByteBuffer name) {
        private static Key copyOf(int database, byte[] key, int offset, int length) {
            return new Key(database, ByteBuffer.wrap(Arrays.copyOfRange(key, offset, offset + length)));
        }
    }

    /** Those that wait at a key for the same; {@code group} is empty but for {@link Kind#GROUP}. */
    public record Topic(Kind kind, ByteBuffer group) {}

    /** What a command is to wait for.
     *
     * @param group of consumers; empty but for {@link Kind#GROUP}
     * @param deadlineMillis when it gives up, 0 = never
     * @param command as a RESP array
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Wish(Kind kind, byte[] group, List<byte[]> keys, long deadlineMillis, byte[] command) {}

    private static int byDeadline(Waiter a, Waiter b) {
        int first = Long.compare(a.deadlineMillis, b.deadlineMillis);
        return first != 0 ? first : Long.compare(a.id, b.id);
    }

    // -- who waits ----------------------------------------------------------------------------------------------

    /** Whether nobody waits. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** How many wait. */
    public int size() {
        return all.size();
    }

    /** Bytes of their commands and keys. */
    public long bytes() {
        return bytes;
    }

    /** Has a command wait behind those that wait already; returns its id, which is never used again. */
    public long add(int database, Wish wish) {
        Topic topic = new Topic(wish.kind(), ByteBuffer.wrap(wish.group()));
        List<Key> keys = new ArrayList<>(wish.keys().size());
        for (byte[] key : wish.keys()) {
            keys.add(new Key(database, ByteBuffer.wrap(key)));
        }
        long id = nextId++;
        place(new Waiter(id, database, topic, wish.deadlineMillis(), keys, wish.command()));
        return id;
    }

    private void place(Waiter waiter) {
        all.put(waiter.id, waiter);
        bytes += waiter.bytes();
        if (waiter.deadlineMillis != 0) {
            deadlines.add(waiter);
        }
        for (Key key : waiter.keys) {
            places.computeIfAbsent(key, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(waiter.topic, _ -> new LinkedHashMap<>())
                    .put(waiter.id, waiter);
        }
    }

    /** It was served. */
    public void remove(Waiter waiter) {
        if (all.remove(waiter.id) == null) {
            return;
        }
        bytes -= waiter.bytes();
        deadlines.remove(waiter);
        for (Key key : waiter.keys) {
            LinkedHashMap<Topic, LinkedHashMap<Long, Waiter>> topics = places.get(key);
            LinkedHashMap<Long, Waiter> queue = topics == null ? null : topics.get(waiter.topic);
            if (topics == null || queue == null) {
                continue; // the same key was named twice
            }
            queue.remove(waiter.id);
            if (queue.isEmpty()) {
                topics.remove(waiter.topic);
            }
            if (topics.isEmpty()) {
                places.remove(key);
            }
        }
        if (all.isEmpty()) {
            touched.clear();
            ready.clear();
        }
    }

    /** It waits no longer; false if it did not. {@link #nextEnded} gives it out. */
    public boolean end(long id, End how) {
        Waiter waiter = all.get(id);
        if (waiter == null) {
            return false;
        }
        remove(waiter);
        ended.add(new Ended(waiter, how));
        return true;
    }

    /** Those whose time is over wait no longer. */
    public void endDue(long logMillis) {
        while (nextDeadlineMillis() <= logMillis) {
            end(deadlines.first().id, End.TIMEOUT);
        }
    }

    /** When the first one gives up, Long.MAX_VALUE = never. */
    public long nextDeadlineMillis() {
        return deadlines.isEmpty() ? Long.MAX_VALUE : deadlines.first().deadlineMillis;
    }

    /** An entry of this term is about to be applied: nobody waits from an older one. */
    public void beginTerm(long entryTerm) {
        if (term != entryTerm) {
            endAll(End.TERM);
            term = entryTerm;
        }
    }

    /** Nobody waits any longer. */
    public void endAll(End how) {
        for (Waiter waiter : List.copyOf(all.sequencedValues())) {
            end(waiter.id, how);
        }
    }

    /** The next one that stopped waiting, null if all were given out. */
    public @Nullable Ended nextEnded() {
        return ended.poll();
    }

    // -- keys that change ---------------------------------------------------------------------------------------

    /** The key is about to change, or has. */
    void changed(int database, byte[] key, int offset, int length) {
        if (places.containsKey(new Key(database, ByteBuffer.wrap(key, offset, length)))) {
            touched.add(Key.copyOf(database, key, offset, length));
        }
    }

    /** Any key of the database may have changed. */
    void changed(int database) {
        for (Key key : places.sequencedKeySet()) {
            if (key.database == database) {
                touched.add(key);
            }
        }
    }

    /** What the last command has touched serves nobody: it waits itself. */
    public void forgetTouched() {
        touched.clear();
    }

    /** A command has run: the keys that it touched are ready if they are what somebody waits for. */
    public void settle(Keyspace keyspace) {
        if (touched.isEmpty()) {
            return;
        }
        for (Key key : touched) {
            for (Topic topic : topics(key)) {
                if (serves(keyspace, key, topic)) {
                    ready.add(key);
                }
            }
        }
        touched.clear();
    }

    /** The next key that is ready, null if none is. */
    public @Nullable Key nextReady() {
        Iterator<Key> first = ready.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Key key = first.next();
        first.remove();
        return key;
    }

    /** For what is waited at a key, as it is now. */
    public List<Topic> topics(Key key) {
        LinkedHashMap<Topic, LinkedHashMap<Long, Waiter>> topics = places.get(key);
        return topics == null ? List.of() : List.copyOf(topics.sequencedKeySet());
    }

    /** Those who wait at a key for the same, as it is now. */
    public List<Waiter> queue(Key key, Topic topic) {
        LinkedHashMap<Topic, LinkedHashMap<Long, Waiter>> topics = places.get(key);
        LinkedHashMap<Long, Waiter> queue = topics == null ? null : topics.get(topic);
        return queue == null ? List.of() : List.copyOf(queue.sequencedValues());
    }

    /** The first of {@link #queue}, null if nobody waits. */
    public @Nullable Waiter first(Key key, Topic topic) {
        LinkedHashMap<Topic, LinkedHashMap<Long, Waiter>> topics = places.get(key);
        LinkedHashMap<Long, Waiter> queue = topics == null ? null : topics.get(topic);
        return queue == null ? null : queue.firstEntry().getValue();
    }

    /** Whether what is under the key now may be what is waited for. */
    public boolean serves(Keyspace keyspace, Key key, Topic topic) {
        Database database = keyspace.database(key.database);
        byte[] name = new byte[key.name.remaining()];
        key.name.duplicate().get(name);
        int ref = database.find(name, 0, name.length);
        return topic.kind.isServedBy(ref == Keyspace.MISSING ? null : database.type(ref));
    }

    // -- in a snapshot ------------------------------------------------------------------------------------------

    /** Everything, for a snapshot; empty if nobody ever waited. */
    byte[] toBytes() {
        if (nextId == 1) {
            return new byte[0];
        }
        long size = 2 * Long.BYTES;
        for (Waiter waiter : all.sequencedValues()) {
            size += 2 * Long.BYTES + 5 * Integer.BYTES + waiter.topic.group.remaining()
                    + (long) waiter.keys.size() * Integer.BYTES + waiter.bytes();
        }
        ByteBuffer to = ByteBuffer.allocate(Math.toIntExact(size)).putLong(nextId).putLong(term);
        for (Waiter waiter : all.sequencedValues()) {
            to.putLong(waiter.id).putLong(waiter.deadlineMillis);
            to.putInt(waiter.database).putInt(waiter.topic.kind.ordinal());
            put(to, waiter.topic.kind == Kind.GROUP ? waiter.topic.group : null);
            to.putInt(waiter.keys.size());
            waiter.keys.forEach(key -> put(to, key.name));
            put(to, ByteBuffer.wrap(waiter.command));
        }
        return Arrays.copyOf(to.array(), to.position());
    }

    private static void put(ByteBuffer to, @Nullable ByteBuffer some) {
        if (some == null) {
            to.putInt(NO_GROUP);
        } else {
            to.putInt(some.remaining()).put(some.duplicate());
        }
    }

    /** Takes over what {@link #toBytes} gave; nobody waits here yet. */
    public void restore(byte[] from) {
        ByteBuffer in = ByteBuffer.wrap(from);
        nextId = in.getLong();
        term = in.getLong();
        while (in.hasRemaining()) {
            long id = in.getLong();
            long deadline = in.getLong();
            int database = in.getInt();
            Kind kind = Kind.values()[in.getInt()];
            Topic topic = new Topic(kind, take(in));
            int count = in.getInt();
            List<Key> keys = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                keys.add(new Key(database, take(in)));
            }
            place(new Waiter(id, database, topic, deadline, keys, takeBytes(in)));
        }
    }

    private static ByteBuffer take(ByteBuffer from) {
        return ByteBuffer.wrap(takeBytes(from));
    }

    private static byte[] takeBytes(ByteBuffer from) {
        byte[] bytes = new byte[Math.max(0, from.getInt())];
        from.get(bytes);
        return bytes;
    }
}
