package dev.balsa.node.replication;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known of a group's snapshots, for INFO, LASTSAVE and BGSAVE. Thread-safe by its lock. */
public final class SavedState {
    private long lastMillis = System.currentTimeMillis();
    private boolean lastOk = true;
    private long lastTookMillis = -1;
    private long runningSinceMillis;
    private long writesAtLast;
    private long count;
    private @Nullable CompletableFuture<Void> running;

    /**
     * @param lastMillis when the newest was finished, milliseconds since 1970; the start of the process if there is none
     * @param lastTookMillis -1 = none yet
     * @param runningSinceMillis when the one being written was begun, 0 = none is
     * @param writesAtLast commands applied when the newest was begun
     * @param count written by this process
     */
    public record View(long lastMillis, boolean lastOk, long lastTookMillis, long runningSinceMillis, long writesAtLast,
            long count) {}

    public synchronized View view() {
        return new View(lastMillis, lastOk, lastTookMillis, runningSinceMillis, writesAtLast, count);
    }

    /** The snapshot that runs, or a new one. */
    synchronized CompletableFuture<Void> joinOrStart(Supplier<CompletableFuture<Void>> start) {
        CompletableFuture<Void> now = running;
        if (now != null) {
            return now;
        }
        CompletableFuture<Void> started = start.get();
        running = started.isDone() ? null : started;
        CompletableFuture<Void> unused = started.whenComplete((done, failure) -> ended());
        return started;
    }

    private synchronized void ended() {
        running = null;
    }

    synchronized void writing(long nowMillis, long writes) {
        runningSinceMillis = nowMillis;
        writesAtLast = writes;
    }

    synchronized void written(long nowMillis, boolean ok) {
        lastTookMillis = nowMillis - runningSinceMillis;
        runningSinceMillis = 0;
        lastOk = ok;
        if (ok) {
            lastMillis = nowMillis;
            count++;
        }
    }
}
