package dev.balsa.node.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {
    @Test
    void percentiles_are_at_most_an_eighth_too_high() {
        LatencyBuckets buckets = new LatencyBuckets();
        for (int i = 1; i <= 100_000; i++) {
            buckets.record(i * 10L);
        }
        assertThat(buckets.count()).isEqualTo(100_000);
        assertThat((double) buckets.percentile(0.5)).isGreaterThanOrEqualTo(500_000)
                .isCloseTo(500_000, Percentage.withPercentage(12.5));
        assertThat((double) buckets.percentile(0.99)).isGreaterThanOrEqualTo(990_000)
                .isCloseTo(990_000, Percentage.withPercentage(12.5));
    }

    @Test
    void nothing_recorded_is_zero_and_the_longest_is_counted_in_the_last_bucket() {
        LatencyBuckets buckets = new LatencyBuckets();
        assertThat(buckets.percentile(0.5)).isZero();
        buckets.record(Long.MAX_VALUE);
        buckets.record(0);
        assertThat(buckets.count()).isEqualTo(2);
        assertThat(buckets.atMost(0)).isEqualTo(1);
    }
}
