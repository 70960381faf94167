package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.node.engine.rdb.RdbSaveOptions;
import dev.balsa.node.engine.rdb.RdbWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files with values of every type, small and large, go between us and a redis-server 7.0; what both hold is compared by
 * commands that read. The seed is printed and a failure is replayed with -Dbalsa.seed=...
 *
 * <p>Read in a way that hides what differs by version or layout: scores as numbers, members and fields in order of
 * their bytes, groups of streams without what only 7.2 tells of them.
 */
class AllTypesFileTest {
    private static final Path CHECK = Path.of("/usr/bin/redis-check-rdb");
    private static final int REQUESTS = 4_000;

    private final long seed = Long.getLong("balsa.seed", System.nanoTime());

    @TempDir
    private Path directory;

    @BeforeEach
    void need_redis() {
        assumeTrue(RedisServer.isInstalled() && Files.isExecutable(CHECK));
        System.out.println("AllTypesFileTest: -Dbalsa.seed=" + seed);
    }

    @Test
    void redis_holds_what_we_saved() throws Exception {
        for (boolean compressed : new boolean[] {false, true}) {
            Path file = directory.resolve("ours-" + compressed + ".rdb");
            try (EngineServer ours = new EngineServer(System.currentTimeMillis())) {
                fill(ours);
                List<String> held = contents(ours);
                assertThat(encodings(ours)).containsExactly(
                        "hash hashtable", "hash listpack", "list listpack", "list quicklist", "set hashtable",
                        "set intset", "set listpack", "stream stream", "string embstr", "string int", "string raw",
                        "zset listpack", "zset skiplist");
                RdbSaveOptions options = RdbSaveOptions.plain(1, 1);
                try (Snapshot snapshot = ours.keyspace().snapshot()) {
                    RdbWriter.save(snapshot, file, compressed ? options.withCompression() : options);
                }
                check(file);
                try (RedisServer redis = new RedisServer(file)) {
                    waitUntilLoaded(redis);
                    assertThat(contents(redis)).as("seed " + seed).isEqualTo(held);
                    assertThat(encodings(redis)).contains(
                            "hash hashtable", "hash listpack", "list quicklist", "set hashtable", "set intset",
                            "stream stream", "string embstr", "string int", "string raw", "zset listpack",
                            "zset skiplist");
                    compareDumps(ours, redis);
                }
            }
        }
    }

    @Test
    void we_hold_what_redis_saved() throws Exception {
        for (String compression : List.of("no", "yes")) {
            try (RedisServer redis = new RedisServer();
                    EngineServer ours = new EngineServer(System.currentTimeMillis())) {
                redis.call("CONFIG", "SET", "rdbcompression", compression);
                fill(redis);
                List<String> held = contents(redis);
                assertThat(redis.call("SAVE")).isEqualTo(new Reply.Status("OK"));
                check(redis.dump());
                RdbReader.load(redis.dump(), ours.keyspace(), new Nobody());
                assertThat(contents(ours)).as("seed " + seed).isEqualTo(held);
                compareDumps(ours, redis);
            }
        }
    }

    /**
     * Our DUMP of every value, restored in Redis, has there the DUMP that Redis has of its own, to the byte; but for
     * hash tables, whose order is that of their making, and packed scores, which 7.0 writes with 17 digits.
     */
    private void compareDumps(EngineServer ours, RedisServer redis) throws IOException {
        for (int database = 1; database >= 0; database--) {
            redis.call("SELECT", "" + database);
            ours.call("SELECT", "" + database);
            for (Reply name : items(ours.call("KEYS", "*"))) {
                String key = ((Reply.Bulk) name).bytes();
                String at = "seed " + seed + ", key " + key;
                String our = ((Reply.Bulk) ours.call("DUMP", key)).bytes();
                String their = ((Reply.Bulk) redis.call("DUMP", key)).bytes();
                // Restored as well, for what a value shrank from is forgotten by that.
                for (List<String> each : List.of(List.of("moved", our), List.of("theirs", their))) {
                    Reply done = redis.call("RESTORE", each.getFirst(), "0", each.getLast(), "REPLACE");
                    assertThat(done).as(at).isEqualTo(new Reply.Status("OK"));
                }
                String encoding = redis.call("OBJECT", "ENCODING", "theirs").shown();
                assertThat(redis.call("OBJECT", "ENCODING", "moved").shown()).as(at).isEqualTo(encoding);
                assertThat(Payload.content(redis, "moved")).as(at).isEqualTo(Payload.content(redis, key));
                boolean scores = redis.call("TYPE", key).shown().equals("zset") && encoding.equals("\"listpack\"");
                if (!encoding.equals("\"hashtable\"") && !scores) {
                    assertThat(redis.call("DUMP", "moved")).as(at).isEqualTo(redis.call("DUMP", "theirs"));
                }
                redis.call("DEL", "moved", "theirs");
            }
        }
    }

    private static List<String> encodings(Server server) throws IOException {
        TreeSet<String> encodings = new TreeSet<>();
        for (Reply key : items(server.call("KEYS", "*"))) {
            String name = ((Reply.Bulk) key).bytes();
            encodings.add(server.call("TYPE", name).shown() + " "
                    + ((Reply.Bulk) server.call("OBJECT", "ENCODING", name)).bytes());
        }
        return List.copyOf(encodings);
    }

    /** Random values, and some that are certainly large. Nothing dies while the test runs. */
    private void fill(Server server) throws IOException {
        RandomGrowth growth = new RandomGrowth(seed);
        for (int i = 0; i < REQUESTS; i++) {
            List<String> request = growth.next();
            server.call(request.getFirst().equals("PEXPIRE")
                    ? List.of("PEXPIREAT", request.get(1), "999999999" + "000" + request.get(2).length())
                    : request);
        }
        List<String> list = new ArrayList<>(List.of("RPUSH", "large:list", "x".repeat(20_000), "y".repeat(70_000)));
        List<String> set = new ArrayList<>(List.of("SADD", "large:set"));
        List<String> numbers = new ArrayList<>(List.of("SADD", "large:numbers"));
        List<String> sortedSet = new ArrayList<>(List.of("ZADD", "large:zset", "-inf", "low", "inf", "high"));
        List<String> hash = new ArrayList<>(List.of("HSET", "large:hash"));
        for (int i = 0; i < 5_000; i++) {
            list.add("element " + i);
            set.add("member " + i);
            numbers.add(String.valueOf(i * 1_000_003L * (i % 2 == 0 ? 1 : -7)));
            sortedSet.addAll(List.of(String.valueOf(i / 3.0), "member " + i));
            hash.addAll(List.of("field " + i, "value " + i));
        }
        for (List<String> request : List.of(list, set, numbers, sortedSet, hash)) {
            assertThat(server.call(request)).isInstanceOf(Reply.Whole.class);
        }
        server.call("SET", "large:string", "abc".repeat(500_000));
        server.call("SET", "small:int", "12345");
        server.call("SET", "small:string", "abc");
        server.call("RPUSH", "small:list", "a", "-5", "70000");
        server.call("SADD", "small:set", "a", "b");
        server.call("HSET", "small:hash", "a", "1", "b", "");
        server.call("ZADD", "small:zset", "0.5", "a", "-inf", "b", "3", "");
        server.call("XADD", "small:stream", "1-1", "f", "v");
        server.call("SADD", "few:numbers", "-9223372036854775808", "9223372036854775807", "5");
        server.call("SADD", "long:set", "m".repeat(300), "n".repeat(70_000));
        server.call("HSET", "long:hash", "f".repeat(300), "v".repeat(70_000));
        server.call("ZADD", "long:zset", "3.0000000000000004", "m".repeat(70_000));
    }

    /** Every key with what it holds, in one text each. */
    private static List<String> contents(Server server) throws IOException {
        server.protocol(2);
        List<String> contents = new ArrayList<>();
        for (int database = 0; database < 2; database++) {
            server.call("SELECT", String.valueOf(database));
            TreeSet<String> keys = new TreeSet<>();
            for (Reply key : items(server.call("KEYS", "*"))) {
                keys.add(((Reply.Bulk) key).bytes());
            }
            for (String key : keys) {
                contents.add(database + " " + key + " " + server.call("PEXPIRETIME", key).shown() + " "
                        + content(server, key));
            }
        }
        server.call("SELECT", "0");
        assertThat(contents).hasSizeGreaterThan(15);
        return contents;
    }

    private static String content(Server server, String key) throws IOException {
        String type = server.call("TYPE", key).shown();
        return type + " " + switch (type) {
            case "string" -> server.call("GET", key).shown();
            case "list" -> server.call("LRANGE", key, "0", "-1").shown();
            case "set" -> sorted(items(server.call("SMEMBERS", key)), 1);
            case "hash" -> sorted(items(server.call("HGETALL", key)), 2);
            case "zset" -> scores(items(server.call("ZRANGE", key, "0", "-1", "WITHSCORES")));
            case "stream" -> stream(server, key);
            default -> throw new IllegalStateException(type);
        };
    }

    private static String sorted(List<Reply> items, int step) {
        TreeMap<String, String> sorted = new TreeMap<>();
        for (int i = 0; i < items.size(); i += step) {
            sorted.put(items.get(i).shown(), items.get(i + step - 1).shown());
        }
        return sorted.toString();
    }

    private static String scores(List<Reply> items) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < items.size(); i += 2) {
            String score = ((Reply.Bulk) items.get(i + 1)).bytes().replace("inf", "Infinity");
            text.append(items.get(i).shown()).append(' ').append(Double.parseDouble(score)).append('\n');
        }
        return text.toString();
    }

    private static String stream(Server server, String key) throws IOException {
        StringBuilder text = new StringBuilder(server.call("XRANGE", key, "-", "+").shown());
        List<Reply> info = items(server.call("XINFO", "STREAM", key));
        for (int i = 0; i < info.size(); i += 2) {
            String name = info.get(i).shown();
            if (name.contains("last-generated-id") || name.contains("entries-added") || name.contains("deleted")) {
                text.append(name).append(info.get(i + 1).shown());
            }
        }
        for (Reply group : items(server.call("XINFO", "GROUPS", key))) {
            text.append(group.shown());
            String name = ((Reply.Bulk) items(group).get(1)).bytes();
            for (Reply pending : items(server.call("XPENDING", key, name, "-", "+", "100000"))) {
                List<Reply> of = items(pending);
                text.append(of.get(0).shown()).append(of.get(1).shown()).append(of.get(3).shown());
            }
        }
        return text.toString();
    }

    private static List<Reply> items(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Elements.class);
        return ((Reply.Elements) reply).items();
    }

    private static void waitUntilLoaded(RedisServer redis) throws IOException {
        Reply ping = redis.call("PING");
        for (int i = 0; i < 1_000 && ping instanceof Reply.Failure; i++) {
            redis.pass(10);
            ping = redis.call("PING");
        }
        assertThat(ping).isEqualTo(new Reply.Status("PONG"));
    }

    private static void check(Path file) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(CHECK.toString(), file.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("RDB looks OK");
    }

    private static final class Nobody implements RdbListener {
        @Override
        public void field(String name, byte[] value) {}

        @Override
        public void moved(long bytes, long keys) {}
    }
}
