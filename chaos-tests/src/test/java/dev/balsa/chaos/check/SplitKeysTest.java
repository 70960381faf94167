package dev.balsa.chaos.check;

import static dev.balsa.chaos.check.Lines.found;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Commands over the keys of two groups: right histories, and a wrong one of each kind. */
class SplitKeysTest {
    private static final Checker KEYS = new SplitKeys();

    @Test
    void groups_may_change_one_after_the_other() {
        assertThat(found(KEYS, "0 invoke write [0 1]", "1 invoke read [0 nil]", "1 ok read [0 [1 nil 1 nil]]",
                "0 ok write [0 1]", "1 invoke read [0 nil]", "1 ok read [0 [1 1 1 1]]", "1 invoke exists [0 nil]",
                "1 ok exists [0 4]", "0 invoke delete [0 nil]", "0 ok delete [0 4]", "1 invoke read [0 nil]",
                "1 ok read [0 [nil nil nil nil]]")).isEmpty();
    }

    @Test
    void a_write_of_unknown_outcome_may_have_changed_one_group_only() {
        assertThat(found(KEYS, "0 invoke write [0 1]", "0 info write [0 1]", "1 invoke read [0 nil]",
                "1 ok read [0 [nil 1 nil 1]]", "1 invoke read [0 nil]", "1 ok read [0 [nil 1 nil 1]]")).isEmpty();
    }

    @Test
    void a_groups_keys_change_together() {
        assertThat(found(KEYS, "0 invoke write [0 1]", "1 invoke read [0 nil]", "1 ok read [0 [1 nil nil nil]]"))
                .containsExactly("torn");
        assertThat(found(KEYS, "0 invoke delete [0 nil]", "0 ok delete [0 1]")).containsExactly("torn");
        assertThat(found(KEYS, "0 invoke exists [0 nil]", "0 ok exists [0 3]")).containsExactly("torn");
    }

    @Test
    void each_groups_keys_are_linearizable() {
        assertThat(found(KEYS, "0 invoke write [0 1]", "0 ok write [0 1]", "1 invoke read [0 nil]",
                "1 ok read [0 [1 nil 1 nil]]")).as("b is stale").containsExactly("not linearizable");
        assertThat(found(KEYS, "0 invoke write [0 1]", "0 fail write [0 1]", "1 invoke read [0 nil]",
                "1 ok read [0 [nil 1 nil 1]]")).as("it never happened").containsExactly("not linearizable");
        assertThat(found(KEYS, "0 invoke write [0 1]", "0 ok write [0 1]", "0 invoke delete [0 nil]",
                "0 ok delete [0 4]", "1 invoke read [0 nil]", "1 ok read [0 [1 1 1 1]]"))
                .containsExactly("not linearizable");
    }

    @Test
    void a_renamed_key_is_at_one_place() {
        assertThat(found(KEYS, "0 invoke rename [0 1]", "0 ok rename [0 1]", "1 invoke where",
                "1 ok where [nil \"here\" nil]", "0 invoke rename [0 1]", "0 fail rename [0 1]")).isEmpty();
        assertThat(found(KEYS, "1 invoke where", "1 ok where [nil nil nil]")).containsExactly("vanished");
        assertThat(found(KEYS, "1 invoke where", "1 ok where [\"here\" \"here\" nil]")).containsExactly("doubled");
    }
}
