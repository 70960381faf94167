package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogClockTest {
    private long wallMillis = 1_000;
    private long nanos;
    private final LogClock clock = new LogClock(() -> wallMillis, () -> nanos);

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

    @Test
    void while_the_clock_is_behind_time_goes_on_at_half_the_speed() {
        assertThat(clock.nowMillis()).isEqualTo(1_000);
        wallMillis = 400;
        assertThat(clock.nowMillis()).isEqualTo(1_000);
        pass(1);
        assertThat(clock.nowMillis()).isEqualTo(1_000);
        pass(1);
        assertThat(clock.nowMillis()).isEqualTo(1_001);
        pass(98);
        assertThat(clock.nowMillis()).isEqualTo(1_050);
        pass(400);
        assertThat(clock.nowMillis()).isEqualTo(1_250);
        pass(349);
        assertThat(clock.nowMillis()).isEqualTo(1_424);
        pass(400);
        assertThat(clock.nowMillis()).as("1,249 ms after it was set to 400 it has caught up").isEqualTo(1_649);
        pass(10);
        assertThat(clock.nowMillis()).isEqualTo(1_659);
    }

    @Test
    void a_slow_clock_goes_on_from_what_another_leader_has_said() {
        clock.applied(5_000);
        pass(1_000);
        assertThat(clock.nowMillis()).as("what passed before it was asked is not its own").isEqualTo(5_000);
        pass(10);
        assertThat(clock.nowMillis()).isEqualTo(5_005);
        clock.applied(7_000);
        pass(10);
        assertThat(clock.nowMillis()).isEqualTo(7_000);
        pass(10);
        assertThat(clock.nowMillis()).isEqualTo(7_005);
    }

    private void pass(long millis) {
        wallMillis += millis;
        nanos += millis * 1_000_000;
    }
}
