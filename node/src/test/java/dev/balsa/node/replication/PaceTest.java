package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final long ROUND = 50_000;

    private final Pace pace = new Pace(1_000_000);
    private long now = 5;

    private void over(int answered, int waiting) {
        now += ROUND;
        pace.over(answered, waiting, ROUND, now);
    }

    private void start(int reads) {
        assertThat(pace.mayStart(reads, now)).isTrue();
        pace.started(reads);
    }

    @Test
    void a_single_connection_never_waits() {
        for (int i = 0; i < 10; i++) {
            start(1);
            over(1, 0);
        }
    }

    @Test
    void two_halves_that_take_turns_become_one() {
        start(25);
        over(25, 25);
        assertThat(pace.mayStart(25, now)).isFalse();
        assertThat(pace.mayStart(43, now)).isFalse();
        start(44);
        over(44, 6);
        assertThat(pace.mayStart(6, now)).isFalse();
        start(50);
    }

    @Test
    void waiting_ends_after_the_time_of_eight_rounds() {
        start(10);
        over(10, 2);
        assertThat(pace.mayStart(2, now)).isFalse();
        assertThat(pace.holdNanos(now)).isEqualTo(8 * ROUND);
        now += 8 * ROUND;
        assertThat(pace.mayStart(2, now)).isTrue();
    }

    @Test
    void waiting_in_vain_is_not_repeated_at_once_and_less_and_less_often() {
        int held = 0;
        for (int i = 0; i < 1_000; i++) {
            if (!pace.mayStart(2, now)) {
                held++;
                now += 9 * ROUND;
            }
            start(2);
            over(20, 0);
        }
        assertThat(held).isBetween(5, 30);
    }

    @Test
    void a_pipeline_never_waits() {
        start(800);
        over(800, 400);
        start(400);
    }
}
