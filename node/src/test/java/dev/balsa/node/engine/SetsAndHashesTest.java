package dev.balsa.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.node.engine.rdb.RdbSaveOptions;
import dev.balsa.node.engine.rdb.RdbWriter;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.StringView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random changes of sets and hashes on a checked keyspace and on java.util collections look the same, through every
 * form, through snapshots, and after loading a file. Limits are low, so that values change their form often.
 */
class SetsAndHashesTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());
    private static final EncodingLimits LOW = new EncodingLimits(8, 16, 12, 8, 16, 128, 64, -2, 4096, 100, 3000);
    private static final int KEYS = 6;

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private final Map<String, Set<String>> sets = new TreeMap<>();
    private final Map<String, Map<String, String>> hashes = new TreeMap<>();
    /** By key and field. */
    private final Map<String, Long> deadlines = new TreeMap<>();
    private long now = 1_000;

    @Test
    void sets_and_hashes_are_what_the_model_says_in_every_form_and_in_snapshots() {
        System.out.println("seed " + SEED);
        try (Keyspace keyspace = keyspace()) {
            Snapshot snapshot = null;
            String frozen = "";
            for (int step = 0; step < 15_000; step++) {
                change(keyspace);
                if (random.nextInt(20) == 0) {
                    advance(keyspace);
                }
                if (random.nextInt(50) == 0) {
                    keyspace.removeDue(1 + random.nextInt(5));
                }
                if (step % 100 == 0) {
                    compare(keyspace);
                }
                if (snapshot == null && random.nextInt(300) == 0) {
                    snapshot = keyspace.snapshot();
                    frozen = shown(sets, hashes);
                } else if (snapshot != null && random.nextInt(300) == 0) {
                    assertThat(shown(snapshot)).isEqualTo(frozen);
                    snapshot.close();
                    snapshot = null;
                }
                keyspace.reclaim(random.nextInt(10));
            }
            if (snapshot != null) {
                snapshot.close();
            }
            compare(keyspace);
            keyspace.clear();
            while (keyspace.reclaim(100)) {}
            assertThat(keyspace.space().heapBytes()).isZero();
            assertThat(keyspace.heldBytes()).isZero();
        }
    }

    @Test
    void keys_and_fields_with_deadlines_are_counted_apart() {
        byte[] key = {'k'};
        byte[] other = {'o'};
        try (Keyspace keyspace = keyspace()) {
            Database db = keyspace.database(0);
            keyspace.time(now, now);
            for (int fields = 1; fields <= 30; fields += 29) {
                db.hashes().open(key, 0, 1, db.find(key, 0, 1));
                for (int i = 0; i < fields; i++) {
                    byte[] name = {'f', (byte) i};
                    db.hashes().put(name, 0, 2, name, 0, 2);
                }
                counts(db, 0, 0);
                db.hashes().setDeadline(new byte[] {'f', 0}, 0, 2, now + 100);
                counts(db, 0, 1);
                db.setDeadline(key, 0, 1, now + 200);
                counts(db, 1, 1);
                db.copy(db.find(key, 0, 1), db, other, 0, 1);
                counts(db, 2, 2);
                assertThat(db.remove(other, 0, 1)).isTrue();
                db.setDeadline(key, 0, 1, 0);
                counts(db, 0, 1);
                db.hashes().open(key, 0, 1, db.find(key, 0, 1));
                db.hashes().setDeadline(new byte[] {'f', 0}, 0, 2, 0);
                counts(db, 0, 0);
                db.hashes().setDeadline(new byte[] {'f', 0}, 0, 2, now + 100);
                db.setDeadline(key, 0, 1, now + 50);
                counts(db, 1, 1);
                assertThat(db.remove(key, 0, 1)).isTrue();
                counts(db, 0, 0);
            }
        }
    }

    private static void counts(Database db, int keys, int hashes) {
        assertThat(db.sizeWithDeadline()).isEqualTo(keys);
        assertThat(db.sizeWithFieldDeadlines()).isEqualTo(hashes);
    }

    @Test
    void a_replica_loaded_from_a_file_goes_on_like_the_one_that_wrote_it() throws IOException {
        System.out.println("seed " + SEED);
        for (int round = 0; round < 15; round++) {
            try (Keyspace first = keyspace();
                    Keyspace second = keyspace()) {
                sets.clear();
                hashes.clear();
                deadlines.clear();
                first.time(now, now);
                second.time(now, now);
                for (int step = random.nextInt(3_000); step >= 0; step--) {
                    change(first);
                    if (random.nextInt(20) == 0) {
                        advance(first);
                    }
                }
                second.time(now, now);
                Path file = directory.resolve("round" + round);
                try (Snapshot snapshot = first.snapshot()) {
                    RdbWriter.save(snapshot, file, RdbSaveOptions.plain(1, 1));
                }
                RdbReader.load(file, second, new NoFields());
                assertThat(inOrder(second)).isEqualTo(inOrder(first));
                assertThat(digest(second)).isEqualTo(digest(first));
                for (int step = 0; step < 300; step++) {
                    long seed = random.nextLong();
                    random.setSeed(seed);
                    change(first);
                    random.setSeed(seed);
                    change(second, new TreeMap<>(), new TreeMap<>(), false);
                    random.setSeed(seed + 1);
                    if (random.nextInt(20) == 0) {
                        advance(first);
                        second.time(now, now);
                    }
                    // When dead fields are removed is each replica's own affair.
                    second.removeDue(random.nextInt(3));
                }
                assertThat(inOrder(second)).isEqualTo(inOrder(first));
                assertThat(digest(second)).isEqualTo(digest(first));
            }
        }
    }

    private static Keyspace keyspace() {
        Keyspace keyspace = new Keyspace(1, 1L << 30, true);
        keyspace.limits(LOW);
        keyspace.time(1_000, 1_000);
        return keyspace;
    }

    // -- changes ------------------------------------------------------------------------------------------------

    private void change(Keyspace keyspace) {
        change(keyspace, sets, hashes, true);
    }

    /** @param modelled whether the maps are the model; otherwise they are thrown away */
    private void change(
            Keyspace keyspace,
            Map<String, Set<String>> sets,
            Map<String, Map<String, String>> hashes,
            boolean modelled) {
        Database db = keyspace.database(0);
        boolean ofSet = random.nextBoolean();
        String key = (ofSet ? "set" : "hash") + random.nextInt(KEYS);
        byte[] k = bytes(key);
        int ref = db.find(k, 0, k.length);
        int kind = random.nextInt(100);
        if (kind == 0) {
            db.remove(k, 0, k.length);
            sets.remove(key);
            hashes.remove(key);
            if (modelled) {
                deadlines.keySet().removeIf(field -> field.startsWith(key + "/"));
            }
        } else if (kind == 1) {
            byte[] to = bytes((ofSet ? "set" : "hash") + "0");
            if (ref != Keyspace.MISSING && !key.endsWith("0")) {
                db.copy(ref, db, to, 0, to.length);
                if (ofSet) {
                    sets.put("set0", new HashSet<>(sets.getOrDefault(key, Set.of())));
                } else {
                    hashes.put("hash0", new HashMap<>(hashes.getOrDefault(key, Map.of())));
                    if (modelled) {
                        deadlines.keySet().removeIf(field -> field.startsWith("hash0/"));
                        Map<String, Long> copied = new TreeMap<>();
                        deadlines.forEach((field, deadline) -> {
                            if (field.startsWith(key + "/")) {
                                copied.put("hash0" + field.substring(key.length()), deadline);
                            }
                        });
                        deadlines.putAll(copied);
                    }
                }
            }
        } else if (ofSet) {
            changeSet(db, k, ref, sets.computeIfAbsent(key, _ -> new HashSet<>()), modelled);
        } else {
            changeHash(db, k, ref, hashes.computeIfAbsent(key, _ -> new HashMap<>()), modelled);
        }
        sets.values().removeIf(Set::isEmpty);
        hashes.values().removeIf(Map::isEmpty);
    }

    /** Lets time pass; what died is taken out of the model. */
    private void advance(Keyspace keyspace) {
        now += random.nextInt(30);
        keyspace.time(now, now);
        deadlines.entrySet().removeIf(entry -> {
            boolean dead = entry.getValue() <= now;
            if (dead) {
                String[] names = entry.getKey().split("/", 2);
                hashes.getOrDefault(names[0], new HashMap<>()).remove(names[1]);
            }
            return dead;
        });
        hashes.values().removeIf(Map::isEmpty);
    }

    private void changeSet(Database db, byte[] key, int ref, Set<String> model, boolean modelled) {
        Sets engine = db.sets();
        engine.open(key, 0, key.length, ref);
        String member = text();
        byte[] m = bytes(member);
        int kind = random.nextInt(10);
        if (kind < 5) {
            boolean added = engine.add(m, 0, m.length);
            assertThat(model.add(member) == added || !modelled).isTrue();
        } else if (kind < 8) {
            boolean removed = engine.remove(m, 0, m.length);
            assertThat(model.remove(member) == removed || !modelled).isTrue();
        } else if (engine.exists()) {
            engine.random(engine.ref(), random.nextLong());
            byte[] picked = engine.member().copy();
            assertThat(engine.remove(picked, 0, picked.length)).isTrue();
            assertThat(model.remove(string(picked)) || !modelled).isTrue();
        }
    }

    private void changeHash(Database db, byte[] key, int ref, Map<String, String> model, boolean modelled) {
        Hashes engine = db.hashes();
        engine.open(key, 0, key.length, ref);
        String field = text();
        String value = text();
        byte[] f = bytes(field);
        byte[] v = bytes(value);
        int kind = random.nextInt(10);
        if (kind < 6) {
            boolean added = engine.put(f, 0, f.length, v, 0, v.length);
            assertThat((model.put(field, value) == null) == added || !modelled).isTrue();
            noteDeadline(key, field, 0, modelled);
        } else if (kind < 8) {
            boolean there = ref != Keyspace.MISSING && engine.find(engine.ref(), f, 0, f.length);
            assertThat(there == model.containsKey(field) || !modelled).isTrue();
            long deadline = random.nextInt(3) == 0 ? 0 : now + 1 + random.nextInt(200);
            if (there) {
                engine.setDeadline(f, 0, f.length, deadline);
                noteDeadline(key, field, deadline, modelled);
            }
        } else if (kind < 9) {
            noteDeadline(key, field, 0, modelled);
            boolean removed = engine.remove(f, 0, f.length);
            assertThat((model.remove(field) != null) == removed || !modelled).isTrue();
        } else if (engine.exists()) {
            engine.random(engine.ref(), random.nextLong());
            String picked = string(engine.field().copy());
            assertThat(string(engine.value().copy()).equals(model.get(picked)) || !modelled).isTrue();
        }
    }

    private void noteDeadline(byte[] key, String field, long deadline, boolean modelled) {
        if (!modelled) {
            return;
        }
        if (deadline == 0) {
            deadlines.remove(string(key) + "/" + field);
        } else {
            deadlines.put(string(key) + "/" + field, deadline);
        }
    }

    private String text() {
        int n = random.nextInt(20);
        if (n < 12) {
            return String.valueOf(random.nextInt(30) - 5);
        }
        if (n < 14) {
            return String.valueOf((1L << random.nextInt(63)) + random.nextInt(3));
        }
        return n < 19 ? "m" + random.nextInt(20) : "long" + "x".repeat(random.nextInt(300));
    }

    // -- what is there ------------------------------------------------------------------------------------------

    private void compare(Keyspace keyspace) {
        try (Snapshot snapshot = keyspace.snapshotOpen() ? null : keyspace.snapshot()) {
            if (snapshot != null) {
                assertThat(shown(snapshot)).isEqualTo(shown(sets, hashes));
            }
        }
        Database db = keyspace.database(0);
        sets.forEach((key, members) -> {
            int ref = db.find(bytes(key), 0, key.length());
            assertThat(db.sets().size(ref)).isEqualTo(members.size());
            for (String member : members) {
                assertThat(db.sets().contains(ref, bytes(member), 0, member.length())).isTrue();
            }
            assertThat(db.sets().contains(ref, bytes("nosuch"), 0, 6)).isFalse();
            Set<String> scanned = new HashSet<>();
            long cursor = 0;
            do {
                cursor = db.sets().scan(ref, cursor, 3, member -> scanned.add(string(member.copy())));
            } while (cursor != 0);
            assertThat(scanned).isEqualTo(members);
        });
        hashes.forEach((key, fields) -> {
            int ref = db.find(bytes(key), 0, key.length());
            assertThat(db.hashes().size(ref)).isEqualTo(fields.size());
            fields.forEach((field, value) -> {
                assertThat(db.hashes().find(ref, bytes(field), 0, field.length())).isTrue();
                assertThat(string(db.hashes().value().copy())).isEqualTo(value);
                assertThat(db.hashes().deadline()).isEqualTo(deadlines.getOrDefault(key + "/" + field, 0L));
            });
        });
    }

    private static String shown(Map<String, Set<String>> sets, Map<String, Map<String, String>> hashes) {
        Map<String, Object> all = new TreeMap<>();
        sets.forEach((key, members) -> all.put(key, members.stream().sorted().toList()));
        hashes.forEach((key, fields) -> all.put(key, new TreeMap<>(fields)));
        return all.toString();
    }

    /** What a view holds, read as a file would be written: by loading one. */
    private String shown(Snapshot snapshot) {
        Path file = directory.resolve("view");
        try (Keyspace loaded = keyspace()) {
            loaded.time(snapshot.logMillis(), snapshot.logMillis());
            RdbWriter.save(snapshot, file, RdbSaveOptions.plain(1, 1));
            RdbReader.load(file, loaded, new NoFields());
            Map<String, Set<String>> seenSets = new TreeMap<>();
            Map<String, Map<String, String>> seenHashes = new TreeMap<>();
            Database db = loaded.database(0);
            db.scan(0, Integer.MAX_VALUE, ref -> {
                String key = string(db.segment().asSlice(db.keyOffset(ref), db.keyLength(ref))
                        .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
                if (db.type(ref) == ValueType.SET) {
                    db.sets().forEach(ref, member -> seenSets.computeIfAbsent(key, _ -> new HashSet<>())
                            .add(string(member.copy())));
                } else {
                    db.hashes().forEach(ref, (field, value) -> seenHashes.computeIfAbsent(key, _ -> new HashMap<>())
                            .put(string(field.copy()), string(value.copy())));
                }
            });
            return shown(seenSets, seenHashes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Keys, forms and elements in their order. */
    private static List<String> inOrder(Keyspace keyspace) {
        List<String> all = new ArrayList<>();
        Database db = keyspace.database(0);
        for (int i = 0; i < 2 * KEYS; i++) {
            String key = (i < KEYS ? "set" : "hash") + i % KEYS;
            int ref = db.find(bytes(key), 0, key.length());
            if (ref != Keyspace.MISSING) {
                all.add(key + " " + db.encoding(ref));
                if (i < KEYS) {
                    db.sets().forEach(ref, member -> all.add(text(member)));
                } else {
                    db.hashes().forEach(ref, (field, value) -> all.add(text(field) + "=" + text(value)));
                }
            }
        }
        return all;
    }

    private static StateDigest digest(Keyspace keyspace) {
        try (Snapshot snapshot = keyspace.snapshot()) {
            return StateDigest.of(snapshot);
        }
    }

    private static String text(@Nullable StringView view) {
        return view == null ? "" : string(view.copy());
    }

    private static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static final class NoFields implements RdbListener {
        @Override
        public void field(String name, byte[] value) {}

        @Override
        public void moved(long bytes, long keys) {}
    }
}
