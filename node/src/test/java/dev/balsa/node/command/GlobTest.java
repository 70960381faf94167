package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.proto.command.Glob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GlobTest {
    private static final int SAMPLES = 20_000;
    private static final String PATTERN_CHARS = "ab*?[]^-\\c\u00ff";
    private static final String TEXT_CHARS = "abc]-\\[\u00ff";

    @Test
    void a_star_matches_any_run_of_bytes_but_no_empty_text() {
        assertThat(matches("a*c", "abbbc")).isTrue();
        assertThat(matches("*", "x")).isTrue();
        assertThat(matches("a*", "a")).isTrue();
        assertThat(matches("*", "")).isFalse();
    }

    @Test
    void the_case_of_pattern_and_text_may_differ_where_it_is_asked_for() {
        assertThat(Glob.matchesInAnyCase("MAX?em*", "maxmemory")).isTrue();
        assertThat(Glob.matchesInAnyCase("h[A-Z]", "HZ")).isTrue();
        assertThat(Glob.matchesInAnyCase("h[^Z]", "hz")).isFalse();
        assertThat(Glob.matchesInAnyCase("max", "maxmemory")).isFalse();
    }

    @Test
    void an_exponential_pattern_ends_soon() {
        String pattern = "a*".repeat(50_000) + "b";
        String text = "a".repeat(100_000);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertThat(matches(pattern, text)).isFalse());
    }

    /**
     * DEBUG STRINGMATCH-LEN only measures time, so the pattern is tried on a key: KEYS for one database with one key.
     */
    @Test
    void random_patterns_match_what_they_match_in_redis() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("GlobTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        try (RedisServer redis = new RedisServer()) {
            for (int i = 0; i < SAMPLES; i += 100) {
                String[] texts = new String[100];
                String[] patterns = new String[100];
                for (int k = 0; k < 100; k++) {
                    texts[k] = text(random, TEXT_CHARS, 6);
                    patterns[k] = text(random, PATTERN_CHARS, 7);
                    redis.send(List.of("FLUSHDB"));
                    redis.send(List.of("SET", texts[k], "1"));
                    redis.send(List.of("KEYS", patterns[k]));
                }
                for (int k = 0; k < 100; k++) {
                    redis.receive();
                    redis.receive();
                    boolean theirs = ((Reply.Elements) redis.receive()).items().size() == 1;
                    boolean everything = patterns[k].equals("*");
                    assertThat(everything || matches(patterns[k], texts[k]))
                            .as("seed %d: %s on %s", seed, Reply.quoted(patterns[k]), Reply.quoted(texts[k]))
                            .isEqualTo(theirs);
                }
            }
        }
    }

    private static String text(Random random, String chars, int max) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(max + 1); n > 0; n--) {
            text.append(chars.charAt(random.nextInt(chars.length())));
        }
        return text.toString();
    }

    private static boolean matches(String pattern, String text) {
        byte[] p = pattern.getBytes(StandardCharsets.ISO_8859_1);
        byte[] t = text.getBytes(StandardCharsets.ISO_8859_1);
        return Glob.matches(p, 0, p.length, t, 0, t.length);
    }
}
