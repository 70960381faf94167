package dev.balsa.chaos.check;

import static dev.balsa.chaos.check.Lines.found;
import static dev.balsa.chaos.check.Lines.history;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.Op;
import dev.balsa.chaos.history.Recorder;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Histories of registers and counters, right and wrong. */
class LinearizabilityTest {
    private static final Checker REGISTER = Linearizability.of(Model.REGISTER);
    private static final Checker COUNTER = Linearizability.of(Model.COUNTER);

    @Test
    void a_read_sees_a_write_that_ended_before_it() {
        assertThat(found(REGISTER, "0 invoke write [1 5]", "0 ok write [1 5]", "1 invoke read [1 nil]",
                "1 ok read [1 5]")).isEmpty();
        assertThat(found(REGISTER, "0 invoke write [1 5]", "0 ok write [1 5]", "1 invoke read [1 nil]",
                "1 ok read [1 nil]")).containsExactly("not linearizable");
    }

    @Test
    void a_read_beside_a_write_sees_either_but_never_the_new_one_first() {
        String[] right = {"0 invoke write [1 5]", "1 invoke read [1 nil]", "1 ok read [1 nil]",
            "1 invoke read [1 nil]", "1 ok read [1 5]", "0 ok write [1 5]"};
        String[] wrong = {"0 invoke write [1 5]", "1 invoke read [1 nil]", "1 ok read [1 5]",
            "1 invoke read [1 nil]", "1 ok read [1 nil]", "0 ok write [1 5]"};
        assertThat(found(REGISTER, right)).isEmpty();
        assertThat(found(REGISTER, wrong)).containsExactly("not linearizable");
    }

    @Test
    void an_unknown_write_may_happen_at_any_time_but_once_only() {
        String[] late = {"0 invoke write [1 5]", "0 info write [1 5]", "1 invoke read [1 nil]", "1 ok read [1 nil]",
            "1 invoke read [1 nil]", "1 ok read [1 5]"};
        String[] twice = {"0 invoke write [1 5]", "0 info write [1 5]", "1 invoke write [1 6]", "1 ok write [1 6]",
            "1 invoke read [1 nil]", "1 ok read [1 5]", "1 invoke write [1 7]", "1 ok write [1 7]",
            "1 invoke read [1 nil]", "1 ok read [1 5]"};
        assertThat(found(REGISTER, late)).isEmpty();
        assertThat(found(REGISTER, twice)).containsExactly("not linearizable");
    }

    @Test
    void a_write_that_failed_is_never_seen() {
        assertThat(found(REGISTER, "0 invoke write [1 5]", "0 fail write [1 5]", "1 invoke read [1 nil]",
                "1 ok read [1 5]")).containsExactly("not linearizable");
    }

    @Test
    void compare_and_set_succeeds_only_on_what_is_there() {
        assertThat(found(REGISTER, "0 invoke write [1 5]", "0 ok write [1 5]", "0 invoke cas [1 [5 6]]",
                "0 ok cas [1 [5 6]]", "1 invoke read [1 nil]", "1 ok read [1 6]")).isEmpty();
        assertThat(found(REGISTER, "0 invoke write [1 5]", "0 ok write [1 5]", "0 invoke cas [1 [4 6]]",
                "0 ok cas [1 [4 6]]")).containsExactly("not linearizable");
    }

    @Test
    void keys_are_judged_one_by_one() {
        assertThat(found(REGISTER, "0 invoke write [1 5]", "0 ok write [1 5]", "1 invoke read [2 nil]",
                "1 ok read [2 nil]")).isEmpty();
    }

    @Test
    void every_sum_of_a_counter_is_returned_once() {
        assertThat(found(COUNTER, "0 invoke add [1 1]", "1 invoke add [1 1]", "1 ok add [1 [1 1]]",
                "0 ok add [1 [1 2]]")).isEmpty();
        assertThat(found(COUNTER, "0 invoke add [1 1]", "1 invoke add [1 1]", "1 ok add [1 [1 1]]",
                "0 ok add [1 [1 1]]")).containsExactly("not linearizable");
    }

    @Test
    void an_add_of_unknown_end_may_be_applied_once_and_not_twice() {
        assertThat(found(COUNTER, "0 invoke add [1 1]", "0 info add [1 1]", "1 invoke add [1 1]",
                "1 ok add [1 [1 2]]")).isEmpty();
        assertThat(found(COUNTER, "0 invoke add [1 1]", "0 info add [1 1]", "1 invoke add [1 1]",
                "1 ok add [1 [1 3]]")).containsExactly("not linearizable");
    }

    @Test
    void the_smallest_part_is_shown() {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            lines.addAll(List.of("0 invoke write [1 " + i + "]", "0 ok write [1 " + i + "]", "1 invoke read [1 nil]",
                    "1 ok read [1 " + i + "]"));
        }
        lines.addAll(List.of("1 invoke read [1 nil]", "1 ok read [1 99]", "1 invoke read [1 nil]",
                "1 ok read [1 100]"));
        Verdict verdict = REGISTER.check(history(lines.toArray(String[]::new)));
        assertThat(verdict.anomalies()).hasSize(1);
        assertThat(verdict.anomalies().getFirst().ops()).hasSize(2);
        assertThat(verdict.anomalies().getFirst().ops().getLast().value()).isEqualTo(Value.of(99));
        assertThat(Timeline.svg(verdict.anomalies().getFirst().ops())).contains("process 1", "read 99", "</svg>");
    }

    @Test
    void what_takes_too_much_memory_is_undecided_and_not_called_right() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            lines.add(i + " invoke write [1 " + i + "]");
        }
        lines.addAll(List.of("20 invoke read [1 nil]", "20 ok read [1 77]"));
        for (int i = 0; i < 12; i++) {
            lines.add(i + " ok write [1 " + i + "]");
        }
        Checker small = new Linearizability(Model.REGISTER, 1_000);
        assertThat(small.check(history(lines.toArray(String[]::new))).outcome())
                .isEqualTo(Verdict.Outcome.UNDECIDED);
        assertThat(found(REGISTER, lines.toArray(String[]::new))).containsExactly("not linearizable");
    }

    @Test
    void long_histories_of_a_real_register_are_right_and_with_one_stale_read_wrong() {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("LinearizabilityTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            History right = simulated(random, false);
            assertThat(REGISTER.check(right).outcome()).isEqualTo(Verdict.Outcome.VALID);
            History wrong = simulated(random, true);
            assertThat(REGISTER.check(wrong).outcome()).isEqualTo(Verdict.Outcome.INVALID);
        }
    }

    /** Five clients of one register; each operation happens at a random moment between its beginning and its end. */
    private static History simulated(Random random, boolean stale) {
        long[] nanos = {0};
        Recorder recorder = new Recorder(() -> nanos[0]++);
        long value = -1;
        // A write with a timeout may happen at any time later: only one that was answered can be read too late.
        long answered = 0;
        int[] process = {0, 1, 2, 3, 4};
        long[] argument = new long[5];
        int[] state = new int[5];
        Value[] result = new Value[5];
        for (int i = 1; i <= 2_000; i++) {
            int client = random.nextInt(5);
            boolean read = client < 3;
            String f = read ? "read" : "write";
            switch (state[client]) {
                case 0 -> {
                    argument[client] = i;
                    result[client] = Value.vector(Value.of(1), read ? Value.nil() : Value.of(i));
                    recorder.invoke(process[client], f, result[client]);
                    state[client] = 1;
                }
                case 1 -> {
                    if (read) {
                        result[client] = Value.vector(Value.of(1), value < 0 ? Value.nil() : Value.of(value));
                    } else {
                        value = argument[client];
                    }
                    state[client] = 2;
                }
                default -> {
                    state[client] = 0;
                    if (!read && random.nextInt(10) == 0) {
                        recorder.info(process[client], f, result[client], "timeout");
                        process[client] += 5;
                    } else {
                        recorder.ok(process[client], f, result[client]);
                        answered = read ? answered : argument[client];
                    }
                }
            }
        }
        if (stale) {
            recorder.invoke(1_000, "write", Value.vector(Value.of(1), Value.of(9_999)));
            recorder.ok(1_000, "write", Value.vector(Value.of(1), Value.of(9_999)));
            recorder.invoke(1_000, "read", Value.vector(Value.of(1), Value.nil()));
            recorder.ok(1_000, "read", Value.vector(Value.of(1), Value.of(answered)));
        }
        assertThat(recorder.history().ops()).extracting(Op::index).isSorted();
        return recorder.history();
    }
}
