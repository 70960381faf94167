package dev.balsa.proto.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RespReplyTest {
    private static final List<String> REPLIES = List.of(
            "+OK\r\n",
            "-ERR no\r\n",
            ":-12\r\n",
            "$0\r\n\r\n",
            "$5\r\na\r\nbc\r\n",
            "$-1\r\n",
            "*-1\r\n",
            "_\r\n",
            "#t\r\n",
            ",3.25\r\n",
            "(123456789012345678901234567890\r\n",
            "!5\r\nERR x\r\n",
            "=7\r\ntxt:abc\r\n",
            "*0\r\n",
            "%0\r\n",
            "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n",
            "%2\r\n+a\r\n*2\r\n:1\r\n_\r\n+b\r\n~1\r\n#f\r\n",
            ">3\r\n+message\r\n$1\r\nc\r\n$1\r\nm\r\n");

    @Test
    void the_end_of_a_reply_is_found_in_pieces_of_any_size() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder();
            int count = 1 + random.nextInt(8);
            int[] ends = new int[count];
            for (int i = 0; i < count; i++) {
                text.append(REPLIES.get(random.nextInt(REPLIES.size())));
                ends[i] = text.length();
            }
            byte[] bytes = text.toString().getBytes(ISO_8859_1);
            RespReplyDecoder decoder = new RespReplyDecoder();
            int from = 0;
            int to = 0;
            for (int i = 0; i < count; ) {
                int shift = random.nextInt(5);
                byte[] moved = new byte[shift + to - from];
                System.arraycopy(bytes, from, moved, shift, to - from);
                int length = decoder.decode(moved, shift, moved.length);
                if (length == 0) {
                    assertThat(to).as("seed %d: %s", seed, text).isLessThan(bytes.length);
                    from += random.nextInt(3) == 0 ? decoder.passOn() : 0;
                    to = Math.min(bytes.length, to + 1 + random.nextInt(9));
                } else {
                    from += length;
                    assertThat(from).as("seed %d: %s", seed, text).isEqualTo(ends[i++]);
                }
            }
        }
    }

    @Test
    void a_reply_that_lacks_its_last_byte_is_not_complete() {
        for (String reply : REPLIES) {
            byte[] bytes = reply.getBytes(ISO_8859_1);
            assertThat(new RespReplyDecoder().decode(bytes, 0, bytes.length - 1)).as(reply).isZero();
            assertThat(new RespReplyDecoder().decode(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        }
    }

    @Test
    void a_reply_reads_as_a_tree() {
        assertThat(REPLIES.stream().map(RespReplyTest::parse).map(Object::toString).toList())
                .containsExactly(
                        "OK",
                        "(error) ERR no",
                        "(integer) -12",
                        "\"\"",
                        "\"a\\r\\nbc\"",
                        "(nil)",
                        "(nil)",
                        "(nil)",
                        "(true)",
                        "(double) 3.25",
                        "(big) 123456789012345678901234567890",
                        "(error) ERR x",
                        "txt:\"abc\"",
                        "[]",
                        "{}",
                        "[[(integer) 1], \"x\"]",
                        "{a: [(integer) 1, (nil)], b: ~[(false)]}",
                        ">[message, \"c\", \"m\"]");
        assertThat(parse("$1\r\nx\r\n")).isEqualTo(parse("$1\r\nx\r\n")).hasSameHashCodeAs(parse("$1\r\nx\r\n"));
    }

    @Test
    void what_no_redis_sends_is_refused() {
        for (String text : List.of(
                "$?\r\n",
                "*?\r\n",
                "|1\r\n+a\r\n+b\r\n:1\r\n",
                "$-2\r\n",
                "*99999999999\r\n",
                "x\r\n",
                "+OK\r+",
                "$\r\n",
                "*1\r\n".repeat(RespReplyDecoder.DEPTH_MAX + 1))) {
            RespReplyDecoder decoder = new RespReplyDecoder();
            byte[] bytes = text.getBytes(ISO_8859_1);
            assertThat(decoder.decode(bytes, 0, bytes.length)).as(text).isEqualTo(RespReplyDecoder.ERROR);
            assertThat(decoder.error()).contains("byte");
            assertThat(decoder.decode(bytes, 0, bytes.length)).isEqualTo(RespReplyDecoder.ERROR);
            assertThatThrownBy(() -> parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> parse("+OK\r\n+OK\r\n")).hasMessageContaining("after a reply of 5 bytes");
        assertThatThrownBy(() -> parse("+OK")).hasMessageContaining("not complete");
    }

    @Test
    void needed_says_what_is_left_of_a_bulk_string() {
        RespReplyDecoder decoder = new RespReplyDecoder();
        byte[] bytes = "*2\r\n$1000\r\nabc".getBytes(ISO_8859_1);

        assertThat(decoder.decode(bytes, 0, bytes.length)).isZero();
        assertThat(decoder.needed()).isEqualTo(999);
    }

    @Test
    void any_bytes_are_a_reply_or_a_declared_error() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] alphabet = "+-:$*_#,(!=%~>|?\r\n\r\n\r\n\r\n0123-9tx".getBytes(ISO_8859_1);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[1 + random.nextInt(40)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = alphabet[random.nextInt(alphabet.length)];
            }
            try {
                assertThat(RespReply.parse(bytes, 0, bytes.length).toString()).isNotNull();
            } catch (IllegalArgumentException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + new String(bytes, ISO_8859_1), e);
            }
        }
    }

    private static RespReply parse(String text) {
        return RespReply.parse(text.getBytes(ISO_8859_1));
    }
}
