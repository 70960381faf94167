package dev.balsa.node.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LatencyEventsTest {
    private static final long MILLI = 1_000_000;

    private long wallMillis = 1_700_000_000_000L;
    private final LatencyEvents events = new LatencyEvents(() -> wallMillis);

    @Test
    void without_a_threshold_nothing_is_kept() {
        events.took("command", 3_600_000 * MILLI);
        assertThat(events.all()).isEmpty();
    }

    @Test
    void the_worst_of_a_second_is_kept_and_what_is_below_the_threshold_is_not() {
        events.thresholdMillis(10);
        for (long millis : new long[] {12, 30, 9, 20}) {
            events.took("command", millis * MILLI);
        }
        wallMillis += 1000;
        events.took("command", 11 * MILLI);
        LatencyEvents.History history = Objects.requireNonNull(events.history("command"));
        assertThat(history.samples())
                .containsExactly(
                        new LatencyEvents.Sample(1_700_000_000, 30), new LatencyEvents.Sample(1_700_000_001, 11));
        assertThat(history.maxMillis()).isEqualTo(30);
    }

    @Test
    void the_oldest_of_160_samples_goes_and_the_worst_is_remembered() {
        events.thresholdMillis(1);
        events.took("command", 500 * MILLI);
        for (int i = 0; i < 200; i++) {
            wallMillis += 1000;
            events.took("command", 2 * MILLI);
        }
        LatencyEvents.History history = Objects.requireNonNull(events.history("command"));
        assertThat(history.samples()).hasSize(160).allMatch(sample -> sample.millis() == 2);
        assertThat(history.maxMillis()).isEqualTo(500);
        assertThat(events.reset(List.of("nosuch"))).isZero();
        assertThat(events.reset(List.of())).isEqualTo(1);
        assertThat(events.all()).isEmpty();
    }

    /** As redis-server draws it. */
    @Test
    void bars_grow_in_thirds_of_a_character() {
        List<Sparkline.Bar> bars = List.of(
                new Sparkline.Bar(10, "9s"), new Sparkline.Bar(20, "1m"), new Sparkline.Bar(50, "0s"));
        assertThat(Sparkline.of(bars).lines())
                .containsExactly("  #", "  |", " _|", "_||", "   ", "910", "sms");
    }
}
