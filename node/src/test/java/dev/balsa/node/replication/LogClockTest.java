package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogClockTest {
    private long wallMillis = 1_000;
    private final LogClock clock = new LogClock(() -> wallMillis);

    @Test
    void time_does_not_go_back() {
        assertThat(clock.nowMillis()).isEqualTo(1_000);
        wallMillis = 900;
        assertThat(clock.nowMillis()).isEqualTo(1_000);
        clock.applied(1_100);
        assertThat(clock.nowMillis()).isEqualTo(1_100);
    }

    @Test
    void the_recent_time_is_at_most_a_tenth_of_a_millisecond_old() {
        assertThat(clock.recentMillis(-5_000)).as("read for the first time").isEqualTo(1_000);
        wallMillis = 1_001;
        assertThat(clock.recentMillis(94_999)).isEqualTo(1_000);
        assertThat(clock.recentMillis(95_000)).isEqualTo(1_001);
        clock.applied(1_005);
        assertThat(clock.recentMillis(95_001)).as("never before what was applied").isEqualTo(1_005);
    }
}
