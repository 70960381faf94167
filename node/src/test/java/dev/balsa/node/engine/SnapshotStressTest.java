package dev.balsa.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A second thread reads views while the first one writes as fast as it can; freed memory is overwritten at once
 * (checked keyspace).
 */
class SnapshotStressTest {
    private static final int KEYS = 20_000;
    private static final int ABSENT = -1;

    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private final Keyspace keyspace = new Keyspace(2, 1L << 30, true);
    private final int[] versions = new int[KEYS];

    @AfterEach
    void close() {
        reader.shutdownNow();
        keyspace.close();
    }

    @Test
    void a_view_shows_its_moment_whatever_is_written_meanwhile() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        keyspace.time(1_000, 1_000);
        Arrays.fill(versions, ABSENT);
        for (int i = 0; i < 4 * KEYS; i++) {
            write(random, i);
        }
        int written = 0;
        for (int round = 0; round < 40; round++) {
            int[] expected = versions.clone();
            Snapshot snapshot = keyspace.snapshot();
            boolean early = round % 8 == 7;
            CompletableFuture<int[]> seen = CompletableFuture.supplyAsync(() -> read(snapshot, early), reader);
            while (!seen.isDone()) {
                write(random, written++);
                if (random.nextInt(50_000) == 0) {
                    keyspace.clear();
                    Arrays.fill(versions, ABSENT);
                }
                if (random.nextInt(100) == 0) {
                    keyspace.reclaim(50);
                }
            }
            int[] versionsSeen = seen.join();
            if (!early) {
                assertThat(versionsSeen).as("round " + round).isEqualTo(expected);
            }
        }
        assertThat(written).isGreaterThan(1_000);
        while (keyspace.reclaim(1_000)) {}
        keyspace.clear();
        while (keyspace.reclaim(1_000)) {}
        assertThat(keyspace.usedBytes()).isZero();
        assertThat(keyspace.heldBytes()).isZero();
    }

    @Test
    void closing_the_keyspace_ends_a_reader_with_an_exception() throws Exception {
        Keyspace other = new Keyspace(1, 1L << 30, true);
        for (int i = 0; i < 1_000; i++) {
            byte[] key = key(i);
            other.database(0).setInteger(key, 0, key.length, i, 0);
        }
        Snapshot snapshot = other.snapshot();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        CompletableFuture<Void> read = CompletableFuture.runAsync(
                () -> snapshot.forEach((_, _) -> {
                    reading.countDown();
                    await(closed);
                }),
                reader);
        reading.await();
        other.close();
        closed.countDown();
        assertThatThrownBy(read::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IllegalStateException.class);
        snapshot.close();
    }

    private void write(Random random, int number) {
        int i = random.nextInt(KEYS);
        byte[] key = key(i);
        Database database = keyspace.database(0);
        int kind = random.nextInt(10);
        if (kind == 0) {
            assertThat(database.remove(key, 0, key.length)).isEqualTo(versions[i] != ABSENT);
            versions[i] = ABSENT;
        } else if (kind < 3 && versions[i] != ABSENT) {
            // The last nine characters of a value are its version: overwrite them in place.
            byte[] text = version(number);
            int ref = database.find(key, 0, key.length);
            int length = database.valueLength(ref);
            database.setRange(key, 0, key.length, length - text.length, text, 0, text.length);
            versions[i] = number;
        } else {
            byte[] value = new byte[random.nextInt(200) == 0 ? 200_000 : 20 + random.nextInt(100)];
            Arrays.fill(value, (byte) '.');
            byte[] text = version(number);
            System.arraycopy(text, 0, value, value.length - text.length, text.length);
            long deadline = random.nextInt(4) == 0 ? 2_000 + random.nextInt(1_000) : 0;
            database.setString(key, 0, key.length, value, 0, value.length, deadline);
            versions[i] = number;
        }
    }

    private static int[] read(Snapshot snapshot, boolean early) {
        int[] seen = new int[KEYS];
        Arrays.fill(seen, ABSENT);
        int[] left = {KEYS / 4};
        try (snapshot) {
            snapshot.forEach((_, entry) -> {
                if (early && left[0]-- == 0) {
                    throw new IllegalArgumentException("enough");
                }
                String key = string(entry.segment(), entry.keyOffset(), entry.keyLength());
                String value = string(entry.segment(), entry.valueOffset(), entry.valueLength());
                int i = Integer.parseInt(key.substring(key.indexOf(':') + 1));
                assertThat(seen[i]).isEqualTo(ABSENT);
                seen[i] = Integer.parseInt(value.substring(value.length() - 9));
            });
        } catch (IllegalArgumentException e) {
            assertThat(early).isTrue();
        }
        return seen;
    }

    private static byte[] key(int i) {
        return ((i % 3 == 0 ? "{one slot}:" : "key:") + i).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] version(int number) {
        return "%09d".formatted(number).getBytes(StandardCharsets.US_ASCII);
    }

    private static String string(MemorySegment memory, long offset, int length) {
        return new String(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
