package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.Router;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections of an event loop share: buffers, pooled requests, the turn's flush, counters. Owned by the
 * loop.
 */
final class LoopState {
    private static final Logger log = LoggerFactory.getLogger(LoopState.class);
    private static final int SCRATCH_BYTES = 64 << 10;
    private static final int POOLED_REQUESTS_MAX = 16_384;
    private static final int WRITER_KEPT_BYTES = 64 << 10;
    private static final int SWEEP_MILLIS = 500;
    /** Cutting connections with less would not help. */
    private static final int CUT_MIN_BYTES = 64 << 10;

    private final EventLoop loop;
    private final Router plain;
    private final Router cluster;
    private final LoopStats stats = new LoopStats();
    private final KnownScripts scripts;
    private final ArrayDeque<Pending> pool = new ArrayDeque<>();
    private final ArrayList<Connection> connections = new ArrayList<>();
    private final Args args = new Args();
    private final Runnable endOfTurn = this::endTurn;

    private byte[] scratch = new byte[SCRATCH_BYTES];
    private RespWriter writer = new RespWriter(1024);
    private ArrayList<Connection> dirty = new ArrayList<>();
    private ArrayList<Connection> ending = new ArrayList<>();
    private boolean turnScheduled;
    private long turnNanos;
    private long readNanos;

    LoopState(EventLoop loop, Front front) {
        this.loop = loop;
        this.plain = front.newRouter(Mode.PLAIN);
        this.cluster = front.newRouter(Mode.CLUSTER);
        this.scripts = new KnownScripts(front);
        var _ = loop.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    EventLoop loop() {
        return loop;
    }

    Router router(Mode mode) {
        return mode == Mode.PLAIN ? plain : cluster;
    }

    LoopStats stats() {
        return stats;
    }

    KnownScripts scripts() {
        return scripts;
    }

    /** An array of at least {@code bytes}; its content is anyone's after the caller returns to the loop. */
    byte[] scratch(int bytes) {
        if (bytes > scratch.length) {
            scratch = new byte[bytes];
        }
        return scratch;
    }

    /** The arguments of the request in execution. */
    Args args() {
        return args;
    }

    /** For one reply of the front's own. */
    RespWriter writer(int protocol) {
        if (writer.array().length > WRITER_KEPT_BYTES) {
            writer = new RespWriter(1024);
        }
        writer.reset();
        return writer.protocol(protocol);
    }

    Pending take() {
        Pending pending = pool.pollLast();
        return pending == null ? new Pending() : pending;
    }

    void recycle(Pending pending) {
        pending.release();
        if (pool.size() < POOLED_REQUESTS_MAX) {
            pool.addLast(pending);
        }
    }

    /** The time at the beginning of this turn; reading the clock once a turn is precise enough for statistics. */
    long turnNanos() {
        if (turnNanos == 0) {
            turnNanos = System.nanoTime();
            scheduleEnd();
        }
        return turnNanos;
    }

    /** A connection begins with the commands that have arrived. */
    void commandsBegin() {
        readNanos = turnNanos == 0 ? turnNanos() : System.nanoTime();
    }

    /** What the clock said then; 0 unless commands that have arrived are begun with. */
    long readNanos() {
        return readNanos;
    }

    void commandsEnd() {
        readNanos = 0;
    }

    /** Has {@link Connection#endTurn} called at the end of this turn of the loop. */
    void dirty(Connection connection) {
        dirty.add(connection);
        scheduleEnd();
    }

    private void scheduleEnd() {
        if (!turnScheduled) {
            turnScheduled = true;
            loop.execute(endOfTurn);
        }
    }

    private void endTurn() {
        turnScheduled = false;
        turnNanos = 0;
        ArrayList<Connection> now = dirty;
        dirty = ending;
        ending = now;
        for (int i = 0; i < now.size(); i++) {
            Connection connection = now.get(i);
            try {
                connection.endTurn();
            } catch (RuntimeException e) {
                // The others' replies must go out all the same.
                log.error("client {} is closed because of a bug", connection.peer(), e);
                connection.kill();
            }
        }
        now.clear();
    }

    void opened(Connection connection) {
        connection.placeInLoop(connections.size());
        connections.add(connection);
    }

    void closed(Connection connection) {
        Connection last = connections.removeLast();
        if (last != connection) {
            connections.set(connection.placeInLoop(), last);
            last.placeInLoop(connection.placeInLoop());
        }
    }

    /** Cuts connections, the one with most unread replies first, until those of the process fit into their memory. */
    void cutLargest(ReplyMemory memory) {
        while (memory.isExceeded()) {
            Connection largest = null;
            for (int i = 0; i < connections.size(); i++) {
                Connection connection = connections.get(i);
                if (largest == null || connection.flow().bookedBytes() > largest.flow().bookedBytes()) {
                    largest = connection;
                }
            }
            if (largest == null || largest.flow().bookedBytes() < CUT_MIN_BYTES) {
                return;
            }
            largest.flow().cut(memory.bytes() + " bytes of replies wait in this process, most of all for this client");
        }
    }

    /** Closes connections, the largest first, until those of the process fit into {@code maxmemory-clients}. */
    void evictLargest(ClientMemory memory) {
        while (memory.isExceeded()) {
            Connection largest = null;
            for (int i = 0; i < connections.size(); i++) {
                Connection connection = connections.get(i);
                boolean larger = largest == null || connection.bookedBytes() > largest.bookedBytes();
                if (larger && !connection.closed() && connection.mayBeEvicted()) {
                    largest = connection;
                }
            }
            if (largest == null) {
                return;
            }
            log.info("client {} is closed: all clients take {} bytes, more than maxmemory-clients, and this one most",
                    largest.peer(), memory.bytes());
            stats.connectionsEvicted++;
            largest.evict();
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        for (int i = connections.size() - 1; i >= 0; i--) {
            connections.get(i).sweep(now);
        }
    }
}
