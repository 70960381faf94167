package dev.balsa.chaos.check;

import static dev.balsa.chaos.check.Lines.found;
import static dev.balsa.chaos.check.Lines.history;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** One wrong history for each anomaly that has a name, and right ones that look like them. */
class ListAppendTest {
    private static final Checker CHECKER = ListAppend.checker();

    /** Transactions that all overlap. */
    private static String[] together(String... transactions) {
        String[] lines = new String[transactions.length * 2];
        for (int i = 0; i < transactions.length; i++) {
            lines[i] = i + " invoke txn " + transactions[i].replaceAll("(\\[:r \\d+) \\[[^]]*]", "$1 nil");
            lines[transactions.length + i] = i + " ok txn " + transactions[i];
        }
        return lines;
    }

    /** Transactions one after the other. */
    private static String[] inTurn(String... transactions) {
        String[] lines = new String[transactions.length * 2];
        for (int i = 0; i < transactions.length; i++) {
            lines[2 * i] = "0 invoke txn " + transactions[i].replaceAll("(\\[:r \\d+) \\[[^]]*]", "$1 nil");
            lines[2 * i + 1] = "0 ok txn " + transactions[i];
        }
        return lines;
    }

    @Test
    void a_serial_history_is_right() {
        assertThat(found(CHECKER, inTurn("[[:append 1 1]]", "[[:r 1 [1]] [:append 1 2]]", "[[:r 1 [1 2]]]",
                "[[:append 2 3] [:append 1 4] [:append 1 5]]", "[[:r 1 [1 2 4 5]] [:r 2 [3]]]"))).isEmpty();
    }

    @Test
    void transactions_that_overlap_may_come_in_any_order() {
        assertThat(found(CHECKER, together("[[:append 1 1] [:append 2 2]]", "[[:r 1 [1]] [:r 2 [2]]]",
                "[[:r 1 []] [:r 2 []]]"))).isEmpty();
    }

    @Test
    void g0_is_two_transactions_whose_appends_are_in_different_orders() {
        assertThat(found(CHECKER, together("[[:append 1 1] [:append 2 2]]", "[[:append 1 3] [:append 2 4]]",
                "[[:r 1 [1 3]]]", "[[:r 2 [4 2]]]"))).containsExactly("G0");
    }

    @Test
    void g1a_is_a_read_of_a_transaction_that_failed() {
        assertThat(found(CHECKER, "0 invoke txn [[:append 1 1]]", "0 fail txn [[:append 1 1]]",
                "1 invoke txn [[:r 1 nil]]", "1 ok txn [[:r 1 [1]]]")).containsExactly("G1a");
        assertThat(found(CHECKER, "0 invoke txn [[:append 1 1]]", "0 info txn [[:append 1 1]]",
                "1 invoke txn [[:r 1 nil]]", "1 ok txn [[:r 1 [1]]]")).isEmpty();
    }

    @Test
    void g1b_is_a_read_between_two_appends_of_one_transaction() {
        assertThat(found(CHECKER, together("[[:append 1 1] [:append 1 2]]", "[[:r 1 [1]]]")))
                .containsExactly("G1b");
    }

    @Test
    void g1c_is_two_transactions_that_saw_each_other() {
        assertThat(found(CHECKER, together("[[:append 1 1] [:r 2 [2]]]", "[[:append 2 2] [:r 1 [1]]]")))
                .containsExactly("G1c");
    }

    @Test
    void a_lost_update_is_two_that_read_the_same_and_both_append() {
        assertThat(found(CHECKER, together("[[:r 1 []] [:append 1 1]]", "[[:r 1 []] [:append 1 2]]")))
                .containsExactly("lost update");
    }

    @Test
    void g_single_is_a_read_that_saw_half_of_a_transaction() {
        assertThat(found(CHECKER, together("[[:append 1 1] [:append 2 2]]", "[[:r 1 [1]] [:r 2 []]]",
                "[[:r 2 [2]]]"))).containsExactly("G-single");
    }

    @Test
    void g2_is_two_that_did_not_see_each_other() {
        assertThat(found(CHECKER, together("[[:r 1 []] [:append 2 2]]", "[[:r 2 []] [:append 1 1]]",
                "[[:r 1 [1]] [:r 2 [2]]]"))).containsExactly("G2");
    }

    @Test
    void a_read_that_misses_what_had_ended_before_breaks_real_time() {
        assertThat(found(CHECKER, inTurn("[[:append 1 1]]", "[[:r 1 []]]", "[[:r 1 [1]]]")))
                .containsExactly("G-single-realtime");
        assertThat(found(CHECKER, inTurn("[[:append 1 1]]", "[[:append 1 2]]", "[[:r 1 [2 1]]]")))
                .containsExactly("G0-realtime");
    }

    @Test
    void an_append_that_was_acknowledged_and_that_nobody_ever_sees_is_found() {
        assertThat(found(CHECKER, inTurn("[[:append 1 1]]", "[[:append 1 2]]", "[[:r 1 [1]]]")))
                .containsExactly("G-single-realtime");
    }

    @Test
    void lists_that_disagree_repeat_or_invent_are_found() {
        assertThat(found(CHECKER, together("[[:append 1 1]]", "[[:append 1 2]]", "[[:r 1 [1 2]]]", "[[:r 1 [2]]]")))
                .containsExactly("incompatible order");
        assertThat(found(CHECKER, together("[[:append 1 1]]", "[[:r 1 [1 1]]]"))).containsExactly("duplicate");
        assertThat(found(CHECKER, together("[[:append 1 1]]", "[[:r 1 [1 7]]]"))).containsExactly("unknown value");
        assertThat(found(CHECKER, together("[[:append 1 1] [:r 1 []]]"))).containsExactly("internal");
    }

    @Test
    void a_cycle_is_told_edge_by_edge() {
        Verdict verdict = CHECKER.check(history(together("[[:append 1 1] [:r 2 [2]]]", "[[:append 2 2] [:r 1 [1]]]")));
        assertThat(verdict.anomalies().getFirst().explanation())
                .contains("was read by (key 1: saw 1)", "was read by (key 2: saw 2)");
        assertThat(verdict.anomalies().getFirst().ops()).hasSize(2);
    }
}
