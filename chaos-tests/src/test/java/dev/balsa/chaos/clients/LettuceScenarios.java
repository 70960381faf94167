package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lettuce on a plain port, and its cluster client on the cluster ports. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LettuceScenarios extends ClientScenarios {
    private static final int COMMANDS = 1_000;

    private ClientResources resources;

    @BeforeAll
    void threads() {
        // Both native transports are in the class path; without this it says so with each connection.
        System.setProperty("io.lettuce.core.iouring", "false");
        resources = DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    }

    @AfterAll
    void no_threads() {
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @ParameterizedTest
    @EnumSource(value = ProtocolVersion.class, names = {"RESP2", "RESP3"})
    void a_plain_client_uses_all_groups_through_any_node(ProtocolVersion protocol) {
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            RedisClient client = plain(number, protocol);
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                RedisCommands<String, String> redis = connection.sync();
                assertThat(redis.mset(Map.of("a", "1", "b", "2", "c", "3"))).isEqualTo("OK");
                assertThat(redis.mget("c", "nothing", "a"))
                        .containsExactly(KeyValue.just("c", "3"), KeyValue.empty("nothing"), KeyValue.just("a", "1"));
                assertThat(redis.incr("a")).isEqualTo(2);
                assertThat(redis.append("b", "2")).isEqualTo(2);
                assertThat(redis.expire("b", 100)).isTrue();
                assertThat(redis.ttl("b")).isBetween(90L, 100L);
                assertThat(redis.dbsize()).isEqualTo(3);
                assertThat(redis.del("a", "b", "c")).isEqualTo(3);
                assertThat(redis.get("a")).isNull();
            } finally {
                client.shutdown();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = ProtocolVersion.class, names = {"RESP2", "RESP3"})
    void a_cluster_client_splits_what_concerns_several_groups(ProtocolVersion protocol) {
        RedisClusterClient client = aware(protocol);
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            RedisAdvancedClusterCommands<String, String> redis = connection.sync();
            Map<String, String> pairs = new HashMap<>();
            for (int i = 0; i < 300; i++) {
                pairs.put("key:" + i, "value " + i);
            }
            assertThat(redis.mset(pairs)).isEqualTo("OK");
            for (KeyValue<String, String> pair : redis.mget(pairs.keySet().toArray(String[]::new))) {
                assertThat(pair.getValue()).isEqualTo(pairs.get(pair.getKey()));
            }
            assertThat(redis.dbsize()).isEqualTo(300);
            Set<String> keys = new HashSet<>();
            ScanIterator.scan(redis, ScanArgs.Builder.limit(50).match("key:*")).forEachRemaining(keys::add);
            assertThat(keys).isEqualTo(pairs.keySet());
            assertThat(redis.incr("counter")).isEqualTo(1);
            assertThat(redis.expire("counter", 100)).isTrue();
            assertThat(redis.ttl("counter")).isBetween(90L, 100L);
            assertThat(redis.append("key:1", "!")).isEqualTo(8);
            assertThat(redis.del(keys.toArray(String[]::new))).isEqualTo(300);
            assertThat(redis.dbsize()).isEqualTo(1);
        } finally {
            client.shutdown();
        }
    }

    @Test
    void a_thousand_commands_in_flight_are_answered_in_order() throws Exception {
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            RedisClient client = plain(number, ProtocolVersion.RESP3);
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                RedisAsyncCommands<String, String> redis = connection.async();
                String key = "counter:" + number;
                connection.setAutoFlushCommands(false);
                List<RedisFuture<Long>> counts = new ArrayList<>();
                List<RedisFuture<String>> reads = new ArrayList<>();
                for (int i = 0; i < COMMANDS / 2; i++) {
                    counts.add(redis.incr(key));
                    reads.add(redis.get(key));
                }
                connection.flushCommands();
                for (int i = 0; i < COMMANDS / 2; i++) {
                    assertThat(counts.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(i + 1);
                    assertThat(reads.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i + 1));
                }
            } finally {
                client.shutdown();
            }
        }
    }

    @Test
    void clients_of_both_kinds_go_on_while_the_leader_hands_over() throws Exception {
        int from = cluster().leader();
        int to = from % ClientCluster.NODES + 1;
        RedisClusterClient awareClient = aware(ProtocolVersion.RESP3);
        RedisClient plainClient = plain(from, ProtocolVersion.RESP2);
        try (StatefulRedisClusterConnection<String, String> aware = awareClient.connect();
                StatefulRedisConnection<String, String> plain = plainClient.connect()) {
            aware.sync().set("a", "before");
            cluster().handOver(from, to);
            for (String key : ClientCluster.KEY_OF_GROUP) {
                // The cluster client still holds the old map and is sent on; the plain client must not notice.
                assertThat(aware.sync().set(key, "by the aware")).isEqualTo("OK");
                assertThat(plain.sync().get(key)).isEqualTo("by the aware");
                assertThat(plain.sync().set(key, "by the plain")).isEqualTo("OK");
                assertThat(aware.sync().get(key)).isEqualTo("by the plain");
            }
        } finally {
            awareClient.shutdown();
            plainClient.shutdown();
        }
    }

    @Test
    void errors_arrive_as_redis_words_them() {
        RedisClient client = plain(1, ProtocolVersion.RESP3);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().set("a", "text");
            assertThatThrownBy(() -> connection.sync().incr("a"))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessage("ERR value is not an integer or out of range");
        } finally {
            client.shutdown();
        }
    }

    private RedisClient plain(int number, ProtocolVersion protocol) {
        RedisClient client = RedisClient.create(resources, uri(node(number).host(), node(number).plain()));
        client.setOptions(ClientOptions.builder().protocolVersion(protocol).build());
        return client;
    }

    private RedisClusterClient aware(ProtocolVersion protocol) {
        List<RedisURI> nodes = new ArrayList<>();
        for (int i = 1; i <= ClientCluster.NODES; i++) {
            nodes.add(uri(node(i).host(), node(i).cluster()));
        }
        RedisClusterClient client = RedisClusterClient.create(resources, nodes);
        client.setOptions(ClusterClientOptions.builder()
                .protocolVersion(protocol)
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(Duration.ofSeconds(1))
                        .build())
                .build());
        return client;
    }

    private static RedisURI uri(String host, int port) {
        return RedisURI.builder().withHost(host).withPort(port).withTimeout(Duration.ofSeconds(10)).build();
    }
}
