package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.Redisson;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisConnectionException;
import org.redisson.client.RedisTimeoutException;
import org.redisson.config.Config;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisClusterException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The rate limiters that are copied from page to page, as scripts, each asked by many clients while the leader is killed: by
 * the server's clock never more than the limit pass, and afterwards it goes on.
 */
class ScriptedLimitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 8;
    private static final long RUN_MILLIS = 6000;
    private static final int LIMIT = 20;
    private static final long WINDOW_MICROS = 500_000;
    /** A call that takes longer says nothing of when it passed. */
    private static final long LATE_MILLIS = 100;
    private static final String NOW = "local t = redis.call('TIME') local now = t[1] * 1000000 + t[2] ";

    @RegisterExtension
    static final FailingCluster CLUSTER = new FailingCluster();

    /** Scripts that return the time in microseconds if the call passes, else 0. */
    enum Limiter {
        /** A sorted set of the calls in the last window. */
        SLIDING_WINDOW("redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2]) "
                + "if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then "
                + "redis.call('ZADD', KEYS[1], now, ARGV[3]) redis.call('PEXPIRE', KEYS[1], ARGV[2] / 1000) return now end "
                + "return 0"),
        /** Tokens that come back at a rate. */
        TOKEN_BUCKET("local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]) "
                + "local b = redis.call('HMGET', KEYS[1], 'tokens', 'at') "
                + "local tokens, at = tonumber(b[1]) or limit, tonumber(b[2]) or now "
                + "tokens = math.min(limit, tokens + (now - at) * limit / window) "
                + "local passes = tokens >= 1 if passes then tokens = tokens - 1 end "
                + "redis.call('HMSET', KEYS[1], 'tokens', tokens, 'at', now) "
                + "redis.call('PEXPIRE', KEYS[1], math.ceil(window / 500)) return passes and now or 0"),
        /** A counter that dies with its window. */
        FIXED_WINDOW("local n = redis.call('INCR', KEYS[1]) "
                + "if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2] / 1000) end "
                + "return n <= tonumber(ARGV[1]) and now or 0"),
        /** The theoretical arrival time of the next call. */
        GCRA("local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]) local step = window / limit "
                + "local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) "
                + "if now < tat + step - window then return 0 end "
                + "redis.call('SET', KEYS[1], tat + step, 'PX', math.ceil((tat + step - now) / 1000)) return now");

        private final String script;

        Limiter(String text) {
            script = NOW + text;
        }

        /** How many may pass within so many microseconds, the first and the last included. */
        double most(long micros) {
            return switch (this) {
                case SLIDING_WINDOW -> micros < WINDOW_MICROS ? LIMIT : Double.MAX_VALUE;
                case TOKEN_BUCKET, GCRA -> LIMIT + (double) LIMIT * micros / WINDOW_MICROS + 1e-6;
                case FIXED_WINDOW -> micros < WINDOW_MICROS ? 2 * LIMIT : Double.MAX_VALUE;
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Limiter.class)
    void never_more_than_the_limit_pass(Limiter limiter) throws Exception {
        String front = limiter.ordinal() % 2 == 0 ? "node" : "proxy";
        String[] address = CLUSTER.addresses(front).getFirst().split(":", -1);
        String key = "{" + FailingCluster.TAG + "}" + limiter;
        Queue<Long> passed = new ConcurrentLinkedQueue<>();
        int least = (int) (RUN_MILLIS * 1000 / WINDOW_MICROS * LIMIT / 4);
        load(() -> new Jedis(address[0], Integer.parseInt(address[1]), 20_000), (jedis, id) -> {
            long micros = call(jedis, limiter.script, key, id);
            if (micros > 0) {
                passed.add(micros);
            }
        }, killed -> passed.size() > least && passed.stream().anyMatch(micros -> micros > killed * 1000));
        List<Long> times = new ArrayList<>(passed);
        times.sort(Comparator.naturalOrder());
        for (int i = 0; i < times.size(); i++) {
            for (int j = i + LIMIT; j < times.size() && times.get(j) - times.get(i) <= 4 * WINDOW_MICROS; j++) {
                long micros = times.get(j) - times.get(i);
                assertThat(j - i + 1.0).as(limiter + ": within " + micros + " us").isLessThanOrEqualTo(limiter.most(micros));
            }
        }
        System.out.println(limiter + " through " + front + ": " + times.size() + " passed, " + LIMIT + " in "
                + WINDOW_MICROS / 1000 + " ms are allowed");
    }

    private static long call(Jedis jedis, String script, String key, String id) {
        List<String> keys = List.of(key);
        List<String> more = List.of(Integer.toString(LIMIT), Long.toString(WINDOW_MICROS), id);
        try {
            return (Long) jedis.evalsha(sha(script), keys, more);
        } catch (JedisNoScriptException e) {
            return (Long) jedis.eval(script, keys, more);
        }
    }

    private static String sha(String script) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-1").digest(script.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void redissons_limiter_lets_no_more_pass() throws Exception {
        long millis = WINDOW_MICROS / 1000;
        Queue<Long> passed = new ConcurrentLinkedQueue<>();
        AtomicInteger late = new AtomicInteger();
        Config config = new Config();
        config.useSingleServer().setAddress("redis://" + CLUSTER.addresses("node").getFirst())
                .setConnectionMinimumIdleSize(1).setConnectionPoolSize(CLIENTS).setTimeout(10_000);
        RedissonClient client = Redisson.create(config);
        try {
            RRateLimiter limiter = client.getRateLimiter("{" + FailingCluster.TAG + "}redisson");
            assertThat(limiter.trySetRate(RateType.OVERALL, LIMIT, Duration.ofMillis(millis))).isTrue();
            load(() -> () -> {}, (none, id) -> {
                long asked = System.currentTimeMillis();
                if (!limiter.tryAcquire()) {
                    return;
                }
                if (System.currentTimeMillis() - asked < LATE_MILLIS) {
                    passed.add(asked);
                } else {
                    late.incrementAndGet();
                }
            }, killed -> passed.size() + late.get() > RUN_MILLIS / millis * LIMIT / 4
                    && passed.stream().anyMatch(asked -> asked > killed));
        } finally {
            client.shutdown();
        }
        // Redisson sends its own clock, which it reads after this test has. Who is held up after that, or sends the same
        // once more, passes by a clock of which the limit is no longer known: those are left out.
        List<Long> times = passed.stream().sorted().toList();
        for (int i = 0; i + LIMIT < times.size(); i++) {
            assertThat(times.get(i + LIMIT) - times.get(i)).as("%d calls", LIMIT + 1).isGreaterThanOrEqualTo(millis - LATE_MILLIS);
        }
        System.out.println("Redisson: " + times.size() + " passed, " + late + " late, " + LIMIT + " in " + millis
                + " ms are allowed");
    }

    // -- load -------------------------------------------------------------------------------------------------------

    private interface Opening<C extends Closeable> {
        C open();
    }

    private interface Asking<C extends Closeable> {
        void ask(C connection, String id);
    }

    /**
     * Many clients ask until the time is over and there is enough, however slow the machine; the leader is killed in
     * between. What has no known outcome counts as refused.
     *
     * @param enough of the time of the kill, in milliseconds
     */
    private static <C extends Closeable> void load(Opening<C> opening, Asking<C> asking, LongPredicate enough)
            throws Exception {
        long begun = System.nanoTime();
        AtomicBoolean running = new AtomicBoolean(true);
        List<Thread> clients = new ArrayList<>();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            clients.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; running.get();) {
                    try (C connection = opening.open()) {
                        while (running.get()) {
                            asking.ask(connection, number + "-" + n++);
                        }
                    } catch (JedisConnectionException | JedisClusterException | RedisTimeoutException
                            | RedisConnectionException lost) {
                        // Nobody knows, or the cluster was down for longer than it waits: the next connection goes on.
                        n++;
                    } catch (Exception e) {
                        failures.add(e);
                    }
                }
            }));
        }
        try {
            await().atMost(PATIENCE).until(() -> System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(RUN_MILLIS / 3));
            CLUSTER.killLeader();
            long killed = System.currentTimeMillis();
            await().atMost(PATIENCE).until(() -> !failures.isEmpty()
                    || System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(RUN_MILLIS) && enough.test(killed));
        } finally {
            running.set(false);
        }
        for (Thread client : clients) {
            client.join();
        }
        assertThat(failures).as(CLUSTER.logs()).isEmpty();
    }
}
