package dev.balsa.proto.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.proto.resp.Args;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class EntryTest {
    private final EntryWriter writer = new EntryWriter();
    private final EntryReader reader = new EntryReader();
    private final Args args = new Args();

    @Test
    void an_entry_reads_back_as_it_was_written() {
        writer.reset();
        writer.append(Args.of("SET", "a", "1"), 0);
        writer.append(Args.of("SET", "b", "2"), 12);
        writer.append(Args.of("DEL", "b"), 12);
        writer.append(Args.of("DEL", "a"), 0);
        writer.requestId(1, -2);
        writer.requestId(Long.MAX_VALUE, Long.MIN_VALUE);
        ByteBuffer entry = writer.finish(1_700_000_000_123L, -5);

        assertThat(entry.remaining()).isEqualTo(writer.bytes());
        reader.wrap(entry);
        assertThat(reader.leaderMillis()).isEqualTo(1_700_000_000_123L);
        assertThat(reader.seed()).isEqualTo(-5);
        assertThat(reader.count()).isEqualTo(4).isEqualTo(writer.count());
        assertThat(reader.requestIds()).isEqualTo(2);
        assertThat(reader.requestIdHigh(1)).isEqualTo(Long.MAX_VALUE);
        assertThat(reader.requestIdLow(0)).isEqualTo(-2);
        next("SET a 1", 0);
        next("SET b 2", 12);
        next("DEL b", 12);
        next("DEL a", 0);
        assertThat(reader.next(args)).isFalse();
    }

    @Test
    void the_layout_is_fixed() {
        writer.reset();
        writer.append(Args.of("DEL", "k"), 3);
        byte[] entry = writer.finish(0x0102030405060708L, 0x1112131415161718L).array();

        assertThat(HexFormat.of().formatHex(entry, 0, 32))
                .isEqualTo("01000000" + "5eafc85e" + "0807060504030201" + "1817161514131211" + "01000000" + "00000000");
        assertThat(new String(entry, 32, entry.length - 32, ISO_8859_1))
                .isEqualTo("*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n");
    }

    @Test
    void each_damaged_byte_and_each_cut_is_found() {
        byte[] entry = entry();
        for (int i = 0; i < entry.length; i++) {
            byte[] damaged = entry.clone();
            damaged[i] ^= 0x10;
            refused(damaged);
            refused(Arrays.copyOf(entry, i));
        }
        refused(Arrays.copyOf(entry, entry.length + 1));
    }

    @Test
    void nothing_but_the_declared_exception_comes_of_any_bytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = entry();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            bytes = Arrays.copyOf(bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length);
            if (bytes.length > EntryHeader.BYTES) {
                bytes[0] = EntryHeader.VERSION;
                seal(bytes);
            }
            try {
                reader.wrap(round % 2 == 0 ? ByteBuffer.wrap(bytes) : direct(bytes));
                while (reader.next(args)) {
                    assertThat(args.count()).isPositive();
                }
            } catch (EntryFormatException expected) {
                assertThat(expected).hasMessageStartingWith("log entry: ");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }

    @Test
    void a_count_that_is_not_that_of_the_commands_is_found() {
        for (int count : new int[] {0, 1, 3, -1}) {
            byte[] entry = entry();
            EntryWriter.INT.set(entry, EntryHeader.COUNT_AT, count);
            refused(seal(entry));
        }
    }

    @Test
    void a_part_of_a_larger_buffer_is_read_without_moving_its_position() {
        byte[] entry = entry();
        ByteBuffer larger = ByteBuffer.allocate(entry.length + 20).position(7);
        larger.put(entry).flip().position(7);

        assertThat(reader.wrap(larger).count()).isEqualTo(2);
        assertThat(larger.position()).isEqualTo(7);
        next("SET key value", 0);
    }

    private void next(String text, int database) {
        assertThat(reader.next(args)).isTrue();
        assertThat(args).hasToString(text);
        assertThat(reader.database()).isEqualTo(database);
    }

    private byte[] entry() {
        writer.reset();
        writer.append(Args.of("SET", "key", "value"), 0);
        writer.append(Args.of("INCR", "n"), 1);
        writer.requestId(7, 8);
        return writer.finish(1, 2).array();
    }

    /** Makes the checksum fit. */
    private static byte[] seal(byte[] entry) {
        CRC32C checksum = new CRC32C();
        checksum.update(entry, EntryHeader.CHECKED_FROM, entry.length - EntryHeader.CHECKED_FROM);
        EntryWriter.INT.set(entry, EntryHeader.CHECKSUM_AT, (int) checksum.getValue());
        return entry;
    }

    private void refused(byte[] bytes) {
        assertThatThrownBy(() -> {
                    reader.wrap(ByteBuffer.wrap(bytes));
                    while (reader.next(args)) {
                        assertThat(args.count()).isPositive();
                    }
                })
                .isInstanceOf(EntryFormatException.class);
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
