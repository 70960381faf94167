package dev.balsa.raft.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.util.Endpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ConfirmationTest {
    private static final Endpoint A = new Endpoint("a", 1);
    private static final Endpoint B = new Endpoint("b", 1);
    private static final Endpoint C = new Endpoint("c", 1);
    private static final Endpoint D = new Endpoint("d", 1);

    /** A round whose messages go nowhere until the test answers them. */
    private static final class Round extends Confirmation {
        final List<Endpoint> asked = new ArrayList<>();
        final List<InvokeCallback> answers = new ArrayList<>();
        final Set<Endpoint> unreachable = new HashSet<>();
        String end = "";

        Round(List<Endpoint> others, int first, int missing) {
            super(others, first, missing);
        }

        void answer(Endpoint by, boolean yes) {
            answers.get(asked.indexOf(by)).complete(yes, null);
        }

        @Override
        void send(Endpoint endpoint, InvokeCallback answer) throws RemotingException {
            if (unreachable.contains(endpoint)) {
                throw new RemotingException("unreachable");
            }
            asked.add(endpoint);
            answers.add(answer);
        }

        @Override
        void confirmed(Endpoint last) {
            end += "confirmed by " + last.getIp();
        }

        @Override
        void hopeless() {
            end += "hopeless";
        }
    }

    @Test
    void of_three_members_the_preferred_one_is_asked_and_enough() {
        var round = new Round(List.of(A, B), 1, 1);
        round.start();
        assertThat(round.asked).containsExactly(B);
        round.answer(B, true);
        assertThat(round.end).isEqualTo("confirmed by b");
    }

    @Test
    void who_says_no_does_not_count_and_the_others_are_asked() {
        var round = new Round(List.of(A, B), 0, 1);
        round.start();
        round.answer(A, false);
        assertThat(round.asked).containsExactly(A, B);
        assertThat(round.end).isEmpty();
        round.answer(B, false);
        assertThat(round.end).isEqualTo("hopeless");
    }

    @Test
    void who_cannot_be_reached_is_replaced_by_the_next() {
        var round = new Round(List.of(A, B), 0, 1);
        round.unreachable.add(A);
        round.start();
        assertThat(round.asked).containsExactly(B);
        round.answers.getFirst().complete(null, new RemotingException("late"));
        assertThat(round.end).isEqualTo("hopeless");
    }

    @Test
    void a_round_that_reaches_nobody_is_hopeless_at_once() {
        var round = new Round(List.of(A, B), 0, 1);
        round.unreachable.addAll(List.of(A, B));
        round.start();
        assertThat(round.end).isEqualTo("hopeless");
    }

    @Test
    void of_five_members_two_others_have_to_say_yes_and_nobody_counts_twice() {
        var round = new Round(List.of(A, B, C, D), 3, 2);
        round.start();
        assertThat(round.asked).containsExactly(D, A);
        round.answer(D, true);
        assertThat(round.end).isEmpty();
        round.askOthers();
        round.askOthers();
        assertThat(round.asked).containsExactly(D, A, B, C);
        round.answer(C, true);
        round.answer(A, true);
        round.answer(B, false);
        assertThat(round.end).isEqualTo("confirmed by c");
    }

    @Test
    void a_round_is_hopeless_as_soon_as_too_few_are_left() {
        var round = new Round(List.of(A, B, C, D), 0, 2);
        round.start();
        round.answer(A, true);
        round.answer(B, false);
        round.answer(C, false);
        assertThat(round.end).isEmpty();
        round.answer(D, false);
        assertThat(round.end).isEqualTo("hopeless");
    }
}
