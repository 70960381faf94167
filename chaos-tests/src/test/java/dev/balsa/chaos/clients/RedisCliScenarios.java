package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.chaos.client.RespSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** redis-cli as people type it. */
abstract class RedisCliScenarios extends ClientScenarios {
    private static final int PIPED = 10_000;

    @BeforeEach
    void redis_cli_is_installed() {
        Tool.require("redis-cli");
    }

    @Test
    void a_value_set_through_one_node_is_read_through_another() throws Exception {
        assertThat(plain(1, "SET", "greeting", "hello")).containsExactly("OK");
        assertThat(plain(2, "GET", "greeting")).containsExactly("hello");
        assertThat(plain(3, "-3", "GET", "greeting")).containsExactly("hello");
        assertThat(plain(3, "-3", "HELLO")).contains("proto 3", "mode standalone");
    }

    @Test
    void minus_c_follows_moved_from_any_node() throws Exception {
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                assertThat(aware(number, "-c", "SET", key, "by " + number)).containsExactly("OK");
                assertThat(aware(number, "-c", "GET", key)).containsExactly("by " + number);
            }
        }
    }

    @Test
    void without_minus_c_a_cluster_port_sends_on_who_asks_the_wrong_node() throws Exception {
        int leader = leaderOf("b");
        int other = leader % ClientCluster.NODES + 1;
        assertThat(aware(other, "GET", "b").getFirst())
                .isEqualTo("MOVED 3300 " + node(leader).host() + ":" + node(leader).cluster());
        assertThat(plain(other, "SET", "b", "1")).containsExactly("OK");
    }

    @Test
    void ten_thousand_piped_commands_are_answered_found_and_measured() throws Exception {
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < PIPED; i++) {
            commands.append("SET key:").append(i).append(" value:").append(i).append("\r\n");
        }
        Tool.Result piped = Tool.run(commands.toString(), plainCommand(1, "--pipe"));
        assertThat(piped.status()).as(piped.output()).isZero();
        assertThat(piped.lines()).contains("errors: 0, replies: " + PIPED);

        assertThat(plain(2, "DBSIZE")).containsExactly(Integer.toString(PIPED));
        assertThat(plain(2, "--scan", "--pattern", "key:99*"))
                .hasSize(111)
                .contains("key:9900")
                .doesNotHaveDuplicates();
        assertThat(plain(3, "--scan")).hasSize(PIPED).doesNotHaveDuplicates();
        assertThat(plain(1, "--bigkeys")).contains("Sampled " + PIPED + " keys in the keyspace!");
        assertThat(plain(1, "--memkeys")).contains("Sampled " + PIPED + " keys in the keyspace!");
    }

    @Test
    void info_and_cluster_describe_three_nodes_that_serve_all_slots() throws Exception {
        assertThat(plain(1, "INFO")).contains("# Server", "# Clients", "# Memory", "# Replication", "# Keyspace");
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            assertThat(aware(number, "CLUSTER", "INFO"))
                    .contains("cluster_state:ok", "cluster_slots_ok:16384", "cluster_known_nodes:3");
            List<String> nodes = aware(number, "CLUSTER", "NODES");
            assertThat(nodes.stream().filter(line -> !line.isEmpty())).hasSize(3);
            String self = node(number).host() + ":" + node(number).cluster() + "@";
            assertThat(nodes).anyMatch(line -> line.contains(self) && line.contains("myself"));
            assertThat(aware(number, "CLUSTER", "SHARDS")).contains("slots", "nodes", "10922", "16383", "master");
        }
    }

    @Test
    void debug_is_refused() throws Exception {
        assertThat(plain(1, "DEBUG", "SLEEP", "0").getFirst()).startsWith("ERR DEBUG command not allowed.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-2", "-3"})
    void an_interactive_start_loads_the_help_from_the_server(String protocol) throws Exception {
        Tool.Result session = Tool.run("help getrange\nset a 1\nget a\nquit\n", plainCommand(1, protocol));
        assertThat(session.status()).isZero();
        assertThat(session.lines())
                .contains("OK", "1")
                .anyMatch(line -> line.contains("summary:") && line.contains("part of the string"))
                .noneMatch(line -> line.toLowerCase(Locale.ROOT).contains("error") || line.startsWith("ERR"));
    }

    private int leaderOf(String key) throws IOException {
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            try (RespSocket socket = cluster().aware(number)) {
                if (!socket.call("GET", key).startsWith("-MOVED")) {
                    return number;
                }
            }
        }
        throw new AssertionError("no node takes commands for " + key);
    }

    private List<String> plain(int number, String... arguments) throws IOException, InterruptedException {
        return Tool.run("", plainCommand(number, arguments)).lines();
    }

    private List<String> aware(int number, String... arguments) throws IOException, InterruptedException {
        return Tool.run("", command(number, node(number).cluster(), arguments)).lines();
    }

    private List<String> plainCommand(int number, String... arguments) {
        return command(number, node(number).plain(), arguments);
    }

    private List<String> command(int number, int port, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("redis-cli", "-h", node(number).host(), "-p", Integer.toString(port)));
        command.addAll(List.of(arguments));
        return command;
    }
}
