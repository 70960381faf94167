package dev.balsa.proto.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class RespLimitsTest {
    private static final String LINE = "1".repeat(65_536);

    private final Args args = new Args();

    @Test
    void each_protocol_error_has_the_text_of_redis() {
        refused("*3000000000\r\n", "invalid multibulk length");
        refused("*x\r\n", "invalid multibulk length");
        refused("*\r\n", "invalid multibulk length");
        refused("*+1\r\n", "invalid multibulk length");
        refused("*01\r\n", "invalid multibulk length");
        refused("*-0\r\n", "invalid multibulk length");
        refused("*99999999999999999999\r\n", "invalid multibulk length");
        refused("*1\r\n$-10\r\n", "invalid bulk length");
        refused("*1\r\n$2000000000\r\n", "invalid bulk length");
        refused("*1\r\n$blabla\r\n", "invalid bulk length");
        refused("*1\r\n$\r\n", "invalid bulk length");
        refused("*1\r\n$007\r\n", "invalid bulk length");
        refused("*01\r\n$4\r\nPING\r\n", "invalid multibulk length");
        refused("*1\r\n$04\r\nPING\r\n", "invalid bulk length");
        refused("*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n", "expected '$', got 'f'");
        refused("*1\r\n\r\n", "expected '$', got '\r'");
        refused("*" + LINE + "1", "too big mbulk count string");
        refused("*1\r\n$" + LINE + "1", "too big bulk count string");
        refused("a" + LINE, "too big inline request");
        refused("a" + LINE + "\r\n", "too big inline request");
        refused("set \"\"\"test-key\"\"\" test-value\r\n", "unbalanced quotes in request");
        refused("set 'a\r\n", "unbalanced quotes in request");
        refused("set \"a\\\r\n", "unbalanced quotes in request");
        refused("set 'a'b\r\n", "unbalanced quotes in request");
    }

    @Test
    void what_is_just_within_the_limits_is_taken() {
        RespDecoder decoder = new RespDecoder(new RespLimits(8, 3, 20, 200, 2, 4));

        assertThat(decode(decoder, "*3\r\n$1\r\na\r\n$8\r\n12345678\r\n$0\r\n\r\n")).isPositive();
        assertThat(decode(decoder, "a23456789 123456789\n")).isEqualTo(20);
        decoder.authenticated(false);
        assertThat(decode(decoder, "*2\r\n$4\r\nauth\r\n$4\r\n1234\r\n")).isPositive();
    }

    @Test
    void what_is_just_beyond_the_limits_is_refused() {
        RespLimits limits = new RespLimits(8, 3, 20, 200, 2, 4);
        refused(limits, true, "*4\r\n", "invalid multibulk length");
        refused(limits, true, "*4\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n", "invalid multibulk length");
        refused(limits, true, "*1\r\n$9\r\n123456789\r\n", "invalid bulk length");
        refused(limits, false, "*3\r\n", "unauthenticated multibulk length");
        refused(limits, false, "*1\r\n$5\r\n12345\r\n", "unauthenticated bulk length");
        refused(limits, true, "a123456789 123456789x", "too big inline request");
        refused(new RespLimits(100, 3, 20, 40, 2, 4), true, "*1\r\n$90\r\n", "too big request");
    }

    @Test
    void the_limits_before_authentication_are_those_of_redis() {
        refused(RespLimits.DEFAULT, false, "*11\r\n", "unauthenticated multibulk length");
        refused(RespLimits.DEFAULT, false, "*1\r\n$16385\r\n", "unauthenticated bulk length");
        assertThat(decode(new RespDecoder(RespLimits.DEFAULT), "*11\r\n")).isZero();
    }

    @Test
    void after_an_error_the_decoder_stays_there_until_it_is_reset() {
        RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);
        assertThat(decode(decoder, "*x\r\n")).isEqualTo(RespDecoder.ERROR);
        assertThat(decode(decoder, "PING\r\n")).isEqualTo(RespDecoder.ERROR);

        decoder.reset();
        assertThat(decode(decoder, "PING\r\n")).isEqualTo(6);
    }

    @Test
    void the_error_does_not_depend_on_the_pieces() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String text = "*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n";
        for (int round = 0; round < 200; round++) {
            RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);
            int result = 0;
            for (int to = 0; result == 0; to = Math.min(text.length(), to + 1 + random.nextInt(5))) {
                result = decode(decoder, text.substring(0, to));
            }
            assertThat(decoder.error()).isEqualTo("ERR Protocol error: expected '$', got 'f'");
        }
    }

    @Test
    void any_bytes_are_requests_or_a_declared_error() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] alphabet = "**$$\r\n\r\n\r\n0123-9'\"\\x a".getBytes(ISO_8859_1);
        RespLimits limits = new RespLimits(64, 16, 64, 512, 4, 16);
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = new byte[random.nextInt(60)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = alphabet[random.nextInt(alphabet.length)];
            }
            RespDecoder decoder = new RespDecoder(limits);
            decoder.authenticated(random.nextBoolean());
            int from = 0;
            int to = 0;
            while (to < bytes.length) {
                to = Math.min(bytes.length, to + 1 + random.nextInt(20));
                int result;
                while (from < to && (result = decoder.decode(bytes, from, to, args)) != 0) {
                    if (result < 0) {
                        assertThat(decoder.error()).startsWith("ERR Protocol error: ");
                        from = bytes.length;
                        to = bytes.length;
                    } else {
                        from += result;
                        assertThat(from).as("seed %d", seed).isLessThanOrEqualTo(to);
                    }
                }
            }
        }
    }

    @Test
    void limits_below_their_minimum_are_refused() {
        assertThatThrownBy(() -> new RespLimits(0, 1, 16, 16, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(RespLimits.DEFAULT.withBulkMaxBytes(1 << 30).requestMaxBytes()).isGreaterThan(2_000_000_000);
    }

    private void refused(String text, String what) {
        refused(RespLimits.DEFAULT, true, text, what);
    }

    private void refused(RespLimits limits, boolean authenticated, String text, String what) {
        RespDecoder decoder = new RespDecoder(limits);
        decoder.authenticated(authenticated);
        assertThat(decode(decoder, text)).as(what).isEqualTo(RespDecoder.ERROR);
        assertThat(decoder.error()).isEqualTo("ERR Protocol error: " + what);
        assertThat(args.count()).isZero();
    }

    private int decode(RespDecoder decoder, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        return decoder.decode(bytes, 0, bytes.length, args);
    }
}
