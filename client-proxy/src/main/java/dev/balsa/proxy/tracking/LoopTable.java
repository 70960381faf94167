package dev.balsa.proxy.tracking;

import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the connections of one event loop track: which of them have read a key, who wants to hear of a prefix. A reader that
 * is gone is forgotten when the key changes, as in Redis. Owned by the loop, but for {@link #prefixes}.
 */
public final class LoopTable {
    private final EventLoop loop;
    private final Invalidations owner;
    private final Map<Long, Tracker> trackers = new HashMap<>();
    /** In the order in which they were first read: those of the oldest readers go when there are too many. */
    private final LinkedHashMap<ByteBuffer, Readers> readers = new LinkedHashMap<>();
    private final Map<byte[], Broadcast> broadcasts = new TreeMap<>(Arrays::compareUnsigned);
    /** Another list after each change: telling somebody may end his connection. */
    private List<Front> fronts = List.of();
    private final Set<Tracker> told = new LinkedHashSet<>();
    private volatile int prefixes;
    private boolean sendScheduled;

    LoopTable(EventLoop loop, Invalidations owner) {
        this.loop = loop;
        this.owner = owner;
    }

    /** Ids of the connections that have read a key, ascending. */
    private static final class Readers {
        private final byte[] key;
        private long[] ids = new long[1];
        private int count;
        /** When one of them was last answered, or has asked. */
        private long readNanos;

        Readers(byte[] key) {
            this.key = key;
        }

        /** False if it is there already. */
        boolean add(long id) {
            int at = Arrays.binarySearch(ids, 0, count, id);
            if (at >= 0) {
                return false;
            }
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, count * 2);
            }
            System.arraycopy(ids, -at - 1, ids, -at, count + at + 1);
            ids[-at - 1] = id;
            count++;
            return true;
        }
    }

    /** A prefix, who wants to hear of it, and what has changed since it was last sent, by the origin of the first change. */
    private record Broadcast(Set<Tracker> members, TreeMap<byte[], Long> changed) {
        Broadcast() {
            this(new LinkedHashSet<>(), new TreeMap<>(Arrays::compareUnsigned));
        }
    }

    /** Another process: of which prefixes its clients want to hear, and what it is to be told, all of one origin. */
    private static final class Front {
        private final Tracker link;
        private final List<byte[]> prefixes;
        private List<byte[]> changed = new ArrayList<>();
        private long origin;

        Front(Tracker link, List<byte[]> prefixes) {
            this.link = link;
            this.prefixes = prefixes;
        }

        boolean wants(byte[] key) {
            for (byte[] prefix : prefixes) {
                if (begins(key, prefix)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean begins(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    // -- who tracks ---------------------------------------------------------------------------------------------

    /** The client tracks from now on: what {@link #wantReads} or {@link #broadcast} say. */
    public void add(Tracker tracker) {
        if (trackers.put(tracker.id(), tracker) == null) {
            owner.countClients(1);
        }
    }

    /** What the client reads will be remembered. */
    public void wantReads() {
        owner.want(new byte[0]);
    }

    /** Takes {@link #wantReads} back. */
    public void unwantReads() {
        owner.unwant(new byte[0]);
    }

    /** The client wants to hear of all keys with a prefix. */
    public void broadcast(Tracker tracker, byte[] prefix) {
        broadcasts.computeIfAbsent(prefix, _ -> new Broadcast()).members.add(tracker);
        prefixes = broadcasts.size();
        owner.want(prefix);
    }

    /** Takes {@link #broadcast} back. */
    public void unbroadcast(Tracker tracker, byte[] prefix) {
        Broadcast of = broadcasts.get(prefix);
        if (of != null && of.members.remove(tracker)) {
            if (of.members.isEmpty()) {
                broadcasts.remove(prefix);
                prefixes = broadcasts.size();
            }
            owner.unwant(prefix);
        }
    }

    /** Takes {@link #add} back. What it has read may stay in the table until it changes, or nobody tracks any more. */
    public void remove(Tracker tracker) {
        if (trackers.remove(tracker.id()) != null) {
            owner.countClients(-1);
        }
        if (trackers.isEmpty()) {
            forgetReaders();
        }
        told.remove(tracker);
    }

    /** The process behind a link wants to hear of keys with these prefixes from now on; none: of nothing. */
    public void front(Tracker link, List<byte[]> wanted) {
        // What it was to be told under its former prefixes.
        fronts.stream().filter(front -> front.link.id() == link.id()).forEach(this::tell);
        List<Front> now = new ArrayList<>(fronts);
        if (now.removeIf(front -> front.link.id() == link.id())) {
            owner.countFronts(-1);
        }
        if (!wanted.isEmpty()) {
            now.add(new Front(link, wanted));
            owner.countFronts(1);
        }
        fronts = now;
    }

    /** The client has asked for the value of a key: it is told of the next change. */
    public void remember(Tracker tracker, byte[] key) {
        add(tracker, key);
        while (owner.isFull(readers.size())) {
            invalidate(readers.firstEntry().getValue().key, 0, Long.MAX_VALUE);
        }
    }

    private void add(Tracker tracker, byte[] key) {
        ByteBuffer name = ByteBuffer.wrap(key);
        Readers of = readers.get(name);
        if (of == null) {
            of = new Readers(key);
            readers.put(name, of);
            owner.count(1, 0);
        }
        of.readNanos = System.nanoTime();
        if (of.add(tracker.id())) {
            owner.count(0, 1);
        }
    }

    /**
     * The client gets the value of a key that it has asked for.
     *
     * @param told of changes meanwhile, which may be from before the value: then it must hear of the next one too
     */
    public void answered(Tracker tracker, byte[] key, boolean told) {
        if (readers.containsKey(ByteBuffer.wrap(key)) || told && !owner.isFull(readers.size() + 1L)) {
            add(tracker, key);
        }
    }

    int prefixes() {
        return prefixes;
    }

    // -- what changes -------------------------------------------------------------------------------------------

    /**
     * @param sinceNanos when the change was at the earliest: who has read after that may have read what it made, and hears
     *     of the next change too; Long.MAX_VALUE: it was after everything that was read
     */
    void changed(List<byte[]> keys, long origin, long sinceNanos, boolean alsoFronts) {
        for (byte[] key : keys) {
            if (!readers.isEmpty()) {
                invalidate(key, origin, sinceNanos);
            }
            broadcasts.forEach((prefix, broadcast) -> {
                if (begins(key, prefix)) {
                    broadcast.changed.putIfAbsent(key, origin);
                    scheduleSend();
                }
            });
            if (alsoFronts && !fronts.isEmpty()) {
                fronts.forEach(front -> note(front, key, origin));
                scheduleSend();
            }
        }
    }

    private void invalidate(byte[] key, long origin, long sinceNanos) {
        Readers of = readers.get(ByteBuffer.wrap(key));
        if (of == null) {
            return;
        }
        if (sinceNanos == Long.MAX_VALUE || sinceNanos - of.readNanos > 0) {
            readers.remove(ByteBuffer.wrap(key));
            owner.count(-1, -of.count);
        }
        tell(of, origin);
    }

    private void tell(Readers of, long origin) {
        for (int i = 0; i < of.count; i++) {
            Tracker tracker = trackers.get(of.ids[i]);
            if (tracker != null && tracker.remembers() && !tracker.ignores(origin)) {
                tracker.invalid(List.of(of.key), origin);
                told.add(tracker);
            }
        }
    }

    private void note(Front front, byte[] key, long origin) {
        if (!front.wants(key)) {
            return;
        }
        if (front.origin != origin) {
            tell(front);
            front.origin = origin;
        }
        front.changed.add(key);
    }

    private void tell(Front front) {
        if (!front.changed.isEmpty()) {
            owner.sentToFronts(front.changed.size());
            front.link.invalid(front.changed, front.origin);
            told.add(front.link);
            front.changed = new ArrayList<>();
        }
    }

    /**
     * Tells every reader each key that it has read, one by one: some clients (Lettuce) understand only that, and what comes
     * of a change of leader is not theirs to expect. They stay in the table: what they read just now may be put away late.
     */
    void mayHaveMissed(boolean alsoFronts) {
        List.copyOf(readers.values()).forEach(of -> tell(of, 0));
        tellAll(alsoFronts);
    }

    void allChanged(boolean alsoFronts) {
        forgetReaders();
        tellAll(alsoFronts);
    }

    private void tellAll(boolean alsoFronts) {
        broadcasts.values().forEach(broadcast -> broadcast.changed.clear());
        for (Tracker tracker : List.copyOf(trackers.values())) {
            tracker.allInvalid();
            told.add(tracker);
        }
        if (alsoFronts) {
            for (Front front : fronts) {
                front.link.allInvalid();
                told.add(front.link);
            }
        }
    }

    private void forgetReaders() {
        long items = 0;
        for (Readers of : readers.values()) {
            items += of.count;
        }
        owner.count(-readers.size(), -items);
        readers.clear();
    }

    /** Whoever does not send at once does so at the end of the turn. */
    private void scheduleSend() {
        if (!sendScheduled) {
            sendScheduled = true;
            loop.execute(() -> {
                sendScheduled = false;
                send();
            });
        }
    }

    /** Tells what was collected; all that was told leaves. */
    void send() {
        List.copyOf(broadcasts.values()).forEach(this::tellMembers);
        fronts.forEach(this::tell);
        if (!told.isEmpty()) {
            List<Tracker> all = List.copyOf(told);
            told.clear();
            all.forEach(Tracker::send);
        }
    }

    private void tellMembers(Broadcast broadcast) {
        if (broadcast.changed.isEmpty()) {
            return;
        }
        List<byte[]> all = List.copyOf(broadcast.changed.keySet());
        for (Tracker tracker : List.copyOf(broadcast.members)) {
            List<byte[]> others = all;
            if (broadcast.changed.values().stream().anyMatch(tracker::ignores)) {
                others = all.stream().filter(key -> !tracker.ignores(broadcast.changed.getOrDefault(key, 0L))).toList();
            }
            if (!others.isEmpty()) {
                tracker.invalid(others, 0);
                told.add(tracker);
            }
        }
        broadcast.changed.clear();
    }
}
