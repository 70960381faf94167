package dev.balsa.raft.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.core.Scheduler;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AlignedTimersTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());

    @Test
    void jraft_finds_these_timers() {
        assertThat(JRaftUtils.raftTimerFactory()).isInstanceOf(AlignedTimers.class);
    }

    @Test
    void a_timer_is_never_late_and_at_most_a_quarter_early() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            long now = random.nextLong(-1L << 40, 1L << 40);
            long delay = random.nextLong(0, 100_000);
            assertThat(AlignedTimers.aligned(now, delay))
                    .as("seed %d, now %d, delay %d", SEED, now, delay)
                    .isBetween(delay - delay / 4, delay);
        }
    }

    @Test
    void heartbeats_that_begin_at_any_time_soon_leave_together() {
        Random random = new Random(SEED);
        long[] due = new long[20];
        for (int i = 0; i < due.length; i++) {
            due[i] = random.nextLong(1_000);
        }
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < due.length; i++) {
                // The next one is timed when the answer has come.
                long answered = due[i] + random.nextLong(4);
                due[i] = answered + AlignedTimers.aligned(answered, 70 - random.nextLong(2));
            }
        }
        for (long each : due) {
            assertThat(each % 64).as("seed %d", SEED).isZero();
        }
    }

    @Test
    void a_delay_too_short_to_have_slack_stays_as_it_is() {
        assertThat(AlignedTimers.aligned(7, 0)).isZero();
        assertThat(AlignedTimers.aligned(7, -5)).isEqualTo(-5);
        assertThat(AlignedTimers.aligned(7, 3)).isEqualTo(3);
    }

    /** As JRaft would ask for after its clock was set back by an hour. */
    @Test
    void no_timer_lasts_longer_than_jraft_can_mean() {
        AlignedTimers.electionTimeout(1_500);
        Scheduler timers = JRaftUtils.raftTimerFactory().getRaftScheduler(false, 1, "test-timers");
        try {
            ScheduledFuture<?> heartbeat = timers.schedule(() -> {}, 3_600_070, TimeUnit.MILLISECONDS);
            // Other tests of this process may have groups with a longer election timeout.
            assertThat(heartbeat.getDelay(TimeUnit.MILLISECONDS)).isLessThanOrEqualTo(10_000);
        } finally {
            timers.shutdown();
        }
    }
}
