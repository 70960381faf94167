package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/** Jedis with its pool on a plain port, and its cluster client on the cluster ports. */
abstract class JedisScenarios extends ClientScenarios {
    private static final int KEYS = 300;

    @ParameterizedTest
    @EnumSource(value = RedisProtocol.class, names = {"RESP2", "RESP3"})
    void a_plain_client_uses_all_groups_through_any_node(RedisProtocol protocol) {
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            try (RedisClient jedis = plain(number, protocol)) {
                everydayCommands(jedis, "n" + number + ":");
                assertThat(jedis.mset("a", "1", "b", "2", "c", "3")).isEqualTo("OK");
                assertThat(jedis.mget("c", "nothing", "a", "b")).containsExactly("3", null, "1", "2");
                assertThat(jedis.del("a", "b", "c", "nothing")).isEqualTo(3);
                assertThat(scanned(jedis, "n" + number + ":key:*")).hasSize(KEYS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = RedisProtocol.class, names = {"RESP2", "RESP3"})
    void a_cluster_client_uses_all_groups_through_their_leaders(RedisProtocol protocol) {
        try (RedisClusterClient jedis = aware(protocol)) {
            everydayCommands(jedis, "");
            assertThat(jedis.mset("{t}1", "1", "{t}2", "2")).isEqualTo("OK");
            assertThat(jedis.mget("{t}2", "{t}1", "{t}0")).containsExactly("2", "1", null);
            Set<String> keys = new HashSet<>();
            jedis.scanIteration(100, "key:*").collect(keys);
            assertThat(keys).hasSize(KEYS);
        }
    }

    private static void everydayCommands(UnifiedJedis jedis, String prefix) {
        String counter = prefix + "counter";
        assertThat(jedis.set(prefix + "greeting", "hello")).isEqualTo("OK");
        assertThat(jedis.append(prefix + "greeting", " world")).isEqualTo(11);
        assertThat(jedis.get(prefix + "greeting")).isEqualTo("hello world");
        assertThat(jedis.incr(counter)).isEqualTo(1);
        assertThat(jedis.incrBy(counter, 41)).isEqualTo(42);
        assertThat(jedis.ttl(counter)).isEqualTo(-1);
        assertThat(jedis.expire(counter, 100)).isEqualTo(1);
        assertThat(jedis.ttl(counter)).isBetween(90L, 100L);
        assertThat(jedis.ttl(prefix + "nothing")).isEqualTo(-2);
        assertThat(jedis.exists(counter)).isTrue();
        assertThat(jedis.del(counter)).isEqualTo(1);
        assertThat(jedis.get(counter)).isNull();
        assertThatThrownBy(() -> jedis.incr(prefix + "greeting"))
                .isInstanceOf(JedisDataException.class)
                .hasMessage("ERR value is not an integer or out of range");
        pipeline(jedis, prefix);
    }

    private static void pipeline(UnifiedJedis jedis, String prefix) {
        List<Response<String>> values = new ArrayList<>();
        try (AbstractPipeline pipeline = jedis.pipelined()) {
            for (int i = 0; i < KEYS; i++) {
                pipeline.set(prefix + "key:" + i, "value " + i);
                values.add(pipeline.get(prefix + "key:" + i));
            }
            pipeline.sync();
        }
        for (int i = 0; i < KEYS; i++) {
            assertThat(values.get(i).get()).isEqualTo("value " + i);
        }
    }

    @Test
    void clients_of_both_kinds_go_on_while_the_leader_hands_over() throws Exception {
        int from = cluster().leader();
        int to = from % ClientCluster.NODES + 1;
        try (RedisClusterClient aware = aware(RedisProtocol.RESP3);
                RedisClient plain = plain(from, RedisProtocol.RESP2)) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                aware.set(key, "before");
            }
            cluster().handOver(from, to);
            for (String key : ClientCluster.KEY_OF_GROUP) {
                // The cluster client still holds the old map and is sent on; the plain client must not notice.
                assertThat(aware.get(key)).isEqualTo("before");
                assertThat(plain.set(key, "after")).isEqualTo("OK");
                assertThat(aware.get(key)).isEqualTo("after");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = RedisProtocol.class, names = {"RESP2", "RESP3"})
    void transactions_take_effect_as_one_or_not_at_all(RedisProtocol protocol) {
        String key = "{tx}" + protocol;
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            try (RedisClient jedis = plain(number, protocol)) {
                jedis.set(key, "1");
                try (AbstractTransaction transaction = jedis.multi()) {
                    transaction.incr(key);
                    transaction.lpop(key);
                    Response<String> read = transaction.get(key);
                    assertThat(transaction.exec()).hasSize(3);
                    assertThat(read.get()).isEqualTo("2");
                }
                try (AbstractTransaction transaction = jedis.transaction(false)) {
                    transaction.watch(key);
                    jedis.set(key, "5");
                    transaction.multi();
                    transaction.set(key, "never");
                    assertThat(transaction.exec()).isNull();
                }
                assertThat(jedis.get(key)).isEqualTo("5");
            }
        }
    }

    @Test
    void threads_that_share_a_pool_lose_no_increment() throws Exception {
        int threads = 8;
        long each = 100;
        try (RedisClient jedis = plain(2, RedisProtocol.RESP3);
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            Callable<Void> counting = () -> {
                for (int i = 0; i < each; i++) {
                    jedis.incr(ClientCluster.KEY_OF_GROUP[i % 3]);
                }
                return null;
            };
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(counting);
            }
            for (Future<Void> done : executor.invokeAll(all)) {
                done.get();
            }
            long sum = 0;
            for (String count : jedis.mget(ClientCluster.KEY_OF_GROUP)) {
                sum += Long.parseLong(count);
            }
            assertThat(sum).isEqualTo(threads * each);
        }
    }

    private static Set<String> scanned(RedisClient jedis, String pattern) {
        Set<String> keys = new HashSet<>();
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            ScanResult<String> part = jedis.scan(cursor, new ScanParams().match(pattern).count(100));
            keys.addAll(part.getResult());
            cursor = part.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        return keys;
    }

    private RedisClient plain(int number, RedisProtocol protocol) {
        return RedisClient.builder()
                .hostAndPort(node(number).host(), node(number).plain())
                .clientConfig(config(protocol))
                .build();
    }

    private RedisClusterClient aware(RedisProtocol protocol) {
        Set<HostAndPort> nodes = new HashSet<>();
        for (int i = 1; i <= ClientCluster.NODES; i++) {
            nodes.add(new HostAndPort(node(i).host(), node(i).cluster()));
        }
        return RedisClusterClient.builder()
                .nodes(nodes)
                .clientConfig(config(protocol))
                .build();
    }

    private static JedisClientConfig config(RedisProtocol protocol) {
        return DefaultJedisClientConfig.builder()
                .protocol(protocol)
                .timeoutMillis(10_000)
                .build();
    }
}
