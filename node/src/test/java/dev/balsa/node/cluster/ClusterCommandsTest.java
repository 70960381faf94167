package dev.balsa.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.SlotRange;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ClusterCommandsTest {
    private boolean tls;
    private static final String A = "a".repeat(40);
    private static final String B = "b".repeat(40);
    private static final String C = "c".repeat(40);

    private final ClusterMap map = StaticMap.of(
            NodeConfig.load(
                    null,
                    List.of(
                            "--node-id", A, "--groups", "3",
                            "--cluster-node", A, "10.0.0.1", "6379", "6380", "16379",
                            "--cluster-node", B, "10.0.0.2", "6379", "6380", "16379",
                            "--cluster-node", C, "10.0.0.3", "6379", "6380", "16379")),
            A);
    private final LeaderTable leaders = new LeaderTable(map);
    private final ClusterCommands commands = new ClusterCommands(new View());

    @Test
    void three_groups_share_the_slots_as_redis_cli_would() {
        assertThat(map.groups()).extracting(group -> group.slots().getFirst())
                .containsExactly(new SlotRange(0, 5460), new SlotRange(5461, 10_922), new SlotRange(10_923, 16_383));
        for (int groups = 1; groups <= 64; groups++) {
            int next = 0;
            for (int i = 0; i < groups; i++) {
                SlotRange range = StaticMap.range(i, groups);
                assertThat(range.first()).isEqualTo(next);
                next = range.last() + 1;
            }
            assertThat(next).isEqualTo(16_384);
        }
    }

    @Test
    void the_leader_of_a_group_is_the_master_of_its_slots_at_its_cluster_port() {
        leaders.heard(0, 3, "10.0.0.2:16379");
        RespReply.Array slots = (RespReply.Array) reply(2, commands::slots);
        assertThat(slots.items()).hasSize(3);
        String first = slots.items().getFirst().toString();
        assertThat(first).contains("(integer) 0").contains("(integer) 5460").contains("6380").doesNotContain("16379");
        assertThat(first.indexOf(B)).isPositive().isLessThan(first.indexOf(A));
    }

    @Test
    void nodes_are_lines_that_tell_masters_from_replicas() {
        leaders.heard(0, 3, "10.0.0.1:16379");
        leaders.heard(1, 4, "10.0.0.1:16379");
        leaders.heard(2, 4, "10.0.0.2:16379");
        RespReply.Verbatim nodes = (RespReply.Verbatim) reply(3, commands::nodes);
        assertThat(nodes.text().lines()).containsExactly(
                A + " 10.0.0.1:6380@16379 myself,master - 0 0 4 connected 0-5460 5461-10922",
                B + " 10.0.0.2:6380@16379 master - 0 0 4 connected 10923-16383",
                C + " 10.0.0.3:6380@16379 slave " + A + " 0 0 0 connected");
    }

    @Test
    void the_state_is_ok_only_when_every_group_is_led() {
        leaders.heard(0, 3, "10.0.0.1:16379");
        leaders.heard(1, 4, "10.0.0.1:16379");
        assertThat(reply(3, commands::info).toString()).contains("cluster_state:fail")
                .contains("cluster_slots_ok:10923");
        leaders.heard(2, 4, "10.0.0.2:16379");
        assertThat(reply(3, commands::info).toString()).contains("cluster_state:ok").contains("cluster_size:2");
    }

    @Test
    void news_of_an_older_term_changes_nothing() {
        leaders.heard(0, 5, "10.0.0.1:16379");
        leaders.heard(0, 4, "10.0.0.2:16379");
        assertThat(String.valueOf(leaders.leader(0))).contains(A);
        leaders.heard(0, 6, null);
        assertThat(leaders.leader(0)).isNull();
    }

    @Test
    void shards_are_maps_that_clients_of_redis_7_read() {
        leaders.heard(0, 3, "10.0.0.1:16379");
        RespReply.Array shards = (RespReply.Array) reply(3, commands::shards);
        assertThat(shards.items()).hasSize(3);
        assertThat(shards.items().getFirst().toString())
                .contains("slots", "nodes", "endpoint", "role", "master", "replica", "health", "online");
    }

    @Test
    void replicas_of_who_leads_nothing_are_an_error() {
        leaders.heard(0, 3, "10.0.0.1:16379");
        assertThat(reply(2, out -> commands.replicas(out, B)).toString())
                .contains("The specified node is not a master");
        assertThat(reply(2, out -> commands.replicas(out, "x")).toString()).contains("Unknown node x");
        assertThat(((RespReply.Array) reply(2, out -> commands.replicas(out, A))).items()).hasSize(2);
    }

    private static RespReply reply(int protocol, Consumer<RespWriter> command) {
        RespWriter writer = new RespWriter(64).protocol(protocol);
        command.accept(writer);
        return RespReply.parse(writer.copy());
    }

    @Test
    void shards_name_the_port_for_tls_as_redis_does() {
        assertThat(reply(3, commands::shards).toString()).contains("\"port\"").doesNotContain("tls-port");
        tls = true;
        assertThat(reply(3, commands::shards).toString()).contains("\"tls-port\"").doesNotContain("\"port\"");
    }

    private final class View implements ClusterView {
        @Override
        public String nodeId() {
            return A;
        }

        @Override
        public ClusterMap map() {
            return map;
        }

        @Override
        public LeaderTable leaders() {
            return leaders;
        }

        @Override
        public boolean clusterEnabled() {
            return true;
        }

        @Override
        public boolean clusterTls() {
            return tls;
        }

        @Override
        public long offset(int group, String nodeId) {
            return 7;
        }

        @Override
        public boolean seemsAlive(String nodeId) {
            return true;
        }

        @Override
        public CompletableFuture<Long> countKeysInSlot(int slot) {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public CompletableFuture<List<byte[]>> keysInSlot(int slot, int count) {
            return CompletableFuture.completedFuture(List.of());
        }
    }
}
