package dev.balsa.proto.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class RespWriterTest {
    @Test
    void integers_are_written_in_decimal() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 100_000; round++) {
            long value = random.nextLong() >> random.nextInt(64);
            integer(value);
        }
        long power = 1;
        for (int i = 0; i <= 19; i++) {
            integer(power);
            integer(power - 1);
            integer(-power);
            integer(1 - power);
            power *= 10;
        }
        integer(Long.MIN_VALUE);
        integer(Long.MAX_VALUE);
    }

    @Test
    void what_resp2_has_no_type_for_is_written_as_redis_does() {
        both(RespWriter::nil, "$-1\r\n", "_\r\n");
        both(RespWriter::nilArray, "*-1\r\n", "_\r\n");
        both(w -> w.bool(true), ":1\r\n", "#t\r\n");
        both(w -> w.bool(false), ":0\r\n", "#f\r\n");
        both(w -> w.map(2), "*4\r\n", "%2\r\n");
        both(w -> w.set(2), "*2\r\n", "~2\r\n");
        both(w -> w.push(2), "*2\r\n", ">2\r\n");
        both(w -> w.real(3), "$1\r\n3\r\n", ",3\r\n");
        both(w -> w.real(0.5), "$3\r\n0.5\r\n", ",0.5\r\n");
        both(w -> w.verbatim("txt", "é"), "$2\r\nÃ©\r\n", "=6\r\ntxt:Ã©\r\n");
        both(w -> w.bigNumber("-12"), "$3\r\n-12\r\n", "(-12\r\n");
        both(RespWriter::ok, "+OK\r\n", "+OK\r\n");
        both(w -> w.error("ERR a\r\nb"), "-ERR a  b\r\n", "-ERR a  b\r\n");
        both(w -> w.bulk(-15), "$3\r\n-15\r\n", "$3\r\n-15\r\n");
        both(w -> w.bulk(MemorySegment.ofArray(new byte[] {'a', 'b', 'c'}), 1, 2), "$2\r\nbc\r\n", "$2\r\nbc\r\n");
        both(w -> w.bulk(Args.of("x", "yz"), 1), "$2\r\nyz\r\n", "$2\r\nyz\r\n");
    }

    @Test
    void a_length_that_comes_later_stands_before_its_elements() {
        both(
                w -> {
                    w.simple("before");
                    int outer = w.arrayLater();
                    w.integer(7);
                    int inner = w.arrayLater();
                    for (int i = 0; i < 12; i++) {
                        w.bulk("x");
                    }
                    w.arrayLength(inner, 12);
                    int map = w.arrayLater();
                    w.mapLength(map, 0);
                    w.setLength(w.arrayLater(), 0);
                    w.arrayLength(outer, 4);
                    w.simple("after");
                },
                "+before\r\n*4\r\n:7\r\n*12\r\n" + "$1\r\nx\r\n".repeat(12) + "*0\r\n*0\r\n+after\r\n",
                "+before\r\n*4\r\n:7\r\n*12\r\n" + "$1\r\nx\r\n".repeat(12) + "%0\r\n~0\r\n+after\r\n");
    }

    @Test
    void truncate_takes_back_what_was_written() {
        RespWriter writer = new RespWriter(0);
        writer.ok();
        int length = writer.length();
        writer.bulk(new byte[1000]);
        writer.truncate(length);
        writer.integer(5);

        assertThat(new String(writer.copy(), ISO_8859_1)).isEqualTo("+OK\r\n:5\r\n");
    }

    private static void integer(long value) {
        RespWriter writer = new RespWriter(0);
        writer.integer(value);
        writer.bulk(value);
        String text = Long.toString(value);
        assertThat(new String(writer.copy(), ISO_8859_1))
                .isEqualTo(":" + text + "\r\n$" + text.length() + "\r\n" + text + "\r\n");
    }

    private static void both(Consumer<RespWriter> write, String resp2, String resp3) {
        RespWriter writer = new RespWriter(0);
        write.accept(writer);
        assertThat(new String(writer.copy(), ISO_8859_1)).isEqualTo(resp2);
        writer.reset();
        writer.protocol(3);
        write.accept(writer);
        assertThat(new String(writer.copy(), ISO_8859_1)).isEqualTo(resp3);
    }
}
