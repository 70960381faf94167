package dev.balsa.chaos.workload;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Clients that write and remember what was acknowledged: client <i>c</i> alternates {@code SET set:c:n n} and {@code INCR count:c}. A connection that breaks
 * leaves the outcome of its last write unknown; the client goes on at another node. Thread-safe.
 */
public final class AcknowledgedWrites implements AutoCloseable {
    private static final long RECONNECT_NANOS = 20_000_000;

    private final int clients;
    private final IntFunction<NodeProcess.Ports> target;
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final List<Thread> threads = new ArrayList<>();
    /** The numbers whose SET was acknowledged, by client. */
    private final List<List<Long>> acknowledgedSets = new ArrayList<>();
    private final AtomicLongArray acknowledgedIncrements;
    private final AtomicLongArray unknownIncrements;
    private final AtomicLong lastAcknowledgedNanos = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();

    /** @param target where attempt {@code i} of a client connects to */
    public AcknowledgedWrites(int clients, IntFunction<NodeProcess.Ports> target) {
        this.clients = clients;
        this.target = target;
        this.acknowledgedIncrements = new AtomicLongArray(clients);
        this.unknownIncrements = new AtomicLongArray(clients);
        for (int c = 0; c < clients; c++) {
            acknowledgedSets.add(new ArrayList<>());
        }
    }

    public void start() {
        for (int c = 0; c < clients; c++) {
            int client = c;
            threads.add(Thread.ofPlatform().daemon().name("client-" + c).start(() -> run(client)));
        }
    }

    /** Writes acknowledged so far, over all clients. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** Error replies (definite: the write did not happen). */
    public long errors() {
        return errors.get();
    }

    /** {@link System#nanoTime} of the newest acknowledgement. */
    public long lastAcknowledgedNanos() {
        return lastAcknowledgedNanos.get();
    }

    private void run(int client) {
        long n = 0;
        for (int attempt = client; running.get(); attempt++) {
            try (RespSocket socket = target.apply(attempt).connect(3_000)) {
                while (running.get()) {
                    n++;
                    set(client, n, socket);
                    increment(client, socket);
                }
            } catch (IOException broken) {
                LockSupport.parkNanos(RECONNECT_NANOS);
            }
        }
    }

    private void set(int client, long n, RespSocket socket) throws IOException {
        if (socket.call("SET", "set:" + client + ":" + n, Long.toString(n)).startsWith("+")) {
            acknowledgedSets.get(client).add(n);
            noteAcknowledged();
        } else {
            errors.incrementAndGet();
        }
    }

    private void increment(int client, RespSocket socket) throws IOException {
        // Unknown until the reply says otherwise.
        unknownIncrements.incrementAndGet(client);
        String reply = socket.call("INCR", "count:" + client);
        unknownIncrements.decrementAndGet(client);
        if (reply.startsWith(":")) {
            acknowledgedIncrements.incrementAndGet(client);
            noteAcknowledged();
        } else {
            errors.incrementAndGet();
        }
    }

    private void noteAcknowledged() {
        acknowledged.incrementAndGet();
        lastAcknowledgedNanos.set(System.nanoTime());
    }

    @Override
    public void close() {
        stop();
    }

    /** Stops the clients and waits for them. */
    public void stop() {
        running.set(false);
        for (Thread thread : threads) {
            joinUninterruptibly(thread);
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while waiting for " + thread.getName(), e);
            }
        }
    }

    /** Reads everything back and returns what is wrong; empty = nothing acknowledged was lost or done twice. */
    public List<String> verify(NodeProcess.Ports node) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (RespSocket socket = node.connect(10_000)) {
            for (int c = 0; c < clients; c++) {
                for (long n : acknowledgedSets.get(c)) {
                    String value = socket.call("GET", "set:" + c + ":" + n);
                    if (!value.equals("$" + n)) {
                        wrong.add("SET set:" + c + ":" + n + " was acknowledged, GET says " + value);
                    }
                }
                String reply = socket.call("GET", "count:" + c);
                long count = reply.equals("$-1") ? 0 : Long.parseLong(reply.substring(1));
                long least = acknowledgedIncrements.get(c);
                long most = least + unknownIncrements.get(c);
                if (count < least || count > most) {
                    wrong.add("INCR count:" + c + " was acknowledged " + least + " times, unknown " + unknownIncrements.get(c)
                            + ", the count is " + count);
                }
            }
        }
        return wrong;
    }
}
