package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ListpackTest {
    private static final long AT = 8;
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());

    private final MemorySegment memory = Arena.ofAuto().allocate(4 << 20);
    private final Listpack pack = new Listpack(memory);

    @Test
    void bytes_are_those_that_redis_writes() {
        // The value part of DUMP after RPUSH of these three, from redis-server.
        pack.init(AT);
        append("a");
        append("1");
        append("300");

        assertThat(hex()).isEqualTo("0f000000" + "0300" + "816102" + "0101" + "c12c02" + "ff");
    }

    @Test
    void any_sequence_of_changes_is_that_of_a_list() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            pack.init(AT);
            List<String> model = new ArrayList<>();
            for (int step = 0; step < 100; step++) {
                change(random, model);
            }
            assertThat(texts()).isEqualTo(model);
            assertThat(backwards()).isEqualTo(model.reversed());
            assertThat(pack.count(AT)).isEqualTo(model.size());
            assertThat(pack.isValid(AT, pack.bytes(AT))).isTrue();
        }
    }

    @Test
    void a_listpack_with_one_byte_changed_is_refused_or_can_still_be_walked() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        pack.init(AT);
        for (int i = 0; i < 40; i++) {
            append(value(random, 200));
        }
        int bytes = pack.bytes(AT);
        byte[] good = memory.asSlice(AT, bytes).toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < bytes; i++) {
            for (int bit = 0; bit < 8; bit++) {
                MemorySegment.copy(good, 0, memory, ValueLayout.JAVA_BYTE, AT, bytes);
                memory.set(ValueLayout.JAVA_BYTE, AT + i, (byte) (good[i] ^ 1 << bit));
                if (pack.isValid(AT, bytes)) {
                    assertThat(texts()).hasSize(backwards().size());
                }
            }
        }
        for (int length = 0; length < bytes; length++) {
            MemorySegment.copy(good, 0, memory, ValueLayout.JAVA_BYTE, AT, bytes);
            assertThat(pack.isValid(AT, length)).isFalse();
        }
    }

    @Test
    void a_count_beyond_65534_is_found_by_walking() {
        pack.init(AT);
        for (int i = 0; i < 70_000; i++) {
            append("7");
        }
        assertThat(pack.count(AT)).isEqualTo(70_000);
        pack.remove(AT, pack.first(AT), 10_000);
        assertThat(pack.count(AT)).isEqualTo(60_000);
    }

    private void change(Random random, List<String> model) {
        String value = value(random, random.nextInt(50) == 0 ? 20_000 : 90);
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        int index = model.isEmpty() ? 0 : random.nextInt(model.size());
        long p = model.isEmpty() ? pack.end(AT) : pack.seek(AT, random.nextBoolean() ? index : index - model.size());
        switch (model.isEmpty() ? 0 : random.nextInt(5)) {
            case 0, 1 -> {
                int before = pack.bytes(AT);
                pack.insert(AT, p, bytes, 0, bytes.length);
                assertThat(pack.bytes(AT) - before).isEqualTo(Listpack.entryBytes(bytes, 0, bytes.length));
                model.add(index, value);
            }
            case 2 -> {
                pack.replace(AT, p, bytes, 0, bytes.length);
                model.set(index, value);
            }
            case 3 -> {
                pack.remove(AT, p, 1);
                model.remove(index);
            }
            default -> {
                long found = pack.find(pack.first(AT), bytes, 0, bytes.length, 1);
                int expected = model.indexOf(value);
                assertThat(found == Listpack.NONE ? -1 : found).isEqualTo(expected < 0 ? -1 : pack.seek(AT, expected));
            }
        }
    }

    private static String value(Random random, int lengthMax) {
        if (random.nextInt(3) == 0) {
            return Long.toString(random.nextLong() >> random.nextInt(64));
        }
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(lengthMax);
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }

    private void append(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        pack.insert(AT, pack.end(AT), bytes, 0, bytes.length);
    }

    private List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (long p = pack.first(AT); p != Listpack.NONE; p = pack.next(p)) {
            texts.add(text(p));
        }
        return texts;
    }

    private List<String> backwards() {
        List<String> texts = new ArrayList<>();
        for (long p = pack.last(AT); p != Listpack.NONE; p = pack.previous(AT, p)) {
            texts.add(text(p));
        }
        return texts;
    }

    private String text(long p) {
        byte[] into = new byte[Math.max(20, pack.textLength(p))];
        return new String(into, 0, pack.text(p, into), StandardCharsets.ISO_8859_1);
    }

    private String hex() {
        return HexFormat.of().formatHex(memory.asSlice(AT, pack.bytes(AT)).toArray(ValueLayout.JAVA_BYTE));
    }
}
