package dev.balsa.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on a checked keyspace and on java.util maps must look the same, also through a snapshot taken in
 * the middle.
 */
class KeyspaceModelTest {
    private static final int DATABASES = 3;
    private static final int STEPS = 12_000;

    private final Keyspace keyspace = new Keyspace(DATABASES, 1L << 30, true);
    private final List<Map<String, Value>> model = new ArrayList<>();
    private final List<String> expired = new ArrayList<>();
    private long now = 1_000;
    private Random random = new Random(0);
    private @Nullable Snapshot snapshot;
    private List<Map<String, Value>> frozen = List.of();

    /** What the model knows of a key: text in ISO 8859-1. */
    private record Value(String text, long deadline) {}

    private enum Operation {
        SET(35),
        SET_NUMBER(5),
        REMOVE(15),
        SET_RANGE(10),
        SET_DEADLINE(10),
        COPY(5),
        GET(10),
        ADVANCE(3),
        RANDOM(1),
        RECLAIM(1),
        SWAP_OR_CLEAR(1),
        OPEN_SNAPSHOT(2),
        CLOSE_SNAPSHOT(2);

        private final int percent;

        Operation(int percent) {
            this.percent = percent;
        }

        static Operation pick(Random random) {
            int left = random.nextInt(100);
            for (Operation operation : values()) {
                left -= operation.percent;
                if (left < 0) {
                    return operation;
                }
            }
            throw new AssertionError("The shares are to add up to 100");
        }
    }

    static List<Long> seeds() {
        return List.of(1L, 2L, 3L, System.nanoTime());
    }

    @AfterEach
    void close() {
        keyspace.close();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_keyspace_and_a_map_agree_after_every_operation(long seed) {
        System.out.println("seed " + seed);
        random = new Random(seed);
        int keys = 20 + random.nextInt(3_000);
        boolean oneSlot = random.nextInt(3) == 0;
        for (int i = 0; i < DATABASES; i++) {
            model.add(new HashMap<>());
        }
        keyspace.listener((database, key) -> expired.add(database + new String(key, StandardCharsets.ISO_8859_1)));
        keyspace.time(now, now);
        for (int step = 0; step < STEPS; step++) {
            step(keys, oneSlot);
            if (step % 1_500 == 0) {
                compareAll();
            }
        }
        closeSnapshot();
        compareAll();
        keyspace.clear();
        model.forEach(Map::clear);
        while (keyspace.reclaim(100)) {}
        assertThat(keyspace.usedBytes()).isZero();
        assertThat(keyspace.heldBytes()).isZero();
    }

    private void step(int keys, boolean oneSlot) {
        int d = random.nextInt(8) == 0 ? random.nextInt(DATABASES) : 0;
        Database database = keyspace.database(d);
        Map<String, Value> map = model.get(d);
        String key = (oneSlot ? "{t}" : "") + "key" + random.nextInt(keys);
        byte[] k = bytes("##" + key);
        int length = k.length - 2;
        Value old = map.get(key);
        switch (Operation.pick(random)) {
            case SET -> {
                String text = text();
                long deadline = random.nextInt(3) == 0 ? now + 1 + random.nextInt(1 << random.nextInt(20)) : 0;
                byte[] v = bytes(text);
                database.setString(k, 2, length, v, 0, v.length, deadline);
                map.put(key, new Value(text, deadline));
            }
            case SET_NUMBER -> {
                long number = random.nextLong() >> random.nextInt(64);
                database.setInteger(k, 2, length, number, 0);
                map.put(key, new Value(Long.toString(number), 0));
            }
            case REMOVE -> assertThat(database.remove(k, 2, length)).isEqualTo(map.remove(key) != null);
            case SET_RANGE -> {
                int at = random.nextInt(4) == 0 ? random.nextInt(400) : old == null ? 0 : old.text.length();
                byte[] v = bytes(text());
                int newLength = database.setRange(k, 2, length, at, v, 0, v.length);
                Value changed = overwritten(old, at, new String(v, StandardCharsets.ISO_8859_1));
                map.put(key, changed);
                assertThat(newLength).isEqualTo(changed.text.length());
                assertThat(database.encoding(database.find(k, 2, length))).isEqualTo("raw");
            }
            case SET_DEADLINE -> {
                long deadline = random.nextInt(3) == 0 ? 0 : now + 1 + random.nextInt(5_000);
                assertThat(database.setDeadline(k, 2, length, deadline)).isEqualTo(old != null);
                map.computeIfPresent(key, (_, value) -> new Value(value.text, deadline));
            }
            case COPY -> {
                int to = random.nextInt(DATABASES);
                byte[] target = bytes("copy" + random.nextInt(keys));
                int ref = database.find(k, 2, length);
                assertThat(ref != Keyspace.MISSING).isEqualTo(old != null);
                if (old != null) {
                    database.copy(ref, keyspace.database(to), target, 0, target.length);
                    model.get(to).put(new String(target, StandardCharsets.ISO_8859_1), old);
                }
            }
            case GET -> compare(database, key, old);
            case ADVANCE -> advance();
            case RANDOM -> assertThat(random(database)).isIn(map.isEmpty() ? Set.of("") : map.keySet());
            case RECLAIM -> keyspace.reclaim(random.nextInt(200));
            case SWAP_OR_CLEAR -> swapOrClear();
            case OPEN_SNAPSHOT -> {
                if (snapshot == null && random.nextInt(10) == 0) {
                    openSnapshot();
                }
            }
            case CLOSE_SNAPSHOT -> {
                if (random.nextInt(20) == 0) {
                    closeSnapshot();
                }
            }
        }
    }

    private void advance() {
        now += random.nextInt(1 << random.nextInt(12));
        keyspace.time(now, now);
        List<String> due = new ArrayList<>();
        for (int i = 0; i < DATABASES; i++) {
            int d = i;
            model.get(i).entrySet().removeIf(entry -> {
                boolean dead = entry.getValue().deadline != 0 && entry.getValue().deadline <= now;
                if (dead) {
                    due.add(d + entry.getKey());
                }
                return dead;
            });
        }
        if (random.nextBoolean()) {
            expired.clear();
            while (keyspace.nextDeadlineMillis() <= now) {
                keyspace.removeDue(1 + random.nextInt(5));
            }
            assertThat(expired).containsAll(due);
        }
    }

    private void swapOrClear() {
        if (random.nextInt(30) == 0) {
            int d = random.nextInt(DATABASES);
            keyspace.database(d).clear();
            model.get(d).clear();
        } else {
            int a = random.nextInt(DATABASES);
            int b = random.nextInt(DATABASES);
            keyspace.swap(a, b);
            Map<String, Value> first = model.get(a);
            model.set(a, model.get(b));
            model.set(b, first);
        }
    }

    private void openSnapshot() {
        snapshot = keyspace.snapshot();
        frozen = new ArrayList<>();
        model.forEach(map -> frozen.add(new HashMap<>(map)));
    }

    private void closeSnapshot() {
        if (snapshot == null) {
            return;
        }
        List<Map<String, Value>> seen = new ArrayList<>();
        for (int i = 0; i < DATABASES; i++) {
            seen.add(new HashMap<>());
        }
        snapshot.forEach((database, entry) -> {
            byte[] key = new byte[entry.keyLength()];
            java.lang.foreign.MemorySegment.copy(
                    entry.segment(), ValueLayout.JAVA_BYTE, entry.keyOffset(), key, 0, key.length);
            String text = entry.isInteger()
                    ? Long.toString(entry.integer())
                    : string(entry.segment().asSlice(entry.valueOffset(), entry.valueLength()).toArray(ValueLayout.JAVA_BYTE));
            seen.get(database).put(string(key), new Value(text, entry.deadlineMillis()));
        });
        assertThat(seen).isEqualTo(frozen);
        snapshot.close();
        snapshot = null;
    }

    private void compareAll() {
        for (int d = 0; d < DATABASES; d++) {
            Database database = keyspace.database(d);
            for (Map.Entry<String, Value> entry : model.get(d).entrySet()) {
                compare(database, entry.getKey(), entry.getValue());
            }
            Set<String> scanned = new HashSet<>();
            List<String> order = new ArrayList<>();
            long cursor = 0;
            do {
                cursor = database.scan(cursor, 7, ref -> {
                    String key = string(key(database, ref));
                    assertThat(scanned.add(key)).isTrue();
                    order.add(key);
                });
            } while (cursor != 0);
            assertThat(scanned).isEqualTo(model.get(d).keySet());
            Map<Long, String> sorted = new TreeMap<>();
            for (String key : scanned) {
                byte[] k = bytes(key);
                long place = (long) KeyHash.slot(k, 0, k.length) << 32 | (KeyHash.hash(k, 0, k.length) & 0xffff_ffffL);
                sorted.put(place, key);
            }
            if (sorted.size() == order.size()) {
                assertThat(order).containsExactlyElementsOf(sorted.values());
            }
        }
    }

    private static void compare(Database database, String key, @Nullable Value expected) {
        byte[] k = bytes(key);
        int ref = database.find(k, 0, k.length);
        if (expected == null) {
            assertThat(ref).isEqualTo(Keyspace.MISSING);
            return;
        }
        assertThat(ref).isNotEqualTo(Keyspace.MISSING);
        assertThat(text(database, ref)).isEqualTo(expected.text);
        assertThat(database.deadlineMillis(ref)).isEqualTo(expected.deadline);
        assertThat(key(database, ref)).isEqualTo(k);
    }

    private String random(Database database) {
        int ref = database.random(random.nextLong());
        return ref == Keyspace.MISSING ? "" : string(key(database, ref));
    }

    private static String text(Database database, int ref) {
        return database.isInteger(ref)
                ? Long.toString(database.integer(ref))
                : string(database.segment()
                        .asSlice(database.valueOffset(ref), database.valueLength(ref))
                        .toArray(ValueLayout.JAVA_BYTE));
    }

    private static byte[] key(Database database, int ref) {
        return database.segment().asSlice(database.keyOffset(ref), database.keyLength(ref)).toArray(ValueLayout.JAVA_BYTE);
    }

    private String text() {
        return switch (random.nextInt(20)) {
            case 0 -> "";
            case 1, 2 -> Integer.toString(random.nextInt());
            case 3 -> "x".repeat(random.nextInt(100_000));
            case 4 -> "y".repeat(random.nextInt(300_000));
            case 5 -> "z".repeat(random.nextInt(3_000));
            default -> "v".repeat(random.nextInt(300));
        };
    }

    private static Value overwritten(@Nullable Value old, int at, String with) {
        StringBuilder text = new StringBuilder(old == null ? "" : old.text);
        while (text.length() < at) {
            text.append('\0');
        }
        text.replace(at, Math.min(text.length(), at + with.length()), with);
        return new Value(text.toString(), old == null ? 0 : old.deadline);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
