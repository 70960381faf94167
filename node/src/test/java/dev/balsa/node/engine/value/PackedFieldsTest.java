package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Entries of a packed hash are those of the listpack of the same values, but for their lengths backwards. */
class PackedFieldsTest {
    private static final long FROM = 8;
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());

    private final MemorySegment memory = Arena.ofAuto().allocate(4 << 20);
    private final PackedFields fields = new PackedFields(memory);

    @Test
    void five_fields_of_6_and_10_bytes_take_90_bytes() {
        long end = FROM;
        for (int i = 0; i < 5; i++) {
            end = put(end, "field" + i);
            end = put(end, "value----" + i);
        }
        assertThat(end - FROM).isEqualTo(90);
        assertThat(fields.listpackBytes(FROM, end)).isEqualTo(107);
    }

    @Test
    void any_changes_are_those_of_a_list_and_of_a_listpack() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            List<String> model = new ArrayList<>();
            long end = FROM;
            for (int step = 0; step < 60; step++) {
                end = change(random, model, end);
            }
            assertThat(texts(end)).isEqualTo(model);
            assertThat(fields.count(FROM, end)).isEqualTo(model.size());
            assertThat(found(model, end)).isTrue();
            compareWithListpack(model, end);
        }
    }

    /** Inserts a value, or takes one out. */
    private long change(Random random, List<String> model, long end) {
        int index = random.nextInt(model.size() + 1);
        long p = fields.next(FROM, index);
        if (index == model.size() || random.nextInt(3) > 0) {
            byte[] bytes = value(random).getBytes(StandardCharsets.ISO_8859_1);
            int more = PackedFields.entryBytes(bytes, 0, bytes.length);
            fields.move(p, p + more, end - p);
            assertThat(fields.put(p, bytes, 0, bytes.length)).isEqualTo(p + more);
            model.add(index, new String(bytes, StandardCharsets.ISO_8859_1));
            return end + more;
        }
        long after = fields.next(p);
        fields.move(after, p, end - after);
        model.remove(index);
        return end - (after - p);
    }

    private boolean found(List<String> model, long end) {
        for (int i = 0; i < model.size(); i++) {
            byte[] bytes = model.get(i).getBytes(StandardCharsets.ISO_8859_1);
            boolean first = model.indexOf(model.get(i)) == i;
            long p = fields.find(FROM, end, bytes, 0, bytes.length, 1);
            if (first != (p == fields.next(FROM, i))) {
                return false;
            }
            long second = fields.find(FROM, end, bytes, 0, bytes.length, 2);
            if (first && i % 2 == 0 && second != p) {
                return false;
            }
        }
        byte[] absent = "is nowhere".getBytes(StandardCharsets.ISO_8859_1);
        return fields.find(FROM, end, absent, 0, absent.length, 1) == PackedFields.NONE;
    }

    private void compareWithListpack(List<String> model, long end) {
        int bytes = fields.listpackBytes(FROM, end);
        MemorySegment target = MemorySegment.ofArray(new byte[bytes]);
        fields.toListpack(FROM, end, target, 0);
        MemorySegment expected = MemorySegment.ofArray(new byte[bytes]);
        Listpack pack = new Listpack(expected);
        pack.init(0);
        for (String text : model) {
            byte[] value = text.getBytes(StandardCharsets.ISO_8859_1);
            pack.insert(0, pack.end(0), value, 0, value.length);
        }
        assertThat(target.mismatch(expected)).isEqualTo(-1);
    }

    private List<String> texts(long end) {
        List<String> texts = new ArrayList<>();
        StringView view = new StringView(memory);
        for (long p = FROM; p < end; p = fields.next(p)) {
            texts.add(new String(view.entry(p).copy(), StandardCharsets.ISO_8859_1));
        }
        return texts;
    }

    private long put(long p, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return fields.put(p, bytes, 0, bytes.length);
    }

    private static String value(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 1 -> "x".repeat(random.nextInt(200));
            case 2 -> "y".repeat(60 + random.nextInt(8));
            case 3 -> random.nextInt(20) == 0 ? "z".repeat(4_090 + random.nextInt(10)) : "";
            default -> "f" + random.nextInt(100);
        };
    }
}
