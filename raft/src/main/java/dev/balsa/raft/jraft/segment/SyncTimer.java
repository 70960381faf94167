package dev.balsa.raft.jraft.segment;

import dev.balsa.raft.segment.SegmentLog;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Syncs a log in an interval, for groups that do not sync each batch. One daemon thread, only while such a group runs.
 */
final class SyncTimer {
    private static final Logger LOG = LoggerFactory.getLogger(SyncTimer.class);

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    private SyncTimer(SegmentLog log, long intervalMillis) {
        thread = Thread.ofPlatform().daemon().name("balsa-log-sync").unstarted(() -> run(log, intervalMillis));
    }

    static SyncTimer start(SegmentLog log, long intervalMillis) {
        SyncTimer timer = new SyncTimer(log, intervalMillis);
        timer.thread.start();
        return timer;
    }

    private void run(SegmentLog log, long intervalMillis) {
        try {
            while (!stopped.await(intervalMillis, TimeUnit.MILLISECONDS)) {
                log.sync();
            }
        } catch (IOException e) {
            // The log takes no more after this: the next append tells JRaft.
            LOG.error("A log could not be synced", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() {
        stopped.countDown();
    }
}
