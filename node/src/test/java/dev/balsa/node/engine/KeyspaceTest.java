package dev.balsa.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.node.engine.memory.OutOfSpaceException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyspaceTest {
    private static final long NOW = 1_700_000_000_000L;

    private final Keyspace keyspace = new Keyspace(16, 4L << 30, true);
    private final Database database = keyspace.database(0);

    @BeforeEach
    void set_time() {
        keyspace.time(NOW, NOW);
    }

    @AfterEach
    void close() {
        keyspace.close();
    }

    @Test
    void encodings_have_redis_names() {
        assertThat(encoding("12345")).isEqualTo("int");
        assertThat(encoding("-9223372036854775808")).isEqualTo("int");
        assertThat(encoding("9223372036854775808")).isEqualTo("embstr");
        assertThat(encoding("012")).isEqualTo("embstr");
        assertThat(encoding("-0")).isEqualTo("embstr");
        assertThat(encoding("+1")).isEqualTo("embstr");
        assertThat(encoding("")).isEqualTo("embstr");
        assertThat(encoding("x".repeat(44))).isEqualTo("embstr");
        assertThat(encoding("x".repeat(45))).isEqualTo("raw");
        set("a", "12", 0);
        database.setRange(bytes("a"), 0, 1, 2, bytes("3"), 0, 1);
        assertThat(database.encoding(find("a"))).isEqualTo("raw");
        assertThat(value("a")).isEqualTo("123");
    }

    @Test
    void a_key_that_is_due_by_the_clock_only_is_missing_and_says_so() {
        set("a", "x", NOW + 10);
        keyspace.time(NOW, NOW + 9);
        assertThat(find("a")).isNotZero();
        assertThat(keyspace.sawDue()).isFalse();
        keyspace.time(NOW + 5, NOW + 10);
        assertThat(find("a")).isZero();
        assertThat(keyspace.sawDue()).isTrue();
        assertThat(keyspace.removeDue(10)).isZero();
        keyspace.time(NOW + 10, NOW + 10);
        assertThat(find("a")).isZero();
        assertThat(keyspace.sawDue()).isFalse();
        assertThat(database.size()).isEqualTo(1);
        assertThat(keyspace.removeDue(10)).isEqualTo(1);
        assertThat(database.size()).isZero();
        assertThat(keyspace.nextDeadlineMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void a_dead_key_that_is_written_is_told_as_expired_first() {
        List<String> expired = new ArrayList<>();
        keyspace.listener((db, key) -> expired.add(db + ":" + new String(key, StandardCharsets.US_ASCII)));
        set("a", "12", NOW + 10);
        keyspace.time(NOW + 10, NOW + 10);
        assertThat(database.setDeadline(bytes("a"), 0, 1, 0)).isFalse();
        assertThat(expired).containsExactly("0:a");
        assertThat(database.setRange(bytes("a"), 0, 1, 1, bytes("b"), 0, 1)).isEqualTo(2);
        assertThat(value("a")).isEqualTo("\0b");
        assertThat(database.deadlineMillis(find("a"))).isZero();
    }

    @Test
    void deadlines_of_all_magnitudes_are_met_in_bounded_slices() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        TreeMap<Long, Set<String>> model = new TreeMap<>();
        Set<String> removed = new TreeSet<>();
        keyspace.listener((_, key) -> removed.add(new String(key, StandardCharsets.US_ASCII)));
        long now = NOW;
        for (int round = 0; round < 300; round++) {
            for (int i = 0; i < 30; i++) {
                long deadline = now + 1 + (random.nextLong() >>> (24 + random.nextInt(40)));
                if (deadline > 0) {
                    String key = round + "/" + i;
                    set(key, "x", deadline);
                    model.computeIfAbsent(deadline, _ -> new HashSet<>()).add(key);
                }
            }
            assertThat(keyspace.nextDeadlineMillis()).isLessThanOrEqualTo(model.firstKey());
            now = random.nextInt(4) == 0 ? model.firstKey() : now + (random.nextLong() >>> (24 + random.nextInt(40)));
            keyspace.time(now, now);
            Set<String> due = new TreeSet<>();
            model.headMap(now, true).values().forEach(due::addAll);
            model.headMap(now, true).clear();
            removed.clear();
            while (keyspace.nextDeadlineMillis() <= now) {
                int limit = 1 + random.nextInt(20);
                assertThat(keyspace.removeDue(limit)).isLessThanOrEqualTo(limit);
            }
            assertThat(removed).isEqualTo(due);
            if (model.isEmpty()) {
                return;
            }
        }
    }

    @Test
    void a_scan_meets_every_key_that_stays_while_others_come_and_go() {
        for (String tag : new String[] {"", "{one slot}"}) {
            keyspace.clear();
            int stay = 3_000;
            for (int i = 0; i < stay; i++) {
                set(tag + "stay" + i, "x", 0);
            }
            Random random = new Random(7);
            Set<String> seen = new HashSet<>();
            long cursor = 0;
            int steps = 0;
            do {
                cursor = database.scan(cursor, 10, ref -> seen.add(key(ref)));
                // Grow a lot, then shrink a lot, so that leaves grow, split and collapse between the steps.
                for (int i = 0; i < 100; i++) {
                    String other = tag + "other" + random.nextInt(20_000);
                    if (steps % 200 < 100) {
                        set(other, "y", 0);
                    } else {
                        database.remove(bytes(other), 0, other.length());
                    }
                }
                steps++;
            } while (cursor != 0);
            for (int i = 0; i < stay; i++) {
                assertThat(seen).contains(tag + "stay" + i);
            }
        }
    }

    @Test
    void two_replicas_with_another_history_scan_in_the_same_order() {
        try (Keyspace other = new Keyspace(1, 1L << 28, true)) {
            Random random = new Random(3);
            for (int i = 0; i < 20_000; i++) {
                set("{t}" + random.nextInt(30_000), "x", 0);
            }
            for (int i = 0; i < 25_000; i++) {
                String key = "{t}" + i;
                database.remove(bytes(key), 0, key.length());
            }
            List<String> order = new ArrayList<>();
            assertThat(database.scan(0, Integer.MAX_VALUE, ref -> order.add(key(ref)))).isZero();
            List<String> shuffled = new ArrayList<>(order);
            java.util.Collections.shuffle(shuffled, random);
            for (String key : shuffled) {
                other.database(0).setInteger(bytes(key), 0, key.length(), 1, 0);
            }
            List<String> otherOrder = new ArrayList<>();
            List<Long> cursors = new ArrayList<>();
            long cursor = 0;
            do {
                cursor = other.database(0).scan(cursor, 100, ref -> otherOrder.add(key(other.database(0), ref)));
                cursors.add(cursor);
            } while (cursor != 0);
            assertThat(otherOrder).isEqualTo(order);
            assertThat(order).hasSizeGreaterThan(1_000);
            int slot = KeyHash.slot(bytes("{t}"), 0, 3);
            assertThat(cursors.getFirst() >>> 33).isEqualTo(slot);
            assertThat(other.database(0).random(99)).isNotZero();
            assertThat(key(other.database(0), other.database(0).random(99))).isEqualTo(key(database.random(99)));
        }
    }

    @Test
    void random_reaches_every_key_about_equally() {
        for (int i = 0; i < 50; i++) {
            set("key" + i, "x", 0);
        }
        int[] counts = new int[50];
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            counts[Integer.parseInt(key(database.random(random.nextLong())).substring(3))]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(300, 3_000);
        }
    }

    @Test
    void scan_slot_gives_at_most_what_was_asked_for() {
        for (int i = 0; i < 100; i++) {
            set("{a}" + i, "x", 0);
        }
        int slot = KeyHash.slot(bytes("{a}"), 0, 3);
        assertThat(database.sizeOfSlot(slot)).isEqualTo(100);
        List<String> keys = new ArrayList<>();
        database.scanSlot(slot, 7, ref -> keys.add(key(ref)));
        assertThat(keys).hasSize(7).doesNotHaveDuplicates();
        database.scanSlot(slot + 1, 7, ref -> keys.add(key(ref)));
        assertThat(keys).hasSize(7);
    }

    @Test
    void a_large_value_grows_by_appending_without_a_copy_each_time() {
        byte[] piece = new byte[1 << 20];
        int copies = 0;
        int before = 0;
        for (int i = 0; i < 128; i++) {
            database.setRange(bytes("big"), 0, 3, i << 20, piece, 0, piece.length);
            int ref = find("big");
            copies += ref == before ? 0 : 1;
            before = ref;
        }
        assertThat(database.valueLength(find("big"))).isEqualTo(128 << 20);
        assertThat(copies).isLessThan(30);
        database.remove(bytes("big"), 0, 3);
        assertThat(keyspace.heldBytes()).isZero();
    }

    @Test
    void a_large_value_is_copied_once_while_a_view_is_open() {
        byte[] large = new byte[8 << 20];
        large[0] = 'a';
        database.setString(bytes("big"), 0, 3, large, 0, large.length, 0);
        try (Snapshot snapshot = keyspace.snapshot()) {
            for (int i = 0; i < 1_000; i++) {
                database.setRange(bytes("big"), 0, 3, 0, bytes("b"), 0, 1);
            }
            assertThat(keyspace.heldBytes()).isLessThan(32L << 20);
            snapshot.forEach((_, entry) -> assertThat(entry.segment().get(ValueLayout.JAVA_BYTE, entry.valueOffset()))
                    .isEqualTo((byte) 'a'));
        }
        assertThat(value("big")).startsWith("b");
        while (keyspace.reclaim(10)) {}
        assertThat(keyspace.heldBytes()).isLessThan(17L << 20);
    }

    @Test
    void a_full_keyspace_refuses_a_write_and_is_as_before() {
        try (Keyspace small = new Keyspace(1, 2 << 20, true)) {
            Database db = small.database(0);
            byte[] value = new byte[1_000];
            assertThatThrownBy(() -> {
                        for (int i = 0; ; i++) {
                            byte[] key = bytes("k" + i);
                            db.setString(key, 0, key.length, value, 0, value.length, NOW + 5);
                        }
                    })
                    .isInstanceOf(OutOfSpaceException.class);
            long size = db.size();
            assertThat(db.sizeWithDeadline()).isEqualTo(size);
            assertThat(db.find(bytes("k" + size), 0, ("k" + size).length())).isZero();
            small.time(NOW + 5, NOW + 5);
            while (small.nextDeadlineMillis() <= NOW + 5) {
                small.removeDue(100);
            }
            assertThat(small.heldBytes()).isZero();
        }
    }

    @Test
    void one_slot_with_many_keys_is_split_and_joined_again() {
        int keys = 200_000;
        for (int i = 0; i < keys; i++) {
            set("{t}" + i, "12", 0);
        }
        assertThat(keyspace.usedBytes() / keys).isLessThan(50);
        for (int i = 0; i < keys; i++) {
            assertThat(find("{t}" + i)).isNotZero();
            if (i % 100 != 0) {
                String key = "{t}" + i;
                assertThat(database.remove(bytes(key), 0, key.length())).isTrue();
            }
        }
        assertThat(database.size()).isEqualTo(keys / 100);
        assertThat(keyspace.usedBytes()).isLessThan(1 << 20);
    }

    @Test
    void access_statistics_follow_the_policy() {
        set("a", "x", 0);
        keyspace.time(NOW + 90_000, NOW + 90_000);
        assertThat(database.idleSeconds(find("a"))).isEqualTo(90);
        database.touch(find("a"));
        assertThat(database.idleSeconds(find("a"))).isZero();
        keyspace.accessPolicy(AccessPolicy.FREQUENCY);
        set("b", "x", 0);
        assertThat(database.frequency(find("b"))).isEqualTo(5);
        for (int i = 0; i < 10_000; i++) {
            database.touch(find("b"));
        }
        assertThat(database.frequency(find("b"))).isBetween(20, 80);
        int before = database.frequency(find("b"));
        keyspace.time(NOW + 90_000 + 600_000, NOW + 90_000 + 600_000);
        assertThat(database.frequency(find("b"))).isEqualTo(before - 10);
    }

    private String encoding(String text) {
        set("encoded", text, 0);
        assertThat(value("encoded")).isEqualTo(text);
        return database.encoding(find("encoded"));
    }

    private void set(String key, String value, long deadline) {
        byte[] k = bytes(key);
        byte[] v = bytes(value);
        database.setString(k, 0, k.length, v, 0, v.length, deadline);
    }

    private int find(String key) {
        byte[] k = bytes(key);
        return database.find(k, 0, k.length);
    }

    private String value(String key) {
        int ref = find(key);
        return database.isInteger(ref)
                ? Long.toString(database.integer(ref))
                : new String(
                        database.segment()
                                .asSlice(database.valueOffset(ref), database.valueLength(ref))
                                .toArray(ValueLayout.JAVA_BYTE),
                        StandardCharsets.ISO_8859_1);
    }

    private String key(int ref) {
        return key(database, ref);
    }

    private static String key(Database database, int ref) {
        return new String(
                database.segment()
                        .asSlice(database.keyOffset(ref), database.keyLength(ref))
                        .toArray(ValueLayout.JAVA_BYTE),
                StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
