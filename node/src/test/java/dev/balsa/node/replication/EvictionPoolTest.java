package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.EvictionPolicy;
import dev.balsa.node.engine.Keyspace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which keys are chosen, by each policy. */
class EvictionPoolTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final int KEYS = 1000;
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Keyspace keyspace = new Keyspace(4, 1 << 30, true);
    private final EvictionPool pool = new EvictionPool(random::nextLong);

    @BeforeAll
    static void print_the_seed() {
        System.out.println("EvictionPoolTest: -Dbalsa.seed=" + SEED);
    }

    @AfterEach
    void close() {
        keyspace.close();
    }

    @Test
    void the_least_recently_used_go_first() {
        fill(EvictionPolicy.ALLKEYS_LRU);
        // Key i was last used i seconds ago. With Redis' five samples nearly all that go are of the older half.
        long old = evict(EvictionPolicy.ALLKEYS_LRU, 200).stream().filter(i -> i >= KEYS / 2).count();
        assertThat(old).isGreaterThan(185);
    }

    @Test
    void the_least_frequently_used_go_first() {
        fill(EvictionPolicy.ALLKEYS_LFU);
        Database database = keyspace.database(0);
        for (int i = 0; i < KEYS / 2; i++) {
            database.setFrequency(find(i), 100);
        }
        // The first five samples are all of the frequent half once in 32 times; with more candidates it hardly happens.
        assertThat(evict(EvictionPolicy.ALLKEYS_LFU, 200).stream().filter(i -> i < KEYS / 2).count()).isLessThan(6);
    }

    @Test
    void what_dies_next_goes_first() {
        fill(EvictionPolicy.VOLATILE_TTL);
        // Keys with an odd number die after i hours.
        List<Integer> gone = evict(EvictionPolicy.VOLATILE_TTL, 100);
        assertThat(gone).allMatch(i -> i % 2 == 1);
        assertThat(gone.stream().filter(i -> i < KEYS / 2).count()).isGreaterThan(90);
    }

    @ParameterizedTest
    @EnumSource(names = {"VOLATILE_LRU", "VOLATILE_LFU", "VOLATILE_RANDOM", "VOLATILE_TTL"})
    void keys_without_a_deadline_stay_and_all_others_go(EvictionPolicy policy) {
        fill(policy);
        TreeSet<Integer> gone = new TreeSet<>(evict(policy, KEYS));
        assertThat(gone).hasSizeGreaterThan(KEYS / 2 - 5).allMatch(i -> i % 2 == 1);
    }

    @Test
    void a_key_that_was_used_since_it_was_looked_at_stays() {
        fill(EvictionPolicy.ALLKEYS_LRU);
        assertThat(evict(EvictionPolicy.ALLKEYS_LRU, 1)).hasSize(1);
        for (int i = 0; i < KEYS - 10; i++) {
            if (find(i) != Keyspace.MISSING) {
                keyspace.database(0).touch(find(i));
            }
        }
        assertThat(evict(EvictionPolicy.ALLKEYS_LRU, 5)).allMatch(i -> i >= KEYS - 10 || idle(i) == 0);
    }

    private long idle(int i) {
        return find(i) == Keyspace.MISSING ? 0 : keyspace.database(0).idleSeconds(find(i));
    }

    /** Key i is as long unused as i says; odd ones have deadlines. */
    private void fill(EvictionPolicy policy) {
        keyspace.accessPolicy(policy.access());
        keyspace.time(NOW, NOW);
        Database database = keyspace.database(0);
        for (int i = 0; i < KEYS; i++) {
            byte[] key = key(i);
            database.setString(key, 0, key.length, key, 0, key.length, i % 2 == 1 ? NOW + i * 3_600_000L : 0);
            database.setIdleSeconds(find(i), i);
        }
    }

    /** Evicts so many, or all that may go; returns their numbers. */
    private List<Integer> evict(EvictionPolicy policy, int count) {
        List<Integer> gone = new ArrayList<>();
        EvictionPool.Victim victim = pool.next(keyspace, policy, 5);
        while (victim != null) {
            gone.add(Integer.valueOf(new String(victim.name().key, StandardCharsets.US_ASCII)));
            byte[] key = victim.name().key;
            assertThat(keyspace.evict(victim.name().database, key, 0, key.length)).isTrue();
            pool.gone(Objects.requireNonNull(victim));
            victim = gone.size() < count ? pool.next(keyspace, policy, 5) : null;
        }
        return gone;
    }

    private int find(int i) {
        byte[] key = key(i);
        return keyspace.database(0).find(key, 0, key.length);
    }

    private static byte[] key(int i) {
        return Integer.toString(i).getBytes(StandardCharsets.US_ASCII);
    }
}
