package dev.balsa.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.value.EncodingLimits;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lists under keys: their forms, what views see of them, what they take. -Dbalsa.seed=... replays a run. */
class ListsTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());
    private static final int KEYS = 60;

    private final Keyspace keyspace = new Keyspace(1, 1L << 30, true);
    private final Database db = keyspace.database(0);
    private final Lists lists = new Lists(keyspace);
    private final ExecutorService reader = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        reader.shutdownNow();
        keyspace.close();
    }

    @Test
    void a_view_shows_its_moment_whatever_is_written_meanwhile_and_all_memory_comes_back() {
        System.out.println("ListsTest: -Dbalsa.seed=" + SEED);
        Random random = new Random(SEED);
        keyspace.time(1, 1);
        // Chunks of up to 4 KiB, so that there are many.
        keyspace.limits(new EncodingLimits(128, 64, 512, 128, 64, 128, 64, -1, 4096, 100, 3000));
        change(random, 0);
        drain();
        long empty = usedWithoutLists();
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < 500; i++) {
                change(random, i);
            }
            StateDigest now = digest();
            Snapshot view = keyspace.snapshot();
            CompletableFuture<StateDigest> seen = CompletableFuture.supplyAsync(() -> read(view), reader);
            for (int i = 0; i < 200 || !seen.isDone(); i++) {
                change(random, i);
            }
            assertThat(seen.join()).as("round " + round).isEqualTo(now);
        }
        drain();
        assertThat(usedWithoutLists()).isEqualTo(empty);
    }

    @Test
    void a_list_becomes_large_when_it_outgrows_a_chunk_and_packed_when_it_fills_half_of_one() {
        keyspace.limits(new EncodingLimits(128, 64, 512, 128, 64, 128, 64, 4, 4096, 100, 3000));
        byte[] key = bytes("k");
        for (int i = 0; i < 4; i++) {
            push(key, "v");
        }
        assertThat(encoding(key)).isEqualTo("listpack");
        push(key, "v");
        assertThat(encoding(key)).isEqualTo("quicklist");
        open(key).removeRange(4, 1);
        open(key).removeRange(0, 1);
        assertThat(encoding(key)).isEqualTo("quicklist");
        open(key).removeRange(0, 1);
        assertThat(encoding(key)).isEqualTo("listpack");
        push(key, "v".repeat(9_000));
        assertThat(encoding(key)).isEqualTo("quicklist");
        open(key).removeRange(0, 2);
        assertThat(encoding(key)).isEqualTo("listpack"); // one element of four, whatever its length
        open(key).removeRange(0, 1);
        assertThat(db.size()).isZero();
    }

    @Test
    void a_deadline_survives_every_change_of_form() {
        keyspace.limits(new EncodingLimits(128, 64, 512, 128, 64, 128, 64, 4, 4096, 100, 3000));
        byte[] key = bytes("k");
        push(key, "v");
        db.setDeadline(key, 0, key.length, 5_000);
        for (int i = 0; i < 9; i++) {
            push(key, "v");
        }
        assertThat(db.deadlineMillis(find(key))).isEqualTo(5_000);
        open(key).trim(1, 2);
        assertThat(encoding(key)).isEqualTo("listpack");
        assertThat(db.deadlineMillis(find(key))).isEqualTo(5_000);
    }

    private void change(Random random, int number) {
        byte[] key = bytes("k" + random.nextInt(KEYS));
        byte[] value = bytes(random.nextInt(3) == 0 ? Integer.toString(number) : "v".repeat(random.nextInt(400)));
        Lists list = open(key);
        long size = list.size();
        switch (size == 0 ? 0 : random.nextInt(12)) {
            case 0, 1, 2, 3, 4, 5 -> {
                int times = random.nextInt(20) == 0 ? 200 : 1;
                list.willAdd((long) times * value.length, times);
                for (int i = 0; i < times; i++) {
                    list.push(random.nextBoolean(), value, 0, value.length);
                }
            }
            case 6 -> list.set(random.nextLong(size), value, 0, value.length);
            case 7 -> {
                list.willAdd(value.length, 1);
                list.insert(random.nextLong(size + 1), value, 0, value.length);
            }
            case 8 -> list.remove(value, 0, value.length, Long.MAX_VALUE, random.nextBoolean());
            case 9 -> list.rotate(random.nextBoolean());
            case 10 -> {
                if (random.nextInt(20) == 0) {
                    db.remove(key, 0, key.length);
                } else {
                    byte[] other = bytes("k" + random.nextInt(KEYS));
                    db.copy(find(key), db, other, 0, other.length);
                }
            }
            default -> {
                long at = random.nextLong(size);
                list.removeRange(at, 1 + random.nextLong(Math.min(50, size - at)));
            }
        }
        keyspace.reclaim(20);
    }

    private void drain() {
        for (int i = 0; i < KEYS; i++) {
            byte[] key = bytes("k" + i);
            db.remove(key, 0, key.length);
        }
        while (keyspace.reclaim(1_000)) {}
    }

    /** Tables of keys and of large values keep their size. */
    private long usedWithoutLists() {
        return keyspace.usedBytes() - keyspace.large().usedBytes() - db.tableBytes();
    }

    private StateDigest digest() {
        Snapshot snapshot = keyspace.snapshot();
        return read(snapshot);
    }

    private static StateDigest read(Snapshot snapshot) {
        try (snapshot) {
            return StateDigest.of(snapshot);
        }
    }

    private void push(byte[] key, String value) {
        byte[] bytes = bytes(value);
        Lists list = open(key);
        list.willAdd(bytes.length, 1);
        list.push(false, bytes, 0, bytes.length);
    }

    private Lists open(byte[] key) {
        return lists.open(db, key, 0, key.length, find(key));
    }

    private int find(byte[] key) {
        return db.find(key, 0, key.length);
    }

    private String encoding(byte[] key) {
        return db.encoding(find(key));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
