package dev.balsa.node.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Lists;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.StateDigest;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.Listpack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists in files and dumps. -Dbalsa.seed=... replays a run. */
class ListFormatTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());
    private static final int KEYS = 40;
    private static final byte[] KEY = RdbTest.bytes("list");

    @TempDir
    private Path directory;

    @Test
    void a_keyspace_that_was_loaded_goes_on_like_the_one_that_was_saved() throws IOException {
        System.out.println("ListFormatTest: -Dbalsa.seed=" + SEED);
        Random random = new Random(SEED);
        try (Keyspace saved = keyspace();
                Keyspace loaded = keyspace()) {
            for (int i = 0; i < 20_000; i++) {
                change(saved, random.nextLong());
            }
            singleChunk(saved);
            // Lists that are packed by the old limit stay so, here and there.
            EncodingLimits lower = new EncodingLimits(128, 64, 512, 128, 64, 128, 64, 5, 4096, 100, 3000);
            saved.limits(lower);
            loaded.limits(lower);
            Path file = directory.resolve("dump.rdb");
            StateDigest before = RdbTest.digest(saved);
            try (Snapshot snapshot = saved.snapshot()) {
                RdbWriter.save(snapshot, file, RdbSaveOptions.plain(1, 1).withCompression());
            }
            RdbReader.load(file, loaded, new RdbTest.Fields());
            assertThat(RdbTest.digest(loaded)).isEqualTo(before);
            assertThat(encodings(loaded)).isEqualTo(encodings(saved)).contains("quicklist").contains("listpack");
            for (int i = 0; i < 20_000; i++) {
                long seed = random.nextLong();
                change(saved, seed);
                change(loaded, seed);
            }
            assertThat(RdbTest.digest(loaded)).isEqualTo(RdbTest.digest(saved));
            assertThat(encodings(loaded)).isEqualTo(encodings(saved));
        }
    }

    @Test
    void forms_of_older_files_are_read() throws IOException {
        try (Keyspace keyspace = keyspace()) {
            RdbOutput strings = new RdbOutput(100);
            strings.writeLength(2);
            strings.writeString("a");
            strings.writeString("7");
            assertThat(read(keyspace, ListFormat.TYPE_STRINGS, strings)).containsExactly("a", "7");

            String ziplist = "1c0000000e000000030000f302f6020b48656c6c6f20576f726c64ff";
            RdbOutput one = new RdbOutput(100);
            one.writeString(HexFormat.of().parseHex(ziplist), ziplist.length() / 2);
            assertThat(read(keyspace, ListFormat.TYPE_ZIPLIST, one)).containsExactly("2", "5", "Hello World");

            RdbOutput several = new RdbOutput(100);
            several.writeLength(2);
            several.writeString(HexFormat.of().parseHex(ziplist), ziplist.length() / 2);
            several.writeString(HexFormat.of().parseHex(ziplist), ziplist.length() / 2);
            assertThat(read(keyspace, ListFormat.TYPE_QUICKLIST, several)).hasSize(6).endsWith("Hello World");

            RdbOutput plain = new RdbOutput(100);
            plain.writeLength(2);
            plain.writeLength(1);
            plain.writeString("one by itself");
            plain.writeLength(2);
            plain.writeString(HexFormat.of().parseHex("0a0000000100816102ff"), 10);
            assertThat(read(keyspace, ListFormat.TYPE_QUICKLIST_2, plain)).containsExactly("one by itself", "a");
        }
    }

    @Test
    void a_payload_with_a_changed_byte_or_cut_short_is_refused_or_a_list_and_leaks_nothing() {
        for (boolean large : new boolean[] {false, true}) {
            try (Keyspace keyspace = keyspace()) {
                Database db = keyspace.database(0);
                Lists lists = new Lists(keyspace);
                for (int i = 0; i < 12; i++) {
                    byte[] value = RdbTest.bytes(large ? "x".repeat(900) + i : i % 2 == 0 ? "v" + i : "" + i * 1000);
                    lists.open(db, KEY, 0, KEY.length, db.find(KEY, 0, KEY.length));
                    lists.willAdd(value.length, 1);
                    lists.push(false, value, 0, value.length);
                }
                byte[] good = DumpPayload.dump(db, db.find(KEY, 0, KEY.length));
                db.remove(KEY, 0, KEY.length);
                reclaim(keyspace);
                long bytes = keyspace.usedBytes();
                for (int i = 0; i < good.length - 10; i++) {
                    for (int bit = 0; bit < 8; bit++) {
                        byte[] bad = good.clone();
                        bad[i] ^= (byte) (1 << bit);
                        restore(keyspace, bad, bad.length - 10, bytes);
                    }
                }
                for (int length = 0; length < good.length - 10; length++) {
                    restore(keyspace, good, length, bytes);
                }
            }
        }
    }

    /** Restores a payload whose checksum is right; whatever comes out can be walked, and removed without a trace. */
    private static void restore(Keyspace keyspace, byte[] payload, int length, long bytesBefore) {
        RdbOutput out = new RdbOutput(length + 10);
        try {
            out.writeBytes(payload, length);
            out.writeShort(RdbFormat.VERSION);
            out.writeChecksum();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Database db = keyspace.database(0);
        byte[] all = out.toByteArray();
        DumpPayload.Restored restored = DumpPayload.restore(all, 0, all.length, db, KEY, 0);
        int ref = db.find(KEY, 0, KEY.length);
        assertThat(ref != Keyspace.MISSING).isEqualTo(restored == DumpPayload.Restored.DONE);
        if (ref != Keyspace.MISSING) {
            if (db.type(ref) == ValueType.LIST) {
                assertThat(elements(keyspace, KEY)).isNotEmpty();
            }
            db.remove(KEY, 0, KEY.length);
        }
        reclaim(keyspace);
        assertThat(keyspace.usedBytes()).isEqualTo(bytesBefore);
    }

    private static List<String> read(Keyspace keyspace, int code, RdbOutput value) throws IOException {
        byte[] bytes = value.toByteArray();
        Database db = keyspace.database(0);
        ValueFormat.read(code, new RdbInput(bytes, 0, bytes.length), db, KEY, 0, null);
        return elements(keyspace, KEY);
    }

    private static List<String> elements(Keyspace keyspace, byte[] key) {
        Database db = keyspace.database(0);
        Lists list = new Lists(keyspace).open(db, key, 0, key.length, db.find(key, 0, key.length));
        List<String> texts = new ArrayList<>();
        for (long p = list.seek(0); p != Listpack.NONE; p = list.next(p)) {
            texts.add(text(list, p));
        }
        return texts;
    }

    private static String text(Lists list, long p) {
        int length = list.copy(p);
        return new String(list.text(), 0, length, StandardCharsets.ISO_8859_1);
    }

    private static String encodings(Keyspace keyspace) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < KEYS; i++) {
            byte[] key = RdbTest.bytes("k" + i);
            int ref = keyspace.database(0).find(key, 0, key.length);
            all.append(ref == Keyspace.MISSING ? "none" : keyspace.database(0).encoding(ref)).append(' ');
        }
        return all.toString();
    }

    /** Leaves a large list of one chunk that, were it new, would be packed. */
    private static void singleChunk(Keyspace keyspace) {
        Database db = keyspace.database(0);
        byte[] key = RdbTest.bytes("k0");
        byte[] value = RdbTest.bytes("w".repeat(100));
        db.remove(key, 0, key.length);
        Lists list = new Lists(keyspace).open(db, key, 0, key.length, Keyspace.MISSING);
        while (list.size() == 0 || !db.encoding(db.find(key, 0, key.length)).equals("quicklist")) {
            list.willAdd(value.length, 1);
            list.push(false, value, 0, value.length);
        }
        list.removeRange(list.size() - 1, 1); // the second chunk
        assertThat(db.encoding(db.find(key, 0, key.length))).isEqualTo("quicklist");
    }

    /** One change that depends on the seed and the keyspace's own content only. */
    private static void change(Keyspace keyspace, long seed) {
        Random random = new Random(seed);
        Database db = keyspace.database(0);
        byte[] key = RdbTest.bytes("k" + random.nextInt(KEYS));
        Lists list = new Lists(keyspace).open(db, key, 0, key.length, db.find(key, 0, key.length));
        byte[] value = RdbTest.bytes(random.nextBoolean()
                ? Integer.toString(random.nextInt(30))
                : "w".repeat(random.nextInt(random.nextInt(30) == 0 ? 9_000 : 300)));
        long size = list.size();
        int kind = size == 0 ? 0 : random.nextInt(12);
        switch (kind) {
            case 0, 1, 2, 3, 4, 5, 6 -> {
                list.willAdd(value.length, 1);
                list.push(random.nextBoolean(), value, 0, value.length);
            }
            case 7 -> list.set(random.nextLong(size), value, 0, value.length);
            case 8 -> {
                list.willAdd(value.length, 1);
                list.insert(random.nextLong(size + 1), value, 0, value.length);
            }
            case 9 -> list.remove(value, 0, value.length, 1 + random.nextInt(3), random.nextBoolean());
            case 10 -> list.rotate(random.nextBoolean());
            default -> {
                long at = random.nextLong(size);
                list.removeRange(at, 1 + random.nextLong(Math.min(40, size - at)));
            }
        }
        keyspace.reclaim(10);
    }

    private static void reclaim(Keyspace keyspace) {
        while (keyspace.reclaim(1_000)) {}
    }

    private static Keyspace keyspace() {
        Keyspace keyspace = new Keyspace(1, 1L << 30, true);
        keyspace.time(1_000, 1_000);
        return keyspace;
    }
}
