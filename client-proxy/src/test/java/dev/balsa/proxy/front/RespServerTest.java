package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.route.Mode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RespServerTest {
    @Test
    void keyed_commands_reach_their_group_and_come_back() throws IOException {
        try (FakeCluster cluster = new FakeCluster(1, null);
                RawClient client = new RawClient(cluster.listen(Mode.PLAIN))) {
            assertThat(client.call("SET a 1")).isEqualTo("+OK");
            assertThat(client.call("get a")).isEqualTo("$1 1");
            assertThat(client.call("GET b")).isEqualTo("$-1");
            assertThat(client.call("INFO")).isEqualTo("+admin INFO");
            assertThat(client.call("SELECT 1")).isEqualTo("+OK");
            assertThat(client.call("GET a")).isEqualTo("$-1");
        }
    }

    @Test
    void half_commands_are_executed_when_the_rest_arrives() throws IOException {
        try (FakeCluster cluster = new FakeCluster(1, null);
                RawClient client = new RawClient(cluster.listen(Mode.PLAIN))) {
            byte[] bytes = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\nhello\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
            for (byte b : bytes) {
                client.send(new byte[] {b});
            }
            assertThat(client.replies(3)).containsExactly("+OK", "+PONG", "$5 hello");
        }
    }

    @Test
    void pipelined_replies_keep_the_order_of_a_single_client_for_every_order_of_completion() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (FakeCluster cluster = new FakeCluster(3, new Random(seed + 1));
                RawClient client = new RawClient(cluster.listen(Mode.PLAIN))) {
            Map<String, String> model = new HashMap<>();
            for (int round = 0; round < 60; round++) {
                ByteArrayOutputStream pipeline = new ByteArrayOutputStream();
                List<String> expected = new ArrayList<>();
                int length = 1 + random.nextInt(60);
                for (int i = 0; i < length; i++) {
                    pipeline.write(step(random, model, expected));
                }
                client.send(pipeline.toByteArray());
                assertThat(client.replies(length)).isEqualTo(expected);
            }
        }
    }

    /** One random command, executed on the model too. */
    private static byte[] step(Random random, Map<String, String> model, List<String> expected) {
        String key = "key" + random.nextInt(6);
        String other = "key" + random.nextInt(6);
        return switch (random.nextInt(10)) {
            case 0, 1 -> {
                String value = "v" + random.nextInt(1000);
                model.put(key, value);
                expected.add("+OK");
                yield RawClient.frame("SET", key, value);
            }
            case 2 -> {
                expected.add(":" + model.merge(key, "x", String::concat).length());
                yield RawClient.frame("APPEND", key, "x");
            }
            case 3 -> {
                expected.add("*2 " + bulk(model.get(key)) + " " + bulk(model.get(other)));
                yield RawClient.frame("MGET", key, other);
            }
            case 4 -> {
                expected.add("+PONG");
                yield RawClient.frame("PING");
            }
            case 5 -> {
                expected.add(":" + model.size());
                yield RawClient.frame("DBSIZE");
            }
            case 6 -> {
                String value = "m" + random.nextInt(1000);
                model.put(key, value);
                model.put(other, value);
                expected.add("+OK");
                yield RawClient.frame("MSET", key, value, other, value);
            }
            case 7 -> {
                int removed = (model.remove(key) == null ? 0 : 1) + (model.remove(other) == null ? 0 : 1);
                expected.add(":" + removed);
                yield RawClient.frame("DEL", key, other);
            }
            default -> {
                expected.add(bulk(model.get(key)));
                yield RawClient.frame("GET", key);
            }
        };
    }

    private static String bulk(@Nullable String value) {
        return value == null ? "$-1" : "$" + value.length() + " " + value;
    }
}
