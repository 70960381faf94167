package dev.balsa.chaos.check;

import static dev.balsa.chaos.check.Lines.found;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages to subscribers: a right history, and a wrong one of each kind. */
class MessageOrderTest {
    private static final Checker MESSAGES = new MessageOrder();

    @Test
    void two_publishers_may_come_in_any_order() {
        assertThat(found(MESSAGES, published(1, 10), published(2, 11), heard(5, "1"), published(3, 10),
                heard(5, "2 3"), heard(6, "2 1 3"))).isEmpty();
    }

    @Test
    void a_publisher_of_an_unknown_outcome_may_have_been_heard() {
        assertThat(found(MESSAGES, "0 invoke publish 1", "0 info publish 1", "1 invoke listen",
                "1 ok listen {:session 5, :messages [1]}")).isEmpty();
    }

    @Test
    void a_message_comes_once() {
        assertThat(found(MESSAGES, published(1, 10), heard(5, "1"), heard(5, "1"))).containsExactly("duplicate");
        assertThat(found(MESSAGES, published(1, 10), heard(5, "1"), heard(6, "1"))).as("another session").isEmpty();
    }

    @Test
    void one_publishers_messages_keep_their_order() {
        assertThat(found(MESSAGES, published(1, 10), published(2, 10), heard(5, "2 1")))
                .containsExactly("out of order");
        assertThat(found(MESSAGES, published(1, 10), published(2, 10), heard(5, "2"), heard(5, "1")))
                .containsExactly("out of order");
        assertThat(found(MESSAGES, published(1, 0), published(2, 0), heard(5, "2 1"))).as("by a proxy").isEmpty();
    }

    @Test
    void nothing_comes_that_was_not_published() {
        assertThat(found(MESSAGES, heard(5, "1"))).containsExactly("unexpected");
        assertThat(found(MESSAGES, "0 invoke publish 1", "0 fail publish 1", "1 invoke listen",
                "1 ok listen {:session 5, :messages [1]}")).containsExactly("unexpected");
        assertThat(found(MESSAGES, heard(5, "1"), published(1, 10))).containsExactly("unexpected");
    }

    @Test
    void what_is_published_while_a_session_listens_arrives() {
        String[] lost = {"1@1 invoke listen", "1@2 ok listen {:session 5, :messages []}", "0@10 invoke publish 1",
            "0@11 ok publish [1 10]", "1@8000 invoke listen", "1@8001 ok listen {:session 5, :messages []}"};
        assertThat(found(MESSAGES, lost)).containsExactly("lost");
        assertThat(found(MESSAGES, "1@1 invoke listen", "1@2 ok listen {:session 5, :messages []}",
                "0@10 invoke publish 1", "0@11 ok publish [1 10]", "1@8000 invoke listen",
                "1@8001 ok listen {:session 5, :messages [1]}")).containsExactly("late");
        assertThat(found(MESSAGES, insert(lost, 4, "n@600 info kill", "n@700 info heal-kill")))
                .as("a node was killed meanwhile").isEmpty();
        assertThat(found(MESSAGES, insert(lost, 4, "n@600 info transfer", "n@700 info heal-transfer")))
                .as("a new leader breaks no connection").containsExactly("lost");
        assertThat(found(MESSAGES, insert(lost, 0, "n@0 info kill", "n@0 info heal-kill")))
                .as("links are not yet open again").isEmpty();
    }

    private static String published(int message, int session) {
        return "0 invoke publish " + message + "\n0 ok publish [" + message + " " + session + "]";
    }

    private static String heard(int session, String messages) {
        return "1 invoke listen\n1 ok listen {:session " + session + ", :messages [" + messages + "]}";
    }

    private static String[] insert(String[] lines, int at, String... more) {
        List<String> all = new ArrayList<>(List.of(lines));
        all.addAll(at, List.of(more));
        return all.toArray(String[]::new);
    }
}
