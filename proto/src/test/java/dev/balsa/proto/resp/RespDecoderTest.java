package dev.balsa.proto.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RespDecoderTest {
    private final Args args = new Args();

    @Test
    void a_request_is_its_arguments_and_its_own_text() {
        byte[] bytes = "--*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*1".getBytes(ISO_8859_1);
        int length = new RespDecoder(RespLimits.DEFAULT).decode(bytes, 2, bytes.length, args);

        assertThat(length).isEqualTo(bytes.length - 4);
        assertThat(words(args)).containsExactly("SET", "k", "");
        assertThat(args.isRespArray()).isTrue();
        assertThat(args.start()).isEqualTo(2);
        assertThat(args.end()).isEqualTo(2 + length);
    }

    @Test
    void an_inline_request_becomes_a_resp_array() {
        byte[] bytes = "set 'a b' \"\\x41\\n\\q\" c\"d e\" x\u000by\r\n".getBytes(ISO_8859_1);
        int length = new RespDecoder(RespLimits.DEFAULT).decode(bytes, 0, bytes.length, args);

        assertThat(length).isEqualTo(bytes.length);
        assertThat(words(args)).containsExactly("set", "a b", "A\nq", "cd e", "x\u000by");
        assertThat(new String(args.array(), args.start(), args.end() - args.start(), ISO_8859_1))
                .isEqualTo("*5\r\n$3\r\nset\r\n$3\r\na b\r\n$3\r\nA\nq\r\n$4\r\ncd e\r\n$3\r\nx\u000by\r\n");
    }

    @Test
    void what_redis_passes_over_is_consumed_and_gives_no_arguments() {
        for (String text : List.of("\r\n", "\n", "   \r\n", "*0\r\n", "*-1\r\n", "*-77\r\n")) {
            byte[] bytes = (text + "PING\r\n").getBytes(ISO_8859_1);
            RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);

            assertThat(decoder.decode(bytes, 0, bytes.length, args)).as(text).isEqualTo(text.length());
            assertThat(args.count()).isZero();
            assertThat(decoder.decode(bytes, text.length(), bytes.length, args)).isEqualTo(6);
            assertThat(words(args)).containsExactly("PING");
        }
    }

    @Test
    void requests_in_pieces_of_any_size_are_the_same_as_whole() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<List<String>> sent = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(6); i >= 0; i--) {
                sent.add(request(random, text));
            }
            byte[] bytes = text.toString().getBytes(ISO_8859_1);
            assertThat(inPieces(bytes, random)).as("seed %d round %d", seed, round).isEqualTo(sent);
        }
    }

    @Test
    void an_unchecked_line_end_is_taken_as_redis_takes_it_and_written_anew() {
        for (String text : List.of(
                "*2\rx$3\r\nGET\r\n$1\r\nk\r\n",
                "*2\r\n$3\rxGET\r\n$1\r\nk\r\n",
                "*2\r\n$3\r\nGETx\n$1\r\nk\r\n",
                "*2\r\n$3\r\nGET\rx$1\r\nk\r\n",
                "*2\r\n$3\r\nGET\r\n$1\r\nk\rx")) {
            byte[] bytes = text.getBytes(ISO_8859_1);
            int length = new RespDecoder(RespLimits.DEFAULT).decode(bytes, 0, bytes.length, args);

            assertThat(length).as(text).isEqualTo(bytes.length);
            assertThat(words(args)).containsExactly("GET", "k");
            assertThat(new String(args.array(), args.start(), args.end() - args.start(), ISO_8859_1))
                    .as(text)
                    .isEqualTo("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
        }
    }

    @Test
    void needed_says_what_is_left_of_an_argument() {
        RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);
        byte[] bytes = "*2\r\n$3\r\nGET\r\n$1000\r\nabc".getBytes(ISO_8859_1);

        assertThat(decoder.decode(bytes, 0, bytes.length, args)).isZero();
        assertThat(decoder.needed()).isEqualTo(1000 - 3 + 2);
    }

    @Test
    void a_million_arguments_in_small_pieces_are_parsed_once() {
        int arguments = 1 << 20;
        byte[] bytes = ("*" + arguments + "\r\n" + "$1\r\nx\r\n".repeat(arguments)).getBytes(ISO_8859_1);
        RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        int length = 0;
        for (int to = 0; length == 0; to = Math.min(bytes.length, to + 1024)) {
            length = decoder.decode(bytes, 0, to, args);
        }

        assertThat(length).isEqualTo(bytes.length);
        assertThat(args.count()).isEqualTo(arguments);
        // From the start again each time would be 7168 pieces of half a million arguments: 3.7 billion.
        assertThat((threads.getCurrentThreadCpuTime() - start) / 1_000_000).as("CPU milliseconds").isLessThan(2_000);
    }

    static List<String> words(Args args) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < args.count(); i++) {
            words.add(args.text(i));
        }
        return words;
    }

    private static List<List<String>> inPieces(byte[] bytes, Random random) {
        RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);
        Args args = new Args();
        List<List<String>> decoded = new ArrayList<>();
        int from = 0;
        int to = 0;
        while (from < bytes.length) {
            // Each time the request lies in another array, at another place, among other bytes.
            int shift = random.nextInt(10);
            byte[] moved = new byte[shift + to - from + random.nextInt(10)];
            Arrays.fill(moved, (byte) '\r');
            System.arraycopy(bytes, from, moved, shift, to - from);
            int length = decoder.decode(moved, shift, shift + to - from, args);
            assertThat(length).as(decoder.error()).isNotNegative();
            if (length == 0) {
                assertThat(to).isLessThan(bytes.length);
                to = Math.min(bytes.length, to + 1 + random.nextInt(40));
            } else {
                from += length;
                if (args.count() > 0) {
                    decoded.add(words(args));
                    assertThat(RespArrays.decode(args.array(), args.start(), args.end(), new Args()))
                            .isEqualTo(args.end() - args.start());
                }
            }
        }
        return decoded;
    }

    private static List<String> request(Random random, StringBuilder text) {
        text.append(List.of("", "", "\r\n", "*0\r\n", "\n", " \r\n").get(random.nextInt(6)));
        List<String> words = new ArrayList<>();
        boolean inline = random.nextInt(4) == 0;
        for (int i = random.nextInt(5); i >= 0; i--) {
            byte[] word = new byte[random.nextInt(10) == 0 ? random.nextInt(3000) : random.nextInt(20)];
            random.nextBytes(word);
            words.add(inline ? "w" + word.length : new String(word, ISO_8859_1));
        }
        if (inline) {
            text.append(String.join(" ", words)).append("\r\n");
            return words;
        }
        text.append('*').append(words.size()).append("\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return words;
    }
}
