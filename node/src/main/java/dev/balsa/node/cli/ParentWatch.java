package dev.balsa.node.cli;

import java.io.IOException;

/**
 * Ends this process when the one that started it is gone, however that ended: the parent holds the other end of
 * standard input, and
 * the system closes it. Stateless; one daemon thread.
 */
final class ParentWatch {
    /** A process that cannot stop in an orderly way within this time is stopped all the same. */
    private static final long STOP_MAX_MILLIS = 5_000;

    private ParentWatch() {}

    static void start() {
        Thread.ofPlatform().daemon().name("parent-watch").start(ParentWatch::watch);
    }

    private static void watch() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever said; only the end counts.
            }
        } catch (IOException e) {
            // A broken pipe is an end, too.
        }
        Thread.ofPlatform().daemon().name("last-resort").start(() -> {
            try {
                Thread.sleep(STOP_MAX_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(1);
        });
        System.exit(0);
    }
}
