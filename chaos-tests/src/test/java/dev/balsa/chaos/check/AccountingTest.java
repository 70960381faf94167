package dev.balsa.chaos.check;

import static dev.balsa.chaos.check.Lines.found;
import static dev.balsa.chaos.check.Lines.history;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Banks, sets, queues, streams, deadlines, locks and availability: a right and some wrong histories each. */
class AccountingTest {
    @Test
    void a_bank_keeps_its_total() {
        Checker bank = new BankTotal(200);
        assertThat(found(bank, "0 invoke read", "0 ok read {0 100, 1 100}", "0 invoke read",
                "0 ok read {0 90, 1 110}")).isEmpty();
        assertThat(found(bank, "0 invoke read", "0 ok read {0 90, 1 100}")).containsExactly("wrong total");
        assertThat(found(bank, "0 invoke read", "0 ok read {0 -1, 1 201}")).containsExactly("negative account");
    }

    @Test
    void a_set_holds_what_was_added_and_nothing_else() {
        Checker set = new SetMembers();
        assertThat(found(set, "0 invoke add 1", "1 invoke read", "1 ok read []", "0 ok add 1", "2 invoke add 2",
                "2 info add 2", "1 invoke read", "1 ok read [1]", "1 invoke read", "1 ok read [1 2]")).isEmpty();
        assertThat(found(set, "0 invoke add 1", "0 ok add 1", "1 invoke read", "1 ok read []"))
                .containsExactly("lost");
        assertThat(found(set, "0 invoke add 1", "0 info add 1", "1 invoke read", "1 ok read [1]", "1 invoke read",
                "1 ok read []")).containsExactly("vanished");
        assertThat(found(set, "0 invoke add 1", "0 fail add 1", "1 invoke read", "1 ok read [1]"))
                .containsExactly("unexpected");
        assertThat(found(set, "1 invoke read", "1 ok read [1]")).containsExactly("unexpected");
    }

    @Test
    void a_queue_gives_each_once_and_in_order() {
        Checker queue = new QueueAccount();
        assertThat(found(queue, "0 invoke enqueue 1", "0 ok enqueue 1", "0 invoke enqueue 2", "0 ok enqueue 2",
                "1 invoke dequeue", "1 ok dequeue 1", "1 invoke dequeue", "1 info dequeue", "2 invoke drain",
                "2 ok drain []")).isEmpty();
        assertThat(found(queue, "0 invoke enqueue 1", "0 ok enqueue 1", "2 invoke drain", "2 ok drain []"))
                .containsExactly("lost");
        assertThat(found(queue, "0 invoke enqueue 1", "0 ok enqueue 1", "1 invoke dequeue", "1 ok dequeue 1",
                "2 invoke drain", "2 ok drain [1]")).containsExactly("duplicate");
        assertThat(found(queue, "1 invoke dequeue", "1 ok dequeue 1")).containsExactly("unexpected");
        assertThat(found(queue, "0 invoke enqueue 1", "0 ok enqueue 1", "0 invoke enqueue 2", "0 ok enqueue 2",
                "1 invoke dequeue", "1 ok dequeue 2", "1 invoke dequeue", "1 ok dequeue 1"))
                .containsExactly("out of order");
    }

    @Test
    void a_stream_delivers_each_entry_as_new_once() {
        Checker stream = new StreamDelivery();
        assertThat(found(stream, "0 invoke add 1", "0 ok add [1 \"5-0\"]", "0 invoke add 2", "0 ok add [2 \"5-1\"]",
                "1 invoke take", "1 ok take [[\"5-0\" 1]]", "1 invoke pending", "1 ok pending [[\"5-0\" 1]]",
                "1 invoke drain", "1 ok drain [[\"5-1\" 2]]")).isEmpty();
        assertThat(found(stream, "1 invoke take", "0 invoke add 1", "0 info add 1", "1 ok take [[\"5-0\" 1]]"))
                .isEmpty();
        assertThat(found(stream, "0 invoke add 1", "0 ok add [1 \"5-0\"]", "1 invoke take",
                "1 ok take [[\"5-0\" 1]]", "2 invoke take", "2 ok take [[\"5-0\" 1]]")).containsExactly("duplicate");
        assertThat(found(stream, "0 invoke add 1", "0 ok add [1 \"5-0\"]", "1 invoke pending", "1 ok pending []",
                "1 invoke drain", "1 ok drain []")).containsExactly("lost");
        assertThat(found(stream, "0 invoke add 1", "0 ok add [1 \"5-1\"]", "0 invoke add 2",
                "0 ok add [2 \"5-0\"]")).containsExactly("id went back");
    }

    @Test
    void a_key_dies_in_time_and_stays_dead() {
        Checker expiry = new Expiry(5);
        String set = "0@10 invoke set [1 100]";
        assertThat(found(expiry, set, "0@11 ok set [1 100]", "1@50 invoke read [1 nil]", "1@51 ok read [1 1]",
                "1@120 invoke read [1 nil]", "1@121 ok read [1 nil]")).isEmpty();
        assertThat(found(expiry, set, "0@11 ok set [1 100]", "1@50 invoke read [1 nil]", "1@51 ok read [1 nil]"))
                .containsExactly("dead too early");
        assertThat(found(expiry, set, "0@11 ok set [1 100]", "1@120 invoke read [1 nil]", "1@121 ok read [1 1]"))
                .containsExactly("dead too late");
        assertThat(found(expiry, set, "0@11 ok set [1 100]", "1@112 invoke read [1 nil]", "1@113 ok read [1 nil]",
                "1@114 invoke read [1 nil]", "1@115 ok read [1 1]")).containsExactly("risen");
    }

    @Test
    void a_lock_has_one_holder_and_growing_tokens() {
        Checker lock = new LockFencing(0);
        assertThat(found(lock, "0@1 invoke acquire", "0@2 ok acquire {:token 1, :millis 100}", "0@9 invoke release 1",
                "0@10 ok release 1", "1@11 invoke acquire", "1@12 ok acquire {:token 2, :millis 100}")).isEmpty();
        assertThat(found(lock, "0@1 invoke acquire", "0@2 ok acquire {:token 1, :millis 100}", "1@11 invoke acquire",
                "1@12 ok acquire {:token 2, :millis 100}")).containsExactly("held twice");
        assertThat(found(lock, "0@1 invoke acquire", "0@2 ok acquire {:token 3, :millis 5}", "1@11 invoke acquire",
                "1@12 ok acquire {:token 2, :millis 5}")).containsExactly("token went back");
        assertThat(found(lock, "0@1 invoke acquire", "0@2 ok acquire {:token 1, :millis 100}",
                "1@150 invoke acquire", "1@151 ok acquire {:token 2, :millis 100}")).isEmpty();
    }

    @Test
    void when_clocks_are_wrong_only_the_order_of_life_and_death_counts() {
        Checker expiry = new Expiry(1_000_000_000);
        String set = "0@10 invoke set [1 100]";
        assertThat(found(expiry, set, "0@11 ok set [1 100]", "1@50 invoke read [1 nil]", "1@51 ok read [1 nil]"))
                .isEmpty();
        assertThat(found(expiry, set, "0@11 ok set [1 100]", "1@900 invoke read [1 nil]", "1@901 ok read [1 1]"))
                .isEmpty();
        assertThat(found(expiry, set, "0@11 ok set [1 100]", "1@112 invoke read [1 nil]", "1@113 ok read [1 nil]",
                "1@114 invoke read [1 nil]", "1@115 ok read [1 1]")).containsExactly("risen");
        Checker lock = new LockFencing(1_000_000_000);
        assertThat(found(lock, "0@1 invoke acquire", "0@2 ok acquire {:token 1, :millis 100}", "1@11 invoke acquire",
                "1@12 ok acquire {:token 2, :millis 100}")).isEmpty();
        assertThat(found(lock, "0@1 invoke acquire", "0@2 ok acquire {:token 2, :millis 100}", "1@11 invoke acquire",
                "1@12 ok acquire {:token 1, :millis 100}")).containsExactly("token went back");
    }

    @Test
    void availability_tells_gaps_and_recovery() {
        Availability availability = new Availability(10_000);
        String[] calm = {"0@1 invoke add 1", "0@2 ok add 1", "n@100 info kill", "0@101 invoke add 2",
            "0@200 fail add 2", "n@300 info heal", "0@500 invoke add 3", "0@900 fail add 3", "0@950 invoke add 4",
            "0@1000 ok add 4"};
        Availability.Figures figures = Availability.figures(history(calm));
        assertThat(figures.longestGapMillis()).isEqualTo(998);
        assertThat(figures.recoveryMillis()).isEqualTo(600);
        assertThat(figures.ok()).isEqualTo(2);
        assertThat(figures.share()).isBetween(0.15, 0.25);
        assertThat(found(availability, calm)).isEmpty();
        assertThat(found(new Availability(500), calm)).containsExactly("late recovery");
        assertThat(found(availability, "0 invoke add 1", "0 fail add 1")).containsExactly("never available");
        assertThat(Availability.gapAfterMillis(history(calm), 100_000_000, 5_000)).isEqualTo(900);
    }
}
