package dev.balsa.proxy.tracking;

import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/*
 * A client of any process must hear that a key has changed that it has read, and the key changes at its group's leader:
 *
 *     write ──► leader ──► its own clients that have read the key
 *                    └───► one link for each process with clients that track ──► those of its clients
 *
 * Who has read what stands in the table of the client's own process and nowhere else, so a read costs its leader nothing.
 * Instead a leader sends each changed key to every process that tracks (only those with the prefixes of its clients, if all
 * of them use BCAST): as much as replication costs anyway, and nothing while no client tracks.
 *
 * Links overtake each other: the invalidation may arrive before the reply that it makes void. So the connection
 * (front/Tracking) writes a key down when the command is sent, and tells the client after the reply. Or it arrives long
 * after a reply that it does not make void, because its change was read; a client that puts the reply away only then keeps
 * it, and must be told of the next change. So a reader is forgotten only by an invalidation that is known to be newer than
 * his reply: the link asks once in a while for a sign of life, and what comes after that is newer than the question.
 * Whatever may have been lost (a link breaks, another node leads) makes all copies void.
 */

/**
 * The clients of a process that keep copies of values. Thread-safe: each event loop owns the table of its connections.
 */
public final class Invalidations {
    private static final byte[] EVERYTHING = {};

    private final ConcurrentHashMap<EventLoop, LoopTable> loops = new ConcurrentHashMap<>();
    /** How many clients of this process want to hear of the keys with a prefix. */
    private final Map<byte[], Integer> prefixes = new TreeMap<>(Arrays::compareUnsigned);
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicInteger listeners = new AtomicInteger();
    private final LongAdder sentToFronts = new LongAdder();
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong items = new AtomicLong();
    private volatile long keysMax = 1_000_000;
    private volatile Source source = Source.NONE;

    /** Who brings the changes of other processes; set before there are clients. */
    public void source(Source from) {
        source = from;
    }

    public Source source() {
        return source;
    }

    /** Keys that may be remembered ({@code tracking-table-max-keys}); 0: any number. */
    public void keysMax(long max) {
        keysMax = max;
    }

    boolean isFull(long remembered) {
        long max = keysMax;
        return max > 0 && remembered > max;
    }

    /** Whether anybody, here or behind a link, wants to hear of changes. */
    public boolean wanted() {
        return listeners.get() > 0;
    }

    // -- who tracks ---------------------------------------------------------------------------------------------

    /** The table of the caller's loop. */
    public LoopTable table(EventLoop loop) {
        return loops.computeIfAbsent(loop, l -> new LoopTable(l, this));
    }

    /** One client more, or fewer. */
    void countClients(int more) {
        clients.addAndGet(more);
        listeners.addAndGet(more);
    }

    /** One link of another process more, or fewer. */
    void countFronts(int more) {
        listeners.addAndGet(more);
    }

    void count(long moreKeys, long moreItems) {
        keys.addAndGet(moreKeys);
        items.addAndGet(moreItems);
    }

    void sentToFronts(int changed) {
        sentToFronts.add(changed);
    }

    /** A client of this process wants to hear of the keys with a prefix; empty: of all. */
    synchronized void want(byte[] prefix) {
        if (prefixes.merge(prefix, 1, Integer::sum) == 1) {
            tellSource();
        }
    }

    /** Takes {@link #want} back. */
    synchronized void unwant(byte[] prefix) {
        if (prefixes.computeIfPresent(prefix, (_, n) -> n == 1 ? null : n - 1) == null) {
            tellSource();
        }
    }

    private void tellSource() {
        source.wanted(prefixes.containsKey(EVERYTHING) ? List.of(EVERYTHING) : List.copyOf(prefixes.keySet()));
    }

    // -- what changes -------------------------------------------------------------------------------------------

    /**
     * Keys have changed in a group that this process leads. What was told before {@link #send} leaves with it.
     *
     * @param origin of the client that has changed them, 0 = nobody who minds
     */
    public void changed(List<byte[]> changed, long origin) {
        onEveryLoop(table -> table.changed(changed, origin, Long.MAX_VALUE, true));
    }

    /** All keys of a group that this process leads have changed. */
    public void allChanged() {
        onEveryLoop(table -> table.allChanged(true));
    }

    /**
     * This process has come to lead a group, so what the last leader has told may be lost; or it leads it no longer, so the
     * next one's changes may go unheard wherever there is no link to that one.
     */
    public void leaderChanged() {
        onEveryLoop(table -> {
            table.mayHaveMissed(true);
            table.send();
        });
    }

    /**
     * Keys have changed in a group that another process leads.
     *
     * @param sinceNanos the changes were not before that
     */
    public void received(List<byte[]> changed, long origin, long sinceNanos) {
        onEveryLoop(table -> {
            table.changed(changed, origin, sinceNanos, false);
            table.send();
        });
    }

    /** Changes in other processes may have gone unheard. */
    public void mayHaveMissed() {
        onEveryLoop(table -> {
            table.mayHaveMissed(false);
            table.send();
        });
    }

    /** What was told is on its way when this returns, as far as the caller's loop has to send it. */
    public void send() {
        onEveryLoop(LoopTable::send);
    }

    private interface Telling {
        void to(LoopTable table);
    }

    private void onEveryLoop(Telling telling) {
        loops.forEach((loop, table) -> {
            if (loop.inEventLoop()) {
                telling.to(table);
            } else {
                loop.execute(() -> telling.to(table));
            }
        });
    }

    // -- figures ------------------------------------------------------------------------------------------------

    /** Clients of this process that track. */
    public int clients() {
        return clients.get();
    }

    /** Keys that a client of this process has read and not been told of since. */
    public long keys() {
        return keys.get();
    }

    /** As {@link #keys}, counted once for each client. */
    public long items() {
        return items.get();
    }

    /** Prefixes of clients that use BCAST. */
    public long prefixes() {
        long sum = 0;
        for (LoopTable table : loops.values()) {
            sum += table.prefixes();
        }
        return sum;
    }

    /** Changed keys sent to other processes since this one began. */
    public long sentToFronts() {
        return sentToFronts.sum();
    }
}
