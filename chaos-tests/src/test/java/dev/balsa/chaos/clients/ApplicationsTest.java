package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.proxy.Proxy;
import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.front.RespServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.support.caching.CacheAccessor;
import io.lettuce.core.support.caching.CacheFrontend;
import io.lettuce.core.support.caching.ClientSideCaching;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.Redisson;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RLock;
import org.redisson.api.RMapCache;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.params.XReadGroupParams;

/**
 * What applications use Redis for beside data: locks, queues, messages, transactions and copies of their own, by the clients
 * that people use, as a user with a password, at a node that need not lead and through a proxy.
 */
class ApplicationsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String USER = "app";
    private static final String PASSWORD = "secret of the app";

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path directory;

    private static TestCluster cluster;
    private static EventLoopGroup loops;
    private static Proxy proxy;

    @BeforeAll
    static void three_nodes_and_a_proxy_serve_a_user() throws IOException {
        // A change of leader makes all copies void.
        cluster = TestCluster.create(directory, 3, 3, "cluster-secret between-nodes", "election-timeout-millis 3000",
                "spread-leaders-after-millis 0");
        cluster.startAll();
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
        try (RespSocket admin = cluster.node(1).ports().connect(20_000)) {
            assertThat(admin.call("ACL", "SETUSER", USER, "on", ">" + PASSWORD, "~*", "&*", "+@all", "-acl")).isEqualTo("+OK");
        }
        loops = RespServer.newLoops(1);
        NodeProcess.Ports seed = cluster.node(2).ports();
        proxy = Proxy.start(ProxyConfig.read(List.of("--seeds", seed.host() + ":" + seed.cluster(), "--bind", "127.0.0.1",
                "--port", "0", "--masterauth", "between-nodes")), loops, () -> {});
    }

    @AfterAll
    static void stop() throws IOException {
        if (proxy != null) {
            proxy.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        cluster.close();
    }

    @Test
    void who_was_made_a_user_logs_in_everywhere_at_once() throws IOException {
        try (RespSocket admin = cluster.node(1).ports().connect(20_000)) {
            for (int i = 0; i < 20; i++) {
                String user = "new" + i;
                assertThat(admin.call("ACL", "SETUSER", user, "on", ">first", "+@all")).isEqualTo("+OK");
                assertLogsIn(user, "first");
                assertThat(admin.call("ACL", "SETUSER", user, "resetpass", ">second")).isEqualTo("+OK");
                assertLogsIn(user, "second");
            }
        }
    }

    private static void assertLogsIn(String user, String password) throws IOException {
        for (String front : List.of("node", "proxy")) {
            for (String[] login : List.of(new String[] {"AUTH", user, password}, new String[] {"HELLO", "2", "AUTH", user, password})) {
                try (RespSocket client = RespSocket.connect(host(front), port(front), 20_000)) {
                    assertThat(client.call(login)).as("%s as %s at %s", login[0], user, front).doesNotStartWith("-");
                    assertThat(client.call("ACL", "WHOAMI")).isEqualTo("$" + user);
                }
            }
        }
    }

    // -- Redisson ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"node", "proxy"})
    @SuppressWarnings("LockNotBeforeTry")
    void redisson_locks_queues_and_sends(String front) throws Exception {
        RedissonClient first = redisson(front);
        RedissonClient second = redisson("node");
        try {
            RLock lock = first.getLock("lock:" + front);
            lock.lock(30, TimeUnit.SECONDS);
            RLock other = second.getLock("lock:" + front);
            assertThat(other.tryLock(50, 30_000, TimeUnit.MILLISECONDS)).isFalse();
            Thread waiting = Thread.startVirtualThread(() -> other.lock(30, TimeUnit.SECONDS));
            lock.unlock();
            waiting.join(20_000);
            assertThat(lock.isLocked()).isTrue();
            assertThat(lock.isHeldByCurrentThread()).isFalse();

            RBlockingQueue<String> queue = second.getBlockingQueue("queue:" + front);
            Thread producer = Thread.startVirtualThread(() -> first.<String>getBlockingQueue("queue:" + front).add("element"));
            assertThat(queue.poll(20, TimeUnit.SECONDS)).isEqualTo("element");
            producer.join();

            RTopic topic = first.getTopic("topic:" + front);
            CountDownLatch heard = new CountDownLatch(1);
            topic.addListener(String.class, (channel, message) -> heard.countDown());
            assertThat(second.getTopic("topic:" + front).publish("hello")).isPositive();
            assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();

            RMapCache<String, String> map = first.getMapCache("map:" + front);
            map.put("kept", "1");
            map.put("short", "2", 50, TimeUnit.MILLISECONDS);
            assertThat(second.<String, String>getMapCache("map:" + front).get("kept")).isEqualTo("1");
            await().atMost(PATIENCE).until(() -> map.get("short") == null);
        } finally {
            first.shutdown();
            second.shutdown();
        }
    }

    private static RedissonClient redisson(String front) {
        Config config = new Config();
        config.setCodec(StringCodec.INSTANCE);
        config.setUsername(USER).setPassword(PASSWORD);
        config.useSingleServer().setAddress("redis://" + host(front) + ":" + port(front))
                .setConnectionMinimumIdleSize(1).setConnectionPoolSize(8).setSubscriptionConnectionMinimumIdleSize(1);
        return Redisson.create(config);
    }

    // -- Jedis ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"node", "proxy"})
    void jedis_watches_waits_and_reads_streams_in_groups(String front) throws Exception {
        try (Jedis jedis = jedis(front); Jedis other = jedis("node")) {
            String key = "{j:" + front + "}";
            jedis.watch(key + "a");
            Transaction spoiled = jedis.multi();
            spoiled.set(key + "a", "mine");
            other.set(key + "a", "theirs");
            assertThat(spoiled.exec()).isNull();
            Transaction whole = jedis.multi();
            whole.incr(key + "n");
            whole.get(key + "a");
            assertThat(whole.exec()).containsExactly(1L, "theirs");

            Thread producer = Thread.startVirtualThread(() -> other.rpush(key + "q", "element"));
            assertThat(jedis.blpop(20, key + "q")).containsExactly(key + "q", "element");
            producer.join();

            jedis.xgroupCreate(key + "s", "g", StreamEntryID.XGROUP_LAST_ENTRY, true);
            other.xadd(key + "s", StreamEntryID.NEW_ENTRY, Map.of("f", "v"));
            var read = jedis.xreadGroup("g", "c", XReadGroupParams.xReadGroupParams().count(1).block(20_000),
                    Map.of(key + "s", StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY));
            StreamEntryID id = read.getFirst().getValue().getFirst().getID();
            assertThat(jedis.xack(key + "s", "g", id)).isEqualTo(1);

            Queue<String> messages = new ConcurrentLinkedQueue<>();
            JedisPubSub listener = new JedisPubSub() {
                @Override
                public void onMessage(String channel, String message) {
                    messages.add(message);
                    unsubscribe();
                }
            };
            Thread listening = Thread.startVirtualThread(() -> jedis.subscribe(listener, "news:" + front));
            await().atMost(PATIENCE).until(listener::isSubscribed);
            assertThat(other.publish("news:" + front, "hello")).isPositive();
            listening.join(20_000);
            assertThat(messages).containsExactly("hello");
        }
    }

    private static DefaultJedisClientConfig login() {
        return DefaultJedisClientConfig.builder().user(USER).password(PASSWORD).protocol(RedisProtocol.RESP3)
                .timeoutMillis(25_000).build();
    }

    private static Jedis jedis(String front) {
        return new Jedis(host(front), port(front), login());
    }

    // -- Lettuce ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"node", "proxy"})
    void lettuce_reacts_listens_and_keeps_copies(String front) throws Exception {
        RedisClient client = lettuce(front);
        RedisClient writer = lettuce("node");
        try (StatefulRedisConnection<String, String> connection = client.connect();
                StatefulRedisConnection<String, String> other = writer.connect();
                StatefulRedisPubSubConnection<String, String> listener = client.connectPubSub()) {
            assertThat(connection.reactive().set("l", "1").then(connection.reactive().incr("l")).block(PATIENCE)).isEqualTo(2);

            CountDownLatch heard = new CountDownLatch(1);
            listener.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.countDown();
                }
            });
            listener.sync().subscribe("lettuce:" + front);
            assertThat(other.sync().publish("lettuce:" + front, "hello")).isPositive();
            assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();

            Map<String, String> copies = new ConcurrentHashMap<>();
            CacheFrontend<String, String> cache = ClientSideCaching.enable(
                    CacheAccessor.forMap(copies), connection, TrackingArgs.Builder.enabled().noloop());
            for (int i = 0; i < 50; i++) {
                other.sync().set("cached", "" + i);
                String written = "" + i;
                await().atMost(PATIENCE).until(() -> cache.get("cached"), written::equals);
            }
            // The news of the last change may come after its value was read.
            newsHaveCome(cache, copies, other);
            assertThat(cache.get("cached")).isEqualTo("49");
            // Its own change is no news (NOLOOP).
            connection.sync().set("cached", "own");
            newsHaveCome(cache, copies, other);
            assertThat(copies).containsEntry("cached", "49");
        } finally {
            client.shutdown(0, 2, TimeUnit.SECONDS);
            writer.shutdown(0, 2, TimeUnit.SECONDS);
        }
    }

    /** Waits for the news of one more change: of a key of the same group, so what is older has come before. */
    private static void newsHaveCome(CacheFrontend<String, String> cache, Map<String, String> copies,
            StatefulRedisConnection<String, String> writer) {
        String marker = "{cached}marker" + System.nanoTime();
        writer.sync().set(marker, "1");
        assertThat(cache.get(marker)).isEqualTo("1");
        await().atMost(PATIENCE).until(() -> {
            // The news of the change before may come late, too.
            cache.get(marker);
            writer.sync().set(marker, "2");
            return !copies.containsKey(marker);
        });
    }

    private static RedisClient lettuce(String front) {
        return RedisClient.create(RedisURI.builder().withHost(host(front)).withPort(port(front))
                .withAuthentication(USER, PASSWORD.toCharArray()).withTimeout(Duration.ofSeconds(25)).build());
    }

    private static String host(String front) {
        return front.equals("proxy") ? "127.0.0.1" : cluster.node(3).ports().host();
    }

    private static int port(String front) {
        return front.equals("proxy") ? proxy.port() : cluster.node(3).ports().plain();
    }
}
