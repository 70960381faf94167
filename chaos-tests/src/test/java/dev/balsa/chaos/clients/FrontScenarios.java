package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.chaos.client.RespSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a plain client may say that concerns several groups. */
abstract class FrontScenarios extends ClientScenarios {
    private final List<RespSocket> sockets = new ArrayList<>();

    @BeforeEach
    void connected_to_every_node() throws IOException {
        for (int i = 1; i <= ClientCluster.NODES; i++) {
            sockets.add(cluster().plain(i));
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        for (RespSocket socket : sockets) {
            socket.close();
        }
    }

    private String call(int node, String... command) throws IOException {
        return sockets.get(node - 1).call(command);
    }

    @Test
    void many_keys_of_many_groups_are_set_got_counted_and_deleted_as_one() throws IOException {
        assertThat(call(1, "MSET", "a", "1", "b", "2", "c", "3")).isEqualTo("+OK");
        assertThat(call(2, "MGET", "c", "nothing", "b", "a", "c")).isEqualTo("*$3 $-1 $2 $1 $3");
        assertThat(call(3, "EXISTS", "a", "b", "c", "c", "nothing")).isEqualTo(":4");
        assertThat(call(1, "TOUCH", "a", "b", "nothing")).isEqualTo(":2");
        assertThat(call(1, "DEL", "a", "b", "nothing")).isEqualTo(":2");
        assertThat(call(2, "UNLINK", "a", "c")).isEqualTo(":1");
        assertThat(call(3, "MGET", "a", "b", "c")).isEqualTo("*$-1 $-1 $-1");
    }

    @Test
    void keyless_commands_are_about_all_groups() throws IOException {
        Set<String> all = fill(100);
        for (int node = 1; node <= ClientCluster.NODES; node++) {
            assertThat(call(node, "DBSIZE")).isEqualTo(":100");
            assertThat(elements(call(node, "KEYS", "*"))).containsExactlyInAnyOrderElementsOf(all);
            assertThat(elements(call(node, "KEYS", "key:9?"))).hasSize(10);
            assertThat(scan(node)).isEqualTo(all);
            assertThat(all).contains(call(node, "RANDOMKEY").substring(1));
        }
        assertThat(call(2, "FLUSHALL")).isEqualTo("+OK");
        for (int node = 1; node <= ClientCluster.NODES; node++) {
            assertThat(call(node, "DBSIZE")).isEqualTo(":0");
            assertThat(call(node, "KEYS", "*")).isEqualTo("*");
            assertThat(call(node, "RANDOMKEY")).isEqualTo("$-1");
            assertThat(scan(node)).isEmpty();
        }
    }

    @Test
    void rename_stays_within_a_group() throws IOException {
        call(1, "SET", "a", "1");
        String refusal = "-CROSSSLOT Keys in request don't hash to the same slot";
        for (int node = 1; node <= ClientCluster.NODES; node++) {
            assertThat(call(node, "RENAME", "a", "b")).isEqualTo(refusal);
            assertThat(call(node, "COPY", "a", "c")).isEqualTo(refusal);
        }
        assertThat(call(2, "RENAME", "a", "{a}2")).isEqualTo("+OK");
        assertThat(call(3, "GET", "{a}2")).isEqualTo("$1");
        assertThat(call(3, "EXISTS", "a", "b", "c")).isEqualTo(":0");
    }

    @Test
    void each_connection_has_its_database_on_every_node() throws IOException {
        call(1, "MSET", "a", "0", "b", "0", "c", "0");
        for (int node = 1; node <= ClientCluster.NODES; node++) {
            assertThat(call(node, "SELECT", "3")).isEqualTo("+OK");
            assertThat(call(node, "MGET", "a", "b", "c")).isEqualTo(node == 1 ? "*$-1 $-1 $-1" : "*$3 $3 $3");
            assertThat(call(node, "MSET", "a", "3", "b", "3", "c", "3")).isEqualTo("+OK");
            assertThat(call(node, "DBSIZE")).isEqualTo(":3");
        }
        assertThat(call(1, "FLUSHDB")).isEqualTo("+OK");
        assertThat(call(2, "DBSIZE")).isEqualTo(":0");
        assertThat(call(2, "SELECT", "0")).isEqualTo("+OK");
        assertThat(call(2, "MGET", "a", "b", "c")).isEqualTo("*$0 $0 $0");
        assertThat(call(3, "SELECT", "16")).isEqualTo("-ERR DB index is out of range");
    }

    @Test
    void a_key_moved_to_another_database_is_found_there_from_every_node() throws IOException {
        call(1, "SET", "a", "moved");
        assertThat(call(2, "MOVE", "a", "5")).isEqualTo(":1");
        assertThat(call(3, "EXISTS", "a")).isEqualTo(":0");
        assertThat(call(3, "SELECT", "5")).isEqualTo("+OK");
        assertThat(call(3, "GET", "a")).isEqualTo("$moved");
    }

    private Set<String> fill(int count) throws IOException {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < count; i++) {
            assertThat(call(i % ClientCluster.NODES + 1, "SET", "key:" + i, "v")).isEqualTo("+OK");
            keys.add("key:" + i);
        }
        return keys;
    }

    private Set<String> scan(int node) throws IOException {
        Set<String> keys = new HashSet<>();
        String cursor = "0";
        do {
            // "*$cursor *$key $key …"
            String[] reply = call(node, "SCAN", cursor, "COUNT", "7").substring(2).split(" \\*", 2);
            cursor = reply[0];
            keys.addAll(elements("*" + reply[1]));
        } while (!cursor.equals("0"));
        return keys;
    }

    private static List<String> elements(String array) {
        List<String> elements = new ArrayList<>();
        for (String element : array.substring(1).split(" ", -1)) {
            if (!element.isEmpty()) {
                elements.add(element.substring(1));
            }
        }
        return elements;
    }
}
