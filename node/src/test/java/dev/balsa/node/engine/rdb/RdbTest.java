package dev.balsa.node.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.StateDigest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RdbTest {
    private static final long NOW = 1_700_000_000_000L;

    @TempDir
    private Path directory;

    @Test
    void the_checksum_has_its_published_check_value() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(Crc64.update(0, digits, 0, 9)).isEqualTo(0xe9c6_d914_c4b8_d9caL);
        assertThat(Crc64.update(Crc64.update(0, digits, 0, 4), digits, 4, 9)).isEqualTo(0xe9c6_d914_c4b8_d9caL);
    }

    @Test
    void a_saved_keyspace_loads_with_the_same_digest_and_fields() throws IOException {
        for (boolean compress : new boolean[] {false, true}) {
            try (Keyspace keyspace = filled(2_000, 5);
                    Keyspace loaded = keyspace()) {
                SequencedMap<String, byte[]> fields = new LinkedHashMap<>();
                fields.put("balsa-index", new byte[] {0, -1, 10, 13});
                RdbSaveOptions options = RdbSaveOptions.plain(NOW / 1000, keyspace.usedBytes()).withFields(fields);
                StateDigest digest = digest(keyspace);
                Path file = save(keyspace, compress ? options.withCompression() : options);
                Fields heard = new Fields();
                long keys = RdbReader.load(file, loaded, heard);

                assertThat(keys).isEqualTo(digest.keys());
                assertThat(digest(loaded)).isEqualTo(digest);
                assertThat(loaded.database(3).sizeWithDeadline()).isEqualTo(keyspace.database(3).sizeWithDeadline());
                assertThat(heard.fields.get("balsa-index")).isEqualTo(new byte[] {0, -1, 10, 13});
                assertThat(heard.fields.get("ctime")).asString(StandardCharsets.US_ASCII).isEqualTo("1700000000");
            }
        }
    }

    @Test
    void a_digest_changes_with_value_deadline_and_database() {
        try (Keyspace keyspace = filled(10, 1)) {
            Database database = keyspace.database(0);
            byte[] key = bytes("one more");
            StateDigest before = digest(keyspace);
            database.setString(key, 0, key.length, bytes("7"), 0, 1, 0);
            StateDigest asNumber = digest(keyspace);
            database.remove(key, 0, key.length);
            assertThat(digest(keyspace)).isEqualTo(before);
            database.setRange(key, 0, key.length, 0, bytes("7"), 0, 1);
            assertThat(digest(keyspace)).isEqualTo(asNumber);
            database.setDeadline(key, 0, key.length, NOW + 1);
            assertThat(digest(keyspace)).isNotEqualTo(asNumber);
            keyspace.swap(0, 1);
            assertThat(digest(keyspace)).isNotEqualTo(asNumber);
        }
    }

    @Test
    void a_file_with_one_changed_byte_is_refused_with_its_offset() throws IOException {
        byte[] good = smallFile(false);
        for (int i = 0; i < good.length; i++) {
            for (int change : new int[] {0x01, 0x80, 0xff}) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) change;
                // Another version number is no damage as such: the checksum finds it, but versions below 5 have none.
                assertRefused(bad, "byte " + i + " ^ " + change);
            }
        }
    }

    @Test
    void a_file_cut_at_any_length_is_refused_with_its_offset() throws IOException {
        byte[] good = smallFile(true);
        for (int length = 0; length < good.length; length++) {
            assertRefused(java.util.Arrays.copyOf(good, length), "cut at " + length);
        }
        assertRefused(java.util.Arrays.copyOf(good, good.length + 1), "one byte more");
    }

    @Test
    void random_bytes_behind_a_header_are_refused_and_nothing_else_is_thrown() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = new byte[9 + random.nextInt(200)];
            random.nextBytes(bytes);
            System.arraycopy(bytes("REDIS0011"), 0, bytes, 0, 9);
            assertRefused(bytes, "seed " + seed + " round " + round);
        }
    }

    @Test
    void sections_that_hold_no_keys_are_passed_over() throws IOException {
        RdbOutput out = new RdbOutput(100);
        out.writeBytes(bytes("REDIS0012"), 9);
        out.writeByte(RdbFormat.OPCODE_FUNCTION2);
        out.writeString("#!lua name=x\nredis.register_function('f', function() return 1 end)");
        out.writeByte(RdbFormat.OPCODE_MODULE_AUX);
        out.writeLength(0x1234_5678_9abcL);
        out.writeLength(RdbFormat.MODULE_UNSIGNED);
        out.writeLength(2);
        out.writeLength(RdbFormat.MODULE_DOUBLE);
        out.writeLong(1);
        out.writeLength(RdbFormat.MODULE_STRING);
        out.writeString("payload");
        out.writeLength(RdbFormat.MODULE_EOF);
        out.writeByte(RdbFormat.OPCODE_SELECT_DB);
        out.writeLength(2);
        out.writeByte(RdbFormat.OPCODE_SLOT_INFO);
        out.writeLength(1);
        out.writeLength(1);
        out.writeLength(0);
        out.writeByte(RdbFormat.OPCODE_EXPIRE_SECONDS);
        out.writeBytes(new byte[] {0, 0, 0, 0x70}, 4);
        out.writeByte(RdbFormat.OPCODE_FREQ);
        out.writeByte(9);
        out.writeByte(RdbFormat.TYPE_STRING);
        out.writeString("key");
        out.writeString("value");
        out.writeByte(RdbFormat.OPCODE_EOF);
        out.writeChecksum();
        try (Keyspace keyspace = keyspace()) {
            assertThat(RdbReader.load(write(out.toByteArray()), keyspace, new Fields())).isEqualTo(1);
            int ref = keyspace.database(2).find(bytes("key"), 0, 3);
            assertThat(keyspace.database(2).deadlineMillis(ref)).isEqualTo(0x7000_0000L * 1000);
        }
    }

    @Test
    void a_value_of_another_type_is_refused_by_type_and_key() throws IOException {
        RdbOutput out = new RdbOutput(100);
        out.writeBytes(bytes("REDIS0009"), 9);
        out.writeByte(7);
        out.writeString("my key");
        try (Keyspace keyspace = keyspace()) {
            assertThatThrownBy(() -> RdbReader.load(write(out.toByteArray()), keyspace, new Fields()))
                    .isInstanceOf(RdbException.class)
                    .hasMessageContaining("RDB, byte 17")
                    .hasMessageContaining("'my key' is a module");
        }
    }

    @Test
    void lzf_gives_back_what_it_took_and_refuses_damage() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Lzf lzf = new Lzf();
        int smaller = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] text = new byte[21 + random.nextInt(round % 100 == 0 ? 100_000 : 500)];
            int letters = 1 + random.nextInt(200);
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) random.nextInt(letters);
                if (i > 30 && random.nextInt(4) == 0) {
                    int count = Math.min(1 + random.nextInt(300), text.length - i);
                    int from = random.nextInt(i - 1);
                    for (int k = 0; k < count; k++) {
                        text[i + k] = text[from + k];
                    }
                    i += count - 1;
                }
            }
            byte[] packed = new byte[text.length];
            int length = lzf.compress(text, text.length, packed);
            if (length > 0) {
                smaller++;
                assertThat(length).isLessThan(text.length);
                byte[] back = new byte[text.length];
                assertThat(Lzf.expand(packed, 0, length, back, back.length)).isTrue();
                assertThat(back).isEqualTo(text);
                packed[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
                boolean ignored = Lzf.expand(packed, 0, length, back, back.length); // must end without an exception
            }
        }
        assertThat(smaller).isGreaterThan(500);
    }

    @Test
    void a_dumped_value_restores_and_a_damaged_payload_changes_nothing() {
        try (Keyspace keyspace = keyspace()) {
            Database database = keyspace.database(0);
            for (String value : new String[] {"", "12", "-40000", "70000", "12345678901", "hello", "x".repeat(70_000)}) {
                byte[] v = bytes(value);
                database.setString(bytes("a"), 0, 1, v, 0, v.length, 0);
                byte[] payload = DumpPayload.dump(database, database.find(bytes("a"), 0, 1));
                assertThat(DumpPayload.restore(payload, 0, payload.length, database, bytes("b"), 0))
                        .isEqualTo(DumpPayload.Restored.DONE);
                assertThat(value(database, "b")).isEqualTo(value);
                for (int i = 0; i < Math.min(40, payload.length); i++) {
                    byte[] bad = payload.clone();
                    bad[i] ^= 0x11;
                    assertThat(DumpPayload.restore(bad, 0, bad.length, database, bytes("b"), 0))
                            .isEqualTo(DumpPayload.Restored.WRONG_VERSION_OR_CHECKSUM);
                }
            }
            // redis-server 7.0: DUMP of a key set to 10.
            byte[] redis = {0, (byte) 0xc0, 10, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0};
            long crc = Crc64.update(0, redis, 0, 5);
            for (int i = 0; i < 8; i++) {
                redis[5 + i] = (byte) (crc >>> (8 * i));
            }
            assertThat(DumpPayload.restore(redis, 0, redis.length, database, bytes("c"), 0))
                    .isEqualTo(DumpPayload.Restored.DONE);
            assertThat(value(database, "c")).isEqualTo("10");
        }
    }

    private static Keyspace keyspace() {
        Keyspace keyspace = new Keyspace(16, 1L << 30, true);
        keyspace.time(NOW, NOW);
        return keyspace;
    }

    private static Keyspace filled(int keys, long seed) {
        Keyspace keyspace = keyspace();
        Random random = new Random(seed);
        for (int i = 0; i < keys; i++) {
            byte[] key = bytes("key:" + i + "x".repeat(random.nextInt(100) == 0 ? 300 : 0));
            String text =
                    switch (random.nextInt(6)) {
                        case 0 -> Integer.toString(random.nextInt() >> random.nextInt(32));
                        case 1 -> Long.toString(random.nextLong());
                        case 2 -> "ab".repeat(random.nextInt(3_000));
                        case 3 -> "";
                        default -> Long.toHexString(random.nextLong()).repeat(1 + random.nextInt(10));
                    };
            byte[] value = bytes(text);
            long deadline = random.nextInt(4) == 0 ? NOW + 1 + random.nextInt(1 << 30) : 0;
            keyspace.database(random.nextInt(4)).setString(key, 0, key.length, value, 0, value.length, deadline);
        }
        return keyspace;
    }

    private Path save(Keyspace keyspace, RdbSaveOptions options) throws IOException {
        Path file = directory.resolve("saved.rdb");
        try (Snapshot snapshot = keyspace.snapshot()) {
            assertThat(RdbWriter.save(snapshot, file, options)).isEqualTo(Files.size(file));
        }
        return file;
    }

    private byte[] smallFile(boolean compress) throws IOException {
        try (Keyspace keyspace = filled(12, 9)) {
            byte[] value = bytes("abc".repeat(40));
            keyspace.database(1).setString(bytes("long"), 0, 4, value, 0, value.length, NOW + 5);
            RdbSaveOptions options = RdbSaveOptions.plain(NOW / 1000, 100);
            return Files.readAllBytes(save(keyspace, compress ? options.withCompression() : options));
        }
    }

    private void assertRefused(byte[] bytes, String what) throws IOException {
        Path file = write(bytes);
        try (Keyspace keyspace = keyspace()) {
            RdbReader.load(file, keyspace, new Fields());
            fail("accepted: " + what);
        } catch (RdbException e) {
            assertThat(e).as(what).hasMessageMatching("(?s)RDB, byte [0-9]+: .*");
        }
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("file.rdb"), bytes);
    }

    static StateDigest digest(Keyspace keyspace) {
        try (Snapshot snapshot = keyspace.snapshot()) {
            return StateDigest.of(snapshot);
        }
    }

    static String value(Database database, String key) {
        byte[] k = bytes(key);
        int ref = database.find(k, 0, k.length);
        if (ref == Keyspace.MISSING) {
            return "(missing)";
        }
        if (database.isInteger(ref)) {
            return Long.toString(database.integer(ref));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(database.segment()
                .asSlice(database.valueOffset(ref), database.valueLength(ref))
                .toArray(ValueLayout.JAVA_BYTE));
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static final class Fields implements RdbListener {
        final Map<String, byte[]> fields = new TreeMap<>();

        @Override
        public void field(String name, byte[] value) {
            fields.put(name, value);
        }

        @Override
        public void moved(long bytes, long keys) {}
    }
}
