package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ZiplistTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());

    @Test
    void bytes_that_redis_wrote_are_read() {
        // RPUSH k 2 5 "Hello World" in redis-server, as its documentation prints it.
        byte[] bytes = HexFormat.of().parseHex(
                "1c000000" + "0e000000" + "0300" + "00f3" + "02f6" + "020b48656c6c6f20576f726c64" + "ff");

        assertThat(read(bytes)).containsExactly("2", "5", "Hello World");
    }

    @Test
    void every_kind_of_entry_is_read() {
        List<String> elements = new ArrayList<>();
        for (long number : new long[] {
            0, 12, 13, -1, 127, -128, 128, 32_767, -32_768, 32_768, 8_388_607, -8_388_608, 8_388_608, Integer.MAX_VALUE,
            Integer.MIN_VALUE, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE
        }) {
            elements.add(Long.toString(number));
        }
        for (int length : new int[] {0, 1, 63, 64, 253, 254, 255, 16_383, 16_384, 70_000}) {
            elements.add("x".repeat(length));
        }
        assertThat(read(ziplist(elements))).isEqualTo(elements);
        assertThat(read(ziplist(List.of()))).isEmpty();
    }

    @Test
    void a_ziplist_with_one_byte_changed_is_refused_or_still_a_listpack() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            elements.add(random.nextBoolean()
                    ? Long.toString(random.nextLong() >> random.nextInt(64))
                    : "y".repeat(random.nextInt(300)));
        }
        byte[] good = ziplist(elements);
        for (int i = 0; i < good.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << bit);
                byte[] packed = Ziplist.toListpack(bad, 0, bad.length);
                assertThat(packed == null || new Listpack(MemorySegment.ofArray(packed)).isValid(0, packed.length))
                        .isTrue();
            }
        }
        for (int length = 0; length < good.length; length++) {
            assertThat(Ziplist.toListpack(good, 0, length)).isNull();
        }
    }

    private static List<String> read(byte[] bytes) {
        byte[] shifted = new byte[bytes.length + 7];
        System.arraycopy(bytes, 0, shifted, 3, bytes.length);
        byte[] packed = Objects.requireNonNull(Ziplist.toListpack(shifted, 3, bytes.length));
        Listpack pack = new Listpack(MemorySegment.ofArray(packed));
        assertThat(pack.isValid(0, packed.length)).isTrue();
        List<String> texts = new ArrayList<>();
        for (long p = pack.first(0); p != Listpack.NONE; p = pack.next(p)) {
            byte[] into = new byte[Math.max(20, pack.textLength(p))];
            texts.add(new String(into, 0, pack.text(p, into), StandardCharsets.ISO_8859_1));
        }
        return texts;
    }

    /** As redis-server 6 writes it. */
    static byte[] ziplist(List<String> elements) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int before = 0;
        int last = 10;
        for (String element : elements) {
            last = 10 + body.size();
            byte[] entry = entry(before, element);
            body.writeBytes(entry);
            before = entry.length;
        }
        ByteBuffer all = ByteBuffer.allocate(body.size() + 11).order(ByteOrder.LITTLE_ENDIAN);
        all.putInt(all.capacity()).putInt(last).putShort((short) elements.size());
        return all.put(body.toByteArray()).put((byte) 0xff).array();
    }

    private static byte[] entry(int before, String element) {
        byte[] text = element.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer entry = ByteBuffer.allocate(text.length + 20).order(ByteOrder.LITTLE_ENDIAN);
        if (before < 254) {
            entry.put((byte) before);
        } else {
            entry.put((byte) 254).putInt(before);
        }
        if (Decimal.isCanonical(text, 0, text.length)) {
            putNumber(entry, Decimal.parse(text, 0, text.length));
        } else if (text.length < 64) {
            entry.put((byte) text.length).put(text);
        } else if (text.length < 16_384) {
            entry.put((byte) (0x40 | text.length >> 8)).put((byte) text.length).put(text);
        } else {
            entry.put((byte) 0x80).putInt(Integer.reverseBytes(text.length)).put(text);
        }
        byte[] bytes = new byte[entry.position()];
        entry.flip().get(bytes);
        return bytes;
    }

    private static void putNumber(ByteBuffer entry, long number) {
        if (number >= 0 && number <= 12) {
            entry.put((byte) (0xf1 + number));
        } else if (number == (byte) number) {
            entry.put((byte) 0xfe).put((byte) number);
        } else if (number == (short) number) {
            entry.put((byte) 0xc0).putShort((short) number);
        } else if (number >= -(1 << 23) && number < 1 << 23) {
            entry.put((byte) 0xf0).putShort((short) number).put((byte) (number >> 16));
        } else if (number == (int) number) {
            entry.put((byte) 0xd0).putInt((int) number);
        } else {
            entry.put((byte) 0xe0).putLong(number);
        }
    }
}
