package dev.balsa.node.replication;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Housekeeping that follows what happens: a beat comes a tenth of a second after the first of any number of changes, and again when the beat before
 * has asked for one. Nothing wakes up while nothing happens. Owned by its loop.
 */
final class Pulse {
    /** A beat that waits for never. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long PERIOD_MILLIS = 100;
    /** What is waited for is a wall clock's time, and a wall clock may be set forward meanwhile. */
    private static final long WAIT_MAX_MILLIS = 10_000;

    private final EventLoop loop;
    private final LongSupplier beat;
    private @Nullable Future<?> next;
    private boolean soon;
    private boolean closed;

    /** @param beat what is to be done; returns after how many milliseconds again if nothing changes, or {@link #NEVER} */
    Pulse(EventLoop loop, LongSupplier beat) {
        this.loop = loop;
        this.beat = beat;
    }

    /** Something has changed. Cheap when something had changed before. */
    void changed() {
        if (!soon && !closed) {
            soon = true;
            cancel();
            next = loop.schedule(this::run, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void run() {
        soon = false;
        next = null;
        long millis = beat.getAsLong();
        if (millis != NEVER && !soon && !closed) {
            long wait = Math.clamp(millis, PERIOD_MILLIS, WAIT_MAX_MILLIS);
            next = loop.schedule(this::run, wait, TimeUnit.MILLISECONDS);
        }
    }

    private void cancel() {
        if (next != null) {
            next.cancel(false);
        }
    }

    void close() {
        closed = true;
        cancel();
    }
}
