package dev.balsa.node.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.cli.LocalServer;
import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.StateDigest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files go from redis-server to us and back; skipped where it is not installed. */
class RedisInteropTest {
    private static final Path SERVER = Path.of("/usr/bin/redis-server");
    private static final Path CHECK = Path.of("/usr/bin/redis-check-rdb");
    private static final long NOW = 1_700_000_000_000L;

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void need_redis() {
        if (!Files.isExecutable(SERVER) || !Files.isExecutable(CHECK)) {
            System.out.println("Skipped: " + SERVER + " or " + CHECK + " is not there");
        }
        assumeTrue(Files.isExecutable(SERVER) && Files.isExecutable(CHECK));
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void what_redis_saved_and_we_saved_again_has_the_same_digest_in_redis() throws Exception {
        for (boolean compressed : new boolean[] {true, false}) {
            Path first = Files.createDirectory(directory.resolve("first" + compressed));
            String digest;
            try (Redis redis = start(first, "yes")) {
                fill(redis);
                digest = redis.call("DEBUG", "DIGEST");
                redis.call("SAVE");
                redis.stop();
            }
            Path second = Files.createDirectory(directory.resolve("second" + compressed));
            try (Keyspace keyspace = new Keyspace(16, 1L << 30, true)) {
                keyspace.time(NOW, NOW);
                RdbReader.load(first.resolve("dump.rdb"), keyspace, new RdbTest.Fields());
                RdbSaveOptions options = RdbSaveOptions.plain(NOW / 1000, keyspace.usedBytes());
                try (Snapshot snapshot = keyspace.snapshot()) {
                    RdbWriter.save(snapshot, second.resolve("dump.rdb"), compressed ? options.withCompression() : options);
                }
                assertThat(keyspace.database(2).sizeWithDeadline()).isPositive();
            }
            check(second.resolve("dump.rdb"));
            try (Redis redis = start(second, "no")) {
                assertThat(redis.call("DEBUG", "DIGEST")).isEqualTo(digest);
                redis.stop();
            }
        }
    }

    @Test
    void redis_holds_what_we_saved_and_our_dumps_are_its_dumps() throws Exception {
        try (Keyspace keyspace = new Keyspace(16, 1L << 30, true)) {
            keyspace.time(NOW, NOW);
            Random random = new Random(4);
            Database database = keyspace.database(0);
            for (int i = 0; i < 5_000; i++) {
                byte[] key = RdbTest.bytes("k" + i);
                byte[] value = RdbTest.bytes(random.nextBoolean()
                        ? Long.toString(random.nextLong() >> random.nextInt(64))
                        : Long.toHexString(random.nextLong()) + "/".repeat(random.nextInt(300)));
                database.setString(key, 0, key.length, value, 0, value.length, i % 7 == 0 ? 4_000_000_000_000L + i : 0);
            }
            try (Snapshot snapshot = keyspace.snapshot()) {
                RdbWriter.save(snapshot, directory.resolve("dump.rdb"), RdbSaveOptions.plain(1, 1));
            }
            check(directory.resolve("dump.rdb"));
            StateDigest digest = RdbTest.digest(keyspace);
            try (Redis redis = start(directory, "no")) {
                assertThat(redis.call("DBSIZE")).isEqualTo("5000");
                for (int i = 0; i < 5_000; i += 13) {
                    String key = "k" + i;
                    assertThat(redis.call("GET", key)).isEqualTo(RdbTest.value(database, key));
                    byte[] k = RdbTest.bytes(key);
                    int ref = database.find(k, 0, k.length);
                    long deadline = database.deadlineMillis(ref);
                    assertThat(redis.call("PEXPIRETIME", key)).isEqualTo(Long.toString(deadline == 0 ? -1 : deadline));
                    assertThat(redis.call("OBJECT", "ENCODING", key)).isEqualTo(database.encoding(ref));
                    byte[] theirs = RdbTest.bytes(redis.call("DUMP", key));
                    assertThat(DumpPayload.restore(theirs, 0, theirs.length, database, k, deadline))
                            .isEqualTo(DumpPayload.Restored.DONE);
                }
                assertThat(RdbTest.digest(keyspace)).isEqualTo(digest);
                redis.stop();
            }
        }
    }

    private void check(Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(CHECK.toString(), file.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("RDB looks OK");
    }

    private static void fill(Redis redis) throws IOException {
        Random random = new Random(8);
        for (int db : new int[] {0, 2, 15}) {
            redis.call("SELECT", Integer.toString(db));
            for (int i = 0; i < 500; i++) {
                String value = random.nextBoolean()
                        ? Long.toString(random.nextLong() >> random.nextInt(64))
                        : "value ".repeat(random.nextInt(50)) + random.nextInt();
                redis.call("SET", "k" + i, value);
                if (i % 5 == 0) {
                    redis.call("PEXPIREAT", "k" + i, Long.toString(4_000_000_000_000L + i));
                }
            }
            redis.call("SET", "large", "abc".repeat(500_000));
            redis.call("SET", "", "");
            for (int i = 0; i < 2_000; i++) {
                String key = i < 1_000 ? "zset" : "zset" + i % 20;
                String score = i % 3 == 0 ? Integer.toString(i) : Double.toString(random.nextGaussian() * 1e6);
                redis.call("ZADD", key, score, i % 2 == 0 ? Integer.toString(i) : "member " + i);
            }
            redis.call("GEOADD", "places", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania");
            for (int i = 0; i < 3_000; i++) {
                String list = i % 3 == 0 ? "long list" : "list " + i % 40;
                redis.call("RPUSH", list, i % 2 == 0 ? Integer.toString(i * i) : "element ".repeat(i % 20));
            }
            redis.call("RPUSH", "list of one", "y".repeat(300_000));
        }
        redis.call("FUNCTION", "LOAD", "#!lua name=x\nredis.register_function('f', function() return 1 end)");
    }

    private Redis start(Path in, String compression) throws IOException {
        int port = LocalServer.freePort();
        Process process = new ProcessBuilder(
                        SERVER.toString(), "--port", Integer.toString(port), "--save", "", "--dir", in.toString(),
                        "--bind", "127.0.0.1", "--rdbcompression", compression, "--enable-debug-command", "yes")
                .redirectErrorStream(true)
                .redirectOutput(in.resolve("redis.log").toFile())
                .start();
        started.add(process);
        return Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> connected(port), _ -> true);
    }

    private static Redis connected(int port) throws IOException {
        Redis redis = new Redis(port);
        redis.call("PING"); // -LOADING throws
        return redis;
    }

    /** The smallest client: one command, one reply as text. */
    private static final class Redis implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;

        Redis(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            in = new java.io.BufferedInputStream(socket.getInputStream());
        }

        String call(String... words) throws IOException {
            StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                request.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
            }
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            String line = line();
            if (line.startsWith("-")) {
                throw new IOException(line);
            }
            if (!line.startsWith("$")) {
                return line.substring(1);
            }
            byte[] bulk = in.readNBytes(Integer.parseInt(line.substring(1)));
            line();
            return new String(bulk, StandardCharsets.ISO_8859_1);
        }

        void stop() throws IOException {
            socket.getOutputStream().write("SHUTDOWN NOSAVE\r\n".getBytes(StandardCharsets.US_ASCII));
            int ignored = in.read();
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("redis-server hung up");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
