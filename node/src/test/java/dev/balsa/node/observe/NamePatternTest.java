package dev.balsa.node.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamePatternTest {
    @Test
    void a_pattern_fits_the_whole_name_whatever_the_case() {
        assertThat(NamePattern.matches("max*", "maxmemory")).isTrue();
        assertThat(NamePattern.matches("*ory", "maxmemory")).isTrue();
        assertThat(NamePattern.matches("MAX?em*", "maxmemory")).isTrue();
        assertThat(NamePattern.matches("max", "maxmemory")).isFalse();
        assertThat(NamePattern.matches("*", "")).isTrue();
        assertThat(NamePattern.matches("h[zy]", "hz")).isTrue();
        assertThat(NamePattern.matches("h[^z]", "hz")).isFalse();
        assertThat(NamePattern.matches("h[a-z]", "hz")).isTrue();
        assertThat(NamePattern.matches("a\\*", "a*")).isTrue();
        assertThat(NamePattern.matches("a\\*", "ab")).isFalse();
    }

    @Test
    void many_stars_take_no_longer_than_pattern_times_text() {
        assertThat(NamePattern.matches("*a".repeat(50) + "b", "a".repeat(20_000))).isFalse();
    }
}
