package dev.balsa.proxy.front;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all client connections of this process take, and whether that is more than {@code maxmemory-clients}. Each
 * connection books its part. Thread-safe.
 */
final class ClientMemory {
    private final FrontSettings settings;
    private final AtomicLong bytes = new AtomicLong();

    ClientMemory(FrontSettings settings) {
        this.settings = settings;
    }

    void add(long delta) {
        bytes.addAndGet(delta);
    }

    long bytes() {
        return bytes.get();
    }

    boolean isExceeded() {
        long max = settings.clientsMaxBytes();
        return max > 0 && bytes.get() > max;
    }
}
