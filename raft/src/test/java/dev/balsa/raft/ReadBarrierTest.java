package dev.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ReadBarrierTest {
    private final List<RaftGroup.ReadDone> rounds = new ArrayList<>();
    private final RaftGroup group = (RaftGroup) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {RaftGroup.class}, (proxy, method, arguments) -> {
                rounds.add((RaftGroup.ReadDone) arguments[0]);
                return null;
            });

    private static final class Read implements RaftGroup.ReadDone {
        int ends;
        long index;
        @Nullable RaftFailure failure;

        @Override
        public void ready(long at) {
            ends++;
            index = at;
        }

        @Override
        public void failed(RaftFailure why) {
            ends++;
            failure = why;
        }
    }

    @Test
    void a_read_that_comes_while_a_round_is_out_waits_for_the_next() {
        var barrier = new ReadBarrier(group, 10);
        var first = new Read();
        var second = new Read();
        var third = new Read();
        barrier.await(first);
        barrier.await(second);
        barrier.await(third);
        assertThat(rounds).hasSize(1);
        rounds.getFirst().ready(5);
        assertThat(first.index).isEqualTo(5);
        assertThat(second.ends).isZero();
        assertThat(rounds).hasSize(2);
        rounds.getLast().ready(9);
        assertThat(second.index).isEqualTo(9);
        assertThat(third.index).isEqualTo(9);
        assertThat(rounds).hasSize(2);
    }

    @Test
    void a_round_that_fails_fails_its_own_reads_only() {
        var barrier = new ReadBarrier(group, 10);
        var first = new Read();
        var second = new Read();
        barrier.await(first);
        barrier.await(second);
        rounds.getFirst().failed(new RaftFailure.NotLeader("a:1"));
        assertThat(first.failure).isEqualTo(new RaftFailure.NotLeader("a:1"));
        assertThat(second.ends).isZero();
        rounds.getLast().ready(1);
        assertThat(second.failure).isNull();
        assertThat(first.ends).isEqualTo(1);
    }

    @Test
    void one_read_too_many_is_refused() {
        var barrier = new ReadBarrier(group, 1);
        var riding = new Read();
        var waiting = new Read();
        var refused = new Read();
        barrier.await(riding);
        barrier.await(waiting);
        barrier.await(refused);
        assertThat(refused.failure).isInstanceOf(RaftFailure.Busy.class);
        assertThat(riding.ends + waiting.ends).isZero();
    }
}
