package dev.balsa.node.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.ScoredMembers;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.StateDigest;
import dev.balsa.node.engine.ValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SortedSetFormatTest {
    @TempDir
    private Path directory;

    private final Keyspace keyspace = new Keyspace(1, 1L << 30, true);
    private final Database database = keyspace.database(0);
    private final SortedSets sets = new SortedSets(keyspace);
    private long seed;
    private Random random = new Random(0);

    @BeforeEach
    void seed() {
        seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("SortedSetFormatTest: -Dbalsa.seed=" + seed);
        random = new Random(seed);
        keyspace.time(1, 1);
    }

    @AfterEach
    void close() {
        keyspace.close();
    }

    @Test
    void a_restored_replica_has_the_same_forms_and_goes_on_alike() throws IOException {
        for (int members : new int[] {1, 20, 128, 129, 3_000}) {
            fill("k" + members, members);
        }
        fill("shrunk", 200);
        openForWrite("shrunk");
        sets.remove(0, 190);
        assertThat(encoding(database, "shrunk")).isEqualTo("skiplist");
        Path file = directory.resolve("dump.rdb");
        StateDigest digest = RdbTest.digest(keyspace);
        try (Snapshot snapshot = keyspace.snapshot()) {
            RdbWriter.save(snapshot, file, RdbSaveOptions.plain(1, 1));
        }
        try (Keyspace other = new Keyspace(1, 1L << 30, true)) {
            other.time(1, 1);
            RdbReader.load(file, other, new RdbTest.Fields());
            assertThat(RdbTest.digest(other)).as("seed %d", seed).isEqualTo(digest);
            assertThat(encoding(other.database(0), "shrunk")).isEqualTo("skiplist");
            assertThat(encoding(other.database(0), "k128")).isEqualTo("listpack");
            SortedSets theirs = new SortedSets(other);
            for (String key : new String[] {"k20", "k128", "k3000", "shrunk"}) {
                Random same = new Random(seed);
                change(database, sets, key, same);
                change(other.database(0), theirs, key, new Random(seed));
            }
            assertThat(RdbTest.digest(other)).as("seed %d", seed).isEqualTo(RdbTest.digest(keyspace));
        }
    }

    @Test
    void a_dump_restores_as_it_was() {
        for (int members : new int[] {1, 7, 128, 500}) {
            fill("from", members);
            byte[] payload = dump("from");
            assertThat(restore("to", payload)).isEqualTo(DumpPayload.Restored.DONE);
            assertThat(dump("to")).isEqualTo(payload);
            assertThat(encoding(database, "to")).isEqualTo(encoding(database, "from"));
        }
    }

    @Test
    void scores_as_text_of_the_oldest_files_are_read() {
        byte[] value = {
            3, 4,
            1, 'a', 3, '1', '.', '5',
            1, 'b', (byte) 254,
            1, 'c', (byte) 255,
            1, 'd', 2, '-', '7'
        };
        assertThat(restore("k", payload(value))).isEqualTo(DumpPayload.Restored.DONE);
        open("k");
        assertThat(shown()).isEqualTo("c -Infinity, d -7.0, a 1.5, b Infinity, ");
        value[4] = (byte) 253;
        assertThat(restore("other", payload(value))).isEqualTo(DumpPayload.Restored.BAD_FORMAT);
    }

    @Test
    void ziplists_of_redis_6_are_read() {
        byte[] value = {
            12, 21, 21, 0, 0, 0, 18, 0, 0, 0, 4, 0, 0, 1, 'a', 3, (byte) 0xf2, 2, 1, 'b', 3, (byte) 0xf3, (byte) 0xff
        };
        assertThat(restore("k", payload(value))).isEqualTo(DumpPayload.Restored.DONE);
        open("k");
        assertThat(shown()).isEqualTo("a 1.0, b 2.0, ");
        assertThat(encoding(database, "k")).isEqualTo("listpack");
        value[21] = (byte) 0xf1;
        assertThat(restore("k2", payload(value))).isEqualTo(DumpPayload.Restored.BAD_FORMAT);
    }

    @Test
    void a_damaged_payload_changes_nothing() {
        fill("small", 20);
        fill("large", 300);
        for (String key : new String[] {"small", "large"}) {
            byte[] payload = dump(key);
            int valueBytes = payload.length - 10;
            for (int i = 0; i < 2_000; i++) {
                byte[] damaged = Arrays.copyOf(payload, valueBytes);
                if (random.nextInt(4) == 0) {
                    damaged = Arrays.copyOf(payload, 1 + random.nextInt(valueBytes - 1));
                } else {
                    int at = i < valueBytes ? i : random.nextInt(valueBytes);
                    damaged[at] ^= (byte) (1 << random.nextInt(8));
                }
                long used = keyspace.usedBytes();
                StateDigest before = i % 100 == 0 ? RdbTest.digest(keyspace) : null;
                DumpPayload.Restored restored = restore("fuzzed", payload(damaged));
                byte[] fuzzed = RdbTest.bytes("fuzzed");
                if (restored == DumpPayload.Restored.DONE) {
                    checkOrder("fuzzed");
                    database.remove(fuzzed, 0, fuzzed.length);
                    while (keyspace.reclaim(1_000)) {}
                } else {
                    assertThat(restored).isEqualTo(DumpPayload.Restored.BAD_FORMAT);
                    assertThat(keyspace.usedBytes()).as("seed %d, change %d", seed, i).isEqualTo(used);
                    if (before != null) {
                        assertThat(RdbTest.digest(keyspace)).isEqualTo(before);
                    }
                }
            }
        }
    }

    @Test
    void members_that_occur_twice_and_scores_that_fall_are_refused() {
        assertThat(restore("k", payload(new byte[] {3, 2, 1, 'a', 1, '1', 1, 'a', 1, '2'})))
                .isEqualTo(DumpPayload.Restored.BAD_FORMAT);
        fill("k", 5);
        byte[] payload = dump("k");
        assertThat(restore("k2", payload)).isEqualTo(DumpPayload.Restored.DONE);
        byte[] falling = {
            17, 17, 17, 0, 0, 0, 4, 0, (byte) 0x81, 'a', 2, 5, 1, (byte) 0x81, 'b', 2, 4, 1, (byte) 0xff
        };
        assertThat(restore("k3", payload(falling))).isEqualTo(DumpPayload.Restored.BAD_FORMAT);
        falling[16] = 6;
        assertThat(restore("k3", payload(falling))).isEqualTo(DumpPayload.Restored.DONE);
    }

    /** A payload of a value: version and checksum are right. */
    private static byte[] payload(byte[] value) {
        byte[] payload = Arrays.copyOf(value, value.length + 10);
        payload[value.length] = RdbFormat.VERSION;
        long crc = Crc64.update(0, payload, 0, value.length + 2);
        for (int i = 0; i < 8; i++) {
            payload[value.length + 2 + i] = (byte) (crc >>> (8 * i));
        }
        return payload;
    }

    private byte[] dump(String key) {
        byte[] name = RdbTest.bytes(key);
        return DumpPayload.dump(database, database.find(name, 0, name.length));
    }

    private DumpPayload.Restored restore(String key, byte[] payload) {
        return DumpPayload.restore(payload, 0, payload.length, database, RdbTest.bytes(key), 0);
    }

    private void fill(String key, int members) {
        ScoredMembers filled = new ScoredMembers();
        for (int i = 0; i < members; i++) {
            byte[] name = RdbTest.bytes(i % 3 == 0 ? String.valueOf(i) : "member" + i);
            filled.add(name, 0, name.length, random.nextBoolean() ? random.nextInt(10) : random.nextGaussian());
        }
        byte[] name = RdbTest.bytes(key);
        sets.store(database, name, 0, name.length, filled, filled.byScore());
    }

    private static void change(Database database, SortedSets sets, String key, Random random) {
        for (int i = 0; i < 500; i++) {
            byte[] name = RdbTest.bytes(key);
            int ref = database.find(name, 0, name.length);
            sets.openForWrite(database, name, 0, name.length, ref);
            byte[] member = RdbTest.bytes("member" + random.nextInt(200));
            boolean there = sets.find(member, 0, member.length);
            if (there && random.nextInt(3) == 0 && sets.size() > 1) {
                sets.remove();
            } else {
                sets.set(member, 0, member.length, random.nextInt(1_000) / 8.0);
            }
        }
    }

    private void open(String key) {
        byte[] name = RdbTest.bytes(key);
        sets.open(database, database.find(name, 0, name.length));
    }

    private void openForWrite(String key) {
        byte[] name = RdbTest.bytes(key);
        sets.openForWrite(database, name, 0, name.length, database.find(name, 0, name.length));
    }

    private String shown() {
        ScoredMembers members = members();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < members.count(); i++) {
            text.append(new String(members.bytes(), members.offset(i), members.length(i),
                    StandardCharsets.ISO_8859_1)).append(' ').append(members.score(i)).append(", ");
        }
        return text.toString();
    }

    private ScoredMembers members() {
        ScoredMembers members = new ScoredMembers();
        sets.seek(0);
        do {
            sets.copyTo(members, sets.score());
        } while (sets.step(false));
        return members;
    }

    private void checkOrder(String key) {
        byte[] name = RdbTest.bytes(key);
        if (database.type(database.find(name, 0, name.length)) != ValueType.ZSET) {
            // The bit that changed was one of the type, and the bytes made sense as another.
            return;
        }
        open(key);
        ScoredMembers members = members();
        int[] order = members.byScore();
        for (int i = 0; i < members.count(); i++) {
            assertThat(order[i]).as("seed %d", seed).isEqualTo(i);
        }
    }

    private static String encoding(Database database, String key) {
        byte[] name = RdbTest.bytes(key);
        return database.encoding(database.find(name, 0, name.length));
    }
}
