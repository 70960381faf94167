package dev.balsa.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.proxy.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfigTest {
    private static final String ID = "0123456789abcdef0123456789abcdef01234567";

    private static NodeConfig of(String text) {
        return NodeConfig.of(ConfigFile.parse(text, "node.conf"), null);
    }

    @Test
    void nothing_given_means_the_defaults() {
        NodeConfig config = of("");
        assertThat(config.port()).isEqualTo(6379);
        assertThat(config.clusterPort()).isZero();
        assertThat(config.raftPort()).isEqualTo(16_379);
        assertThat(config.databases()).isEqualTo(16);
        assertThat(config.appendFsync()).isEqualTo("always");
        assertThat(config.bind()).containsExactly("127.0.0.1", "-::1");
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void an_argument_wins_over_the_file(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("node.conf");
        Files.writeString(file, "port 7000\nmaxmemory 1gb\n");
        NodeConfig config = NodeConfig.load(file, List.of("--port", "7001"));
        assertThat(config.port()).isEqualTo(7001);
        assertThat(config.maxMemoryBytes()).isEqualTo(1L << 30);
        assertThat(config.file()).isEqualTo(file);
    }

    @Test
    void an_unknown_directive_is_an_error_with_its_line_and_the_nearest_name() {
        assertThatThrownBy(() -> of("port 1\n\nmaxmemroy 1gb\n"))
                .hasMessageContaining("node.conf:3")
                .hasMessageContaining("'maxmemroy'")
                .hasMessageContaining("did you mean 'maxmemory'?");
    }

    @Test
    void a_bad_value_is_an_error_that_says_what_is_allowed() {
        assertThatThrownBy(() -> of("port 70000")).hasMessageContaining("node.conf:1")
                .hasMessageContaining("from 0 to 65535");
        assertThatThrownBy(() -> of("appendfsync sometimes")).hasMessageContaining("always, everysec, no");
        assertThatThrownBy(() -> of("maxmemory much")).hasMessageContaining("1kb = 1024");
        assertThatThrownBy(() -> of("port")).hasMessageContaining("takes one value");
    }

    @Test
    void what_would_break_a_promise_is_refused_with_what_to_do() {
        assertThatThrownBy(() -> of("appendonly no")).hasMessageContaining("the replicated log is always on");
        assertThatThrownBy(() -> of("replicaof 10.0.0.1 6379")).hasMessageContaining("cluster-node");
        assertThatThrownBy(() -> of("cluster-enabled yes")).hasMessageContaining("cluster-port");
        assertThatThrownBy(() -> of("maxmemory-policy lru")).hasMessageContaining("allkeys-lru");
        assertThat(of("appendonly yes\nreplicaof \"\"\nmaxmemory-policy noeviction").warnings()).isEmpty();
    }

    @Test
    void classes_of_key_events_are_shown_in_the_order_of_redis() {
        assertThat(of("notify-keyspace-events KEA").value("notify-keyspace-events")).isEqualTo("AKE");
        assertThat(of("notify-keyspace-events Elm$").value("notify-keyspace-events")).isEqualTo("$lEm");
        assertThatThrownBy(() -> of("notify-keyspace-events KEq")).hasMessageContaining("event class character");
    }

    @Test
    void what_does_no_harm_is_accepted_with_a_warning() {
        NodeConfig config = of("save 900 1\ntcp-backlog 511\nslave-priority 64\n");
        assertThat(config.warnings()).hasSize(3).anyMatch(warning -> warning.contains("'replica-priority'"));
        assertThat(config.value("replica-priority")).isEqualTo("64");
    }

    @Test
    void limits_of_encodings_are_by_default_those_of_the_engine() {
        NodeConfig config = of("");
        for (int i = 0; i < EncodingLimits.DIRECTIVES.size(); i++) {
            String name = EncodingLimits.DIRECTIVES.get(i);
            assertThat(config.value(name)).as(name)
                    .isEqualTo(EncodingLimits.DEFAULT.values().get(i).toString());
        }
    }

    @Test
    void limits_of_encodings_take_redis_older_names() {
        NodeConfig config = of("hash-max-ziplist-entries 64\n");
        assertThat(config.warnings()).isEmpty();
        assertThat(config.value("hash-max-listpack-entries")).isEqualTo("64");
    }

    @Test
    void output_limits_of_several_lines_add_up() {
        NodeConfig config = of("client-output-buffer-limit replica 1mb 0 0\nclient-output-buffer-limit pubsub 2k "
                + "1kb 7\n");
        assertThat(config.value("client-output-buffer-limit"))
                .isEqualTo("normal 0 0 0 slave 1048576 0 0 pubsub 2000 1024 7");
    }

    @Test
    void a_member_takes_its_ports_from_its_own_line() {
        NodeConfig config = of("node-id " + ID + "\ncluster-node " + ID + " 10.0.0.1 7001 7002 7003\ngroups 3\n");
        assertThat(config.port()).isEqualTo(7001);
        assertThat(config.clusterPort()).isEqualTo(7002);
        assertThat(config.raftPort()).isEqualTo(7003);
        assertThat(config.members()).hasSize(1);
    }

    @Test
    void a_member_that_is_not_in_the_list_is_an_error() {
        String line = "cluster-node " + ID + " 10.0.0.1 7001 7002 7003\n";
        assertThatThrownBy(() -> of(line)).hasMessageContaining("need node-id");
        assertThatThrownBy(() -> of(line + "node-id " + ID.replace('0', '9')))
                .hasMessageContaining("in no cluster-node line");
        assertThatThrownBy(() -> of("cluster-node x 10.0.0.1 1 2 3")).hasMessageContaining("40 hex digits");
    }

    @Test
    void no_port_at_all_is_an_error() {
        assertThatThrownBy(() -> of("port 0")).hasMessageContaining("no client could connect");
    }
}
