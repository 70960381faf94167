package dev.balsa.node.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proto.resp.Args;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowLogTest {
    private final SlowLog log = new SlowLog(() -> 1_700_000_000_000L,
            id -> new NodeState.Client("127.0.0.1:5000", "me"));

    @Test
    void only_what_takes_as_long_as_the_threshold_is_slow() {
        log.thresholdMicros(100);
        assertThat(log.isSlow(99_999)).isFalse();
        assertThat(log.isSlow(100_000)).isTrue();
        log.thresholdMicros(0);
        assertThat(log.isSlow(0)).isTrue();
        log.thresholdMicros(-1);
        assertThat(log.isSlow(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void the_newest_come_first_and_the_oldest_are_dropped() {
        log.lengthMax(2);
        for (String key : List.of("a", "b", "c")) {
            log.record(7, Args.of("GET", key), 1);
        }
        assertThat(log.length()).isEqualTo(2);
        assertThat(log.newest(-1)).extracting(SlowLog.Entry::id).containsExactly(2L, 1L);
        assertThat(log.newest(1)).hasSize(1);
        assertThat(log.newest(1).getFirst().address()).isEqualTo("127.0.0.1:5000");
        log.clear();
        assertThat(log.newest(-1)).isEmpty();
    }

    @Test
    void long_and_many_arguments_are_cut_as_redis_cuts_them() {
        List<String> words = new ArrayList<>(List.of("MSET", "k".repeat(200)));
        for (int i = 0; i < 40; i++) {
            words.add("v" + i);
        }
        log.record(7, Args.of(words.toArray(String[]::new)), 1);
        List<byte[]> kept = log.newest(1).getFirst().arguments();
        assertThat(kept).hasSize(32);
        assertThat(text(kept.get(1))).isEqualTo("k".repeat(128) + "... (72 more bytes)");
        assertThat(text(kept.getLast())).isEqualTo("... (11 more arguments)");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
