package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PulseTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private int beats;
    private long again = Pulse.NEVER;
    private final Pulse pulse = new Pulse(channel.eventLoop(), () -> {
        beats++;
        return again;
    });

    PulseTest() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        var _ = channel.close();
    }

    @Test
    void many_changes_make_one_beat_and_then_there_is_silence() {
        for (int i = 0; i < 100; i++) {
            pulse.changed();
        }
        pass(99);
        assertThat(beats).isZero();
        pass(1);
        assertThat(beats).isOne();
        pass(1_000_000);
        assertThat(beats).isOne();
    }

    @Test
    void a_beat_comes_again_when_it_asked_for_one() {
        again = 5_000;
        pulse.changed();
        pass(100);
        pass(4_999);
        assertThat(beats).isOne();
        pass(1);
        assertThat(beats).isEqualTo(2);
    }

    @Test
    void a_beat_that_is_due_already_comes_after_the_shortest_wait() {
        again = 0;
        pulse.changed();
        pass(100);
        pass(99);
        assertThat(beats).isOne();
        pass(1);
        assertThat(beats).isEqualTo(2);
    }

    @Test
    void a_change_does_not_wait_for_what_was_asked_for() {
        again = 5_000;
        pulse.changed();
        pass(100);
        pulse.changed();
        pass(100);
        assertThat(beats).isEqualTo(2);
        pass(4_900);
        assertThat(beats).isEqualTo(2);
    }

    @Test
    void nothing_beats_after_the_close() {
        pulse.changed();
        pulse.close();
        pulse.changed();
        pass(1_000);
        assertThat(beats).isZero();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }
}
