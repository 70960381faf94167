package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.route.Mode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several connections of both protocol versions subscribe, publish and ask at random, here and at a redis-server: after
 * every step each connection has got the same. The seed is printed; -Dbalsa.seed=... replays it.
 */
class PubSubDifferentialTest {
    private static final Path REDIS = Path.of("/usr/bin/redis-server");
    private static final int CONNECTIONS = 5;
    private static final int STEPS = Integer.getInteger("balsa.requests", 4_000);
    private static final String[] CHANNELS = {"news", "news.de", "n", "*", "shop", "\u00e9"};
    private static final String[] PATTERNS = {"*", "n*", "news.??", "s[gh]op", "news"};

    private final FakeCluster cluster = new FakeCluster(1, null);
    private final List<RawClient> ours = new ArrayList<>();
    private final List<RawClient> theirs = new ArrayList<>();
    private Random random = new Random();
    private int tokens;

    @TempDir
    private Path directory;

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : ours) {
            client.close();
        }
        cluster.close();
    }

    @Test
    void random_subscriptions_and_messages_of_several_connections_look_as_with_redis() throws Exception {
        assumeThat(Files.isExecutable(REDIS)).isTrue();
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("PubSubDifferentialTest: -Dbalsa.seed=" + seed);
        random = new Random(seed);
        // Nobody else gets the port before redis-server listens on it, which it may, as long as this socket does not.
        try (Socket reserved = new Socket()) {
            reserved.setReuseAddress(true);
            reserved.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            compareWithRedis(reserved.getLocalPort());
        }
    }

    private void compareWithRedis(int redis) throws Exception {
        Process server = new ProcessBuilder(REDIS.toString(), "--port", "" + redis, "--save", "", "--bind", "127.0.0.1",
                "--dir", directory.toString()).redirectOutput(directory.resolve("log").toFile()).start();
        try {
            int port = cluster.listen(Mode.PLAIN);
            for (int i = 0; i < CONNECTIONS; i++) {
                ours.add(new RawClient(port));
                theirs.add(Awaitility.await().atMost(30, TimeUnit.SECONDS).ignoreException(ConnectException.class)
                        .until(() -> new RawClient(redis), client -> true));
            }
            for (int step = 0; step < STEPS; step++) {
                compare(random.nextInt(CONNECTIONS), words());
            }
        } finally {
            server.destroyForcibly();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    /** Sends the words on one connection of each server; then every connection shows what it has got. */
    private void compare(int connection, String[] words) throws IOException {
        ours.get(connection).send(words);
        theirs.get(connection).send(words);
        for (int i = 0; i < CONNECTIONS; i++) {
            // Its own first: then all messages have left.
            int at = (connection + i) % CONNECTIONS;
            String token = "token" + tokens++;
            List<String> here = until(ours.get(at), token);
            List<String> there = until(theirs.get(at), token);
            // Redis 7.2 sends a client's own message after the reply to PUBLISH, 7.0 before; tables have no order.
            Collections.sort(here);
            Collections.sort(there);
            assertThat(here).as("step %d, connection %d after %s", tokens, at, String.join(" ", words))
                    .isEqualTo(there);
        }
    }

    private static List<String> until(RawClient client, String token) throws IOException {
        client.send("PING", token);
        List<String> got = new ArrayList<>();
        while (true) {
            String reply = client.reply();
            if (reply.contains(token)) {
                got.add(reply.replace(token, "").replaceAll("\\$\\d+ ", ""));
                return got;
            }
            got.add(reply.contains(" proto ") ? "hello" : reply);
        }
    }

    private String[] words() {
        return switch (random.nextInt(22)) {
            case 0, 1, 2 -> some("SUBSCRIBE", CHANNELS);
            case 3, 4 -> some("PSUBSCRIBE", PATTERNS);
            case 5 -> some("SSUBSCRIBE", CHANNELS);
            case 6, 7 -> some("UNSUBSCRIBE", CHANNELS);
            case 8 -> some("PUNSUBSCRIBE", PATTERNS);
            case 9 -> some("SUNSUBSCRIBE", CHANNELS);
            case 10, 11, 12, 13 -> new String[] {"PUBLISH", pick(CHANNELS), "m" + random.nextInt(1000)};
            case 14 -> new String[] {"SPUBLISH", pick(CHANNELS), "s" + random.nextInt(1000)};
            case 15 -> new String[] {"HELLO", random.nextInt(3) == 0 ? "2" : "3"};
            case 16 -> random.nextInt(4) == 0 ? new String[] {"RESET"} : new String[] {"GET", "x"};
            case 17 -> some("PUBSUB NUMSUB", CHANNELS);
            case 18 -> some("PUBSUB SHARDNUMSUB", CHANNELS);
            case 19 -> new String[] {"PUBSUB", "NUMPAT"};
            case 20 -> new String[] {"PUBSUB", random.nextBoolean() ? "CHANNELS" : "SHARDCHANNELS", "shop"};
            default -> switch (random.nextInt(8)) {
                case 0 -> new String[] {"HELLO", "3", "extra"};
                case 1 -> new String[] {"SUBSCRIBE"};
                case 2 -> new String[] {"PUBLISH", "a"};
                case 3 -> new String[] {"PUBSUB", "NUMPAT", "x"};
                case 4 -> new String[] {"PUBSUB", "NOTHING"};
                case 5 -> new String[] {"PING", "a", "b"};
                case 6 -> new String[] {"CLIENT", "REPLY", "ON"};
                default -> new String[] {"ECHO", "e"};
            };
        };
    }

    private String pick(String[] all) {
        return all[random.nextInt(all.length)];
    }

    private String[] some(String command, String[] all) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            words.add(pick(all));
        }
        return words.toArray(new String[0]);
    }
}
