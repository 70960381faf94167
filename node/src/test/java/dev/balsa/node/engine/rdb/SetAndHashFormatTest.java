package dev.balsa.node.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Hashes;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Sets;
import dev.balsa.node.engine.rdb.DumpPayload.Restored;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All forms of sets and hashes, old and new, whole and damaged. */
class SetAndHashFormatTest {
    private static final byte[] KEY = {'k'};
    private static final long NOW = 1_000;

    private final Keyspace keyspace = new Keyspace(1, 1L << 30, true);
    private final Database db = keyspace.database(0);

    SetAndHashFormatTest() {
        keyspace.time(NOW, NOW);
    }

    @AfterEach
    void close() {
        keyspace.close();
    }

    @Test
    void forms_of_other_versions_are_read() {
        // What redis-server 7.2 dumps for a set of "a", "b" and 1, without its footer.
        assertThat(restored("14" + "0f" + "0f000000" + "0300" + "816102" + "816202" + "0101" + "ff"))
                .isEqualTo("set listpack [1, a, b]");
        // A zipmap of Redis 2.4: a=1, and b=22 with two spare bytes.
        assertThat(restored("09" + "0f" + "02" + "01" + "61" + "01" + "00" + "31" + "01" + "62" + "02" + "02" + "3232"
                + "0000" + "ff")).isEqualTo("hash listpack [a=1, b=22]");
        // A ziplist of Redis 6: a=1.
        assertThat(restored("0d" + "10" + "10000000" + "0d000000" + "0200" + "00" + "01" + "61" + "03" + "f2" + "ff"))
                .isEqualTo("hash listpack [a=1]");
        // Fields with deadlines as Redis 7.4 dumps them: as a listpack, and as a table.
        assertThat(restored("19" + "8813000000000000" + "17" + "17000000" + "0600" + "816102" + "0101" + "f1881303"
                + "816202" + "0201" + "0001" + "ff")).isEqualTo("hash listpackex [a=1@5000, b=2@0]");
        assertThat(restored("18" + "8813000000000000" + "02" + "00" + "0162" + "c002" + "01" + "0161" + "c001"))
                .isEqualTo("hash hashtable [a=1@5000, b=2@0]");
        // The same two as release candidates of 7.4 had them: without the first deadline.
        assertThat(restored("17" + "17" + "17000000" + "0600" + "816102" + "0101" + "f1881303"
                + "816202" + "0201" + "0001" + "ff")).isEqualTo("hash listpackex [a=1@5000, b=2@0]");
        assertThat(restored("16" + "02" + "00" + "0162" + "c002" + "5388" + "0161" + "c001"))
                .isEqualTo("hash hashtable [a=1@5000, b=2@0]");
    }

    @Test
    void what_was_dumped_is_restored_the_same() {
        for (byte[] payload : payloads()) {
            assertThat(restore(payload)).isEqualTo(Restored.DONE);
            assertThat(DumpPayload.dump(db, db.find(KEY, 0, 1))).isEqualTo(payload);
        }
    }

    @Test
    void a_damaged_payload_is_refused_and_changes_nothing_or_is_read_as_another_value() {
        for (byte[] payload : payloads()) {
            int body = payload.length - 10;
            if (body > 1_000) {
                continue;
            }
            clear();
            long before = keyspace.heldBytes();
            for (int i = 0; i < body; i++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] damaged = Arrays.copyOf(payload, body);
                    damaged[i] ^= (byte) (1 << bit);
                    check(damaged, before);
                }
            }
            for (int length = 1; length < body; length++) {
                check(Arrays.copyOf(payload, length), before);
            }
        }
    }

    private void check(byte[] damaged, long heldBefore) {
        Restored restored = restore(whole(damaged));
        if (restored == Restored.DONE) {
            shown();
            int ref = db.find(KEY, 0, 1);
            if (ref != Keyspace.MISSING) {
                DumpPayload.dump(db, ref);
            }
        } else {
            assertThat(restored).isEqualTo(Restored.BAD_FORMAT);
            assertThat(db.size()).isZero();
        }
        clear();
        assertThat(keyspace.heldBytes()).isEqualTo(heldBefore);
        assertThat(keyspace.space().heapBytes()).isZero();
    }

    private void clear() {
        keyspace.clear();
        while (keyspace.reclaim(1_000)) {}
    }

    /** A payload of each form that we write. */
    private List<byte[]> payloads() {
        List<byte[]> payloads = new ArrayList<>();
        Random random = new Random(1);
        for (int size : new int[] {1, 3, 20, 140, 600}) {
            for (int kind = 0; kind < 6; kind++) {
                clear();
                Sets sets = db.sets();
                Hashes hashes = db.hashes();
                sets.open(KEY, 0, 1, Keyspace.MISSING);
                hashes.open(KEY, 0, 1, Keyspace.MISSING);
                for (int i = 0; i < size; i++) {
                    byte[] name = bytes(kind == 0 ? String.valueOf(random.nextInt(70_000)) : "n" + i);
                    byte[] value = bytes(kind == 5 ? "long".repeat(20) + i : String.valueOf(i * 40));
                    if (kind < 2) {
                        sets.add(name, 0, name.length);
                    } else {
                        hashes.put(name, 0, name.length, value, 0, value.length);
                        if (kind >= 4 && i % 2 == 0) {
                            hashes.setDeadline(name, 0, name.length, 10_000 + i % 7);
                        }
                    }
                }
                payloads.add(DumpPayload.dump(db, db.find(KEY, 0, 1)));
            }
        }
        clear();
        return payloads;
    }

    private String restored(String hex) {
        assertThat(restore(whole(HexFormat.of().parseHex(hex)))).as(hex).isEqualTo(Restored.DONE);
        return shown();
    }

    private String shown() {
        int ref = db.find(KEY, 0, 1);
        if (ref == Keyspace.MISSING) {
            return "dead";
        }
        TreeSet<String> elements = new TreeSet<>();
        switch (db.type(ref)) {
            case SET -> db.sets().forEach(ref, member -> elements.add(text(member.copy())));
            case HASH -> {
                boolean timed = db.encoding(ref).equals("listpackex") || DumpPayload.dump(db, ref)[0] == 24;
                List<byte[]> names = new ArrayList<>();
                db.hashes().forEach(ref, (field, _) -> names.add(field.copy()));
                for (byte[] name : names) {
                    assertThat(db.hashes().find(ref, name, 0, name.length)).isTrue();
                    String deadline = timed ? "@" + db.hashes().deadline() : "";
                    elements.add(text(name) + "=" + text(db.hashes().value().copy()) + deadline);
                }
                assertThat((long) names.size()).isEqualTo(db.hashes().size(ref));
            }
            default -> elements.add("?");
        }
        return db.type(ref).shown() + " " + db.encoding(ref) + " " + elements;
    }

    private Restored restore(byte[] payload) {
        return DumpPayload.restore(payload, 0, payload.length, db, KEY, 0);
    }

    /** With the footer that belongs to it. */
    private static byte[] whole(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(body);
        out.write(12);
        out.write(0);
        long crc = Crc64.update(0, out.toByteArray(), 0, out.size());
        for (int i = 0; i < 8; i++) {
            out.write((int) (crc >>> 8 * i));
        }
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
