package dev.balsa.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A second thread reads views of sorted sets while the first one changes them; freed memory is overwritten at once. */
class SortedSetSnapshotTest {
    private static final int SETS = 20;
    private static final int MEMBERS = 2_000;

    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private final Keyspace keyspace = new Keyspace(1, 1L << 30, true);
    private final Database database = keyspace.database(0);
    private final SortedSets sets = new SortedSets(keyspace);

    @AfterEach
    void close() {
        reader.shutdownNow();
        keyspace.close();
    }

    @Test
    void a_view_shows_its_moment_whatever_happens_to_the_sets_meanwhile() {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("SortedSetSnapshotTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        keyspace.time(1, 1);
        for (int i = 0; i < 60_000; i++) {
            change(random);
        }
        int written = 0;
        for (int round = 0; round < 15; round++) {
            StateDigest expected;
            try (Snapshot snapshot = keyspace.snapshot()) {
                expected = StateDigest.of(snapshot);
            }
            Snapshot snapshot = keyspace.snapshot();
            CompletableFuture<StateDigest> seen = CompletableFuture.supplyAsync(
                    () -> {
                        try (snapshot) {
                            return StateDigest.of(snapshot);
                        }
                    },
                    reader);
            do {
                change(random);
                written++;
                if (written % 100 == 0) {
                    keyspace.reclaim(50);
                }
            } while (!seen.isDone());
            assertThat(seen.join()).as("seed %d, round %d", seed, round).isEqualTo(expected);
        }
        for (int i = 0; i < SETS; i++) {
            byte[] key = key(i);
            database.remove(key, 0, key.length);
        }
        keyspace.clear();
        while (keyspace.reclaim(1_000)) {}
        assertThat(keyspace.heldBytes()).isZero();
        assertThat(keyspace.space().heapBytes()).isZero();
    }

    private void change(Random random) {
        byte[] key = key(random.nextInt(SETS));
        int ref = database.find(key, 0, key.length);
        int kind = random.nextInt(5_000);
        if (kind == 0) {
            database.remove(key, 0, key.length);
            return;
        }
        if (kind < 3 && ref != Keyspace.MISSING) {
            byte[] to = key(random.nextInt(SETS));
            database.copy(ref, database, to, 0, to.length);
            return;
        }
        sets.openForWrite(database, key, 0, key.length, ref);
        if (kind < 10 && sets.size() > 0) {
            int from = random.nextInt(sets.size());
            sets.remove(from, random.nextInt(Math.min(300, sets.size() - from)) + 1);
            return;
        }
        byte[] member = ("member " + random.nextInt(MEMBERS)).getBytes(StandardCharsets.US_ASCII);
        sets.expect(1, member.length);
        if (sets.find(member, 0, member.length) && kind < 1_500 && sets.size() > 1) {
            sets.remove();
        } else {
            sets.set(member, 0, member.length, random.nextInt(100) / 4.0);
        }
    }

    private static byte[] key(int i) {
        return ((i % 2 == 0 ? "{one slot}:" : "key:") + i).getBytes(StandardCharsets.US_ASCII);
    }
}
