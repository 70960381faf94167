package dev.balsa.node.cli;

import static dev.balsa.node.cli.LocalServer.connect;
import static dev.balsa.node.cli.LocalServer.freePort;
import static dev.balsa.node.cli.LocalServer.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.config.NodeConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random commands on a node and on a redis-server, with all keyspace notifications on: after each command both have
 * published the same events in the same order. The seed is printed; -Dbalsa.seed=... replays it.
 */
class KeyEventsTest {
    private static final Path REDIS = Path.of("/usr/bin/redis-server");
    private static final int STEPS = Integer.getInteger("balsa.requests", 12_000);
    private static final String[] KEYS = {"a", "b", "c", "l", "l2", "s", "s2", "z", "z2", "h", "x"};

    /** {@code K}: a key, {@code V}: a small number, {@code M}: a member. What has a deadline outlives the test. */
    private static final String[] COMMANDS = {
        "SET K V", "SET K V EX 100000", "SET K V NX", "SET K V XX KEEPTTL", "SETEX K 100000 V", "PSETEX K 100000000 V",
        "SETNX K V", "MSET K V K V", "MSETNX K V K V", "GETSET K V", "GETDEL K", "GETEX K EX 100000", "GETEX K PERSIST",
        "GETEX K", "APPEND K V", "SETRANGE K 2 V", "SETRANGE K 0 ", "INCR K", "DECRBY K V", "INCRBYFLOAT K 0.5",
        "SETBIT K V 1", "BITOP AND K K K", "BITFIELD K GET u8 0", "DEL K", "DEL K K K",
        "UNLINK K", "EXPIRE K 100000", "EXPIRE K 100000 NX", "EXPIRE K -1", "PEXPIREAT K 1", "PERSIST K", "RENAME K K",
        "RENAMENX K K", "MOVE K 1", "COPY K K", "COPY K K REPLACE", "COPY K K DB 1", "LPUSH l M M", "RPUSH l M",
        "LPUSHX l M", "RPUSHX l2 M", "LPOP l", "RPOP l2", "LPOP l 2", "LREM l 0 M", "LTRIM l 0 1", "LTRIM l 1 0",
        "LSET l 0 M", "LINSERT l BEFORE M M", "LMOVE l l2 LEFT RIGHT", "LMOVE l2 l RIGHT LEFT", "RPOPLPUSH l l",
        "RPOPLPUSH l2 l", "LMPOP 2 l l2 RIGHT", "LMPOP 1 l2 LEFT COUNT 2", "SADD s M M", "SADD s2 M", "SREM s M M",
        "SMOVE s s2 M", "SMOVE s2 s M", "SINTERSTORE s2 s s2", "SUNIONSTORE s s s2", "SDIFFSTORE s2 s2 s",
        "HSET h M V", "HSETNX h M V", "HMSET h M V M V", "HDEL h M M", "HINCRBY h M V", "HINCRBYFLOAT h M 0.5",
        "ZADD z V M", "ZADD z INCR V M", "ZADD z2 V M V M", "ZADD z XX V M", "ZINCRBY z V M", "ZREM z M M",
        "ZREMRANGEBYRANK z 0 0", "ZREMRANGEBYSCORE z2 V V", "ZREMRANGEBYLEX z [M [M", "ZPOPMIN z", "ZPOPMAX z2 2",
        "ZMPOP 2 z z2 MAX", "ZMPOP 1 z2 MIN", "ZUNIONSTORE z2 2 z z2", "ZINTERSTORE z 2 z z2", "ZDIFFSTORE z2 2 z z2",
        "ZRANGESTORE z2 z 0 1", "ZRANGESTORE z2 z 5 3", "GEOADD z 13 38 M", "GEOSEARCHSTORE z2 z FROMLONLAT 13 38 BYRADIUS 1 km",
        "SORT l STORE l2", "SORT l2 STORE l", "PFADD p M", "PFADD p2 M", "PFMERGE p p2", "XADD x * f V", "XADD x MAXLEN 2 * f V",
        "XADD x MAXLEN V * f V", "XADD x MINID 5 * f V", "XADD x MAXLEN ~ V LIMIT 0 * f V", "XTRIM x MAXLEN 2",
        "XDEL x 1-1", "XGROUP CREATE x g $ MKSTREAM", "XGROUP DESTROY x g", "XGROUP CREATECONSUMER x g M",
        "XGROUP DELCONSUMER x g M", "XGROUP SETID x g 0", "GET K", "MGET K K", "EXISTS K", "STRLEN K", "LLEN l",
        "LRANGE l 0 -1", "SMEMBERS s", "SINTER s s2", "HGET h M", "HGETALL h", "ZRANGE z 0 -1", "ZSCORE z M", "TTL K",
        "TYPE K", "XLEN x", "FLUSHDB"};

    @TempDir
    private Path root;

    /** What is compared, on a node and on a redis-server. */
    private interface Comparison {
        void run(Pair ours, Pair theirs) throws Exception;
    }

    @Test
    void random_commands_announce_what_redis_announces() throws Exception {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("KeyEventsTest: -Dbalsa.seed=" + seed);
        withBoth((ours, theirs) -> compare(new Random(seed), ours, theirs));
    }

    @Test
    void a_consumer_that_is_made_by_reading_or_claiming_is_announced() throws Exception {
        withBoth((ours, theirs) -> {
            for (String command : List.of("XADD x 1-1 f v", "XGROUP CREATE x g 0")) {
                assertThat(ours.events(command.split(" "), 0)).isEqualTo(theirs.events(command.split(" "), 0));
            }
            String[] read = "XREADGROUP GROUP g first STREAMS x >".split(" ");
            assertThat(theirs.events(read, 0)).hasSize(2);
            assertThat(ours.events(read, 0)).hasSize(2).allMatch(event -> event.contains("xgroup-createconsumer"));
            assertThat(ours.events(read, 0)).isEmpty();
            for (String command : List.of("XREADGROUP GROUP g second STREAMS x >", "XCLAIM x g third 0 1-1",
                    "XAUTOCLAIM x g fourth 0 0")) {
                assertThat(ours.events(command.split(" "), 0)).as(command).hasSize(2)
                        .allMatch(event -> event.contains("xgroup-createconsumer"));
            }
        });
    }

    private void withBoth(Comparison comparison) throws Exception {
        assumeTrue(Files.isExecutable(REDIS));
        int redis = freePort();
        Process server = new ProcessBuilder(REDIS.toString(), "--port", "" + redis, "--save", "", "--bind", "127.0.0.1",
                "--dir", root.toString()).redirectOutput(root.resolve("redis.log").toFile()).start();
        int port = freePort();
        NodeConfig config = NodeConfig.load(null, List.of("--dir", root.toString(), "--port", "" + port, "--raft-port",
                "" + freePort(), "--bind", "127.0.0.1"));
        CompletableFuture<Integer> node =
                CompletableFuture.supplyAsync(() -> running(config), Thread::startVirtualThread);
        try {
            comparison.run(new Pair(port), new Pair(redis));
            connect(port).send("SHUTDOWN".getBytes(StandardCharsets.US_ASCII));
            assertThat(node.get(30, TimeUnit.SECONDS)).isZero();
        } finally {
            server.destroyForcibly();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static void compare(Random random, Pair ours, Pair theirs) throws Exception {
        Map<String, String> different = new TreeMap<>();
        for (int step = 0; step < STEPS; step++) {
            String template = COMMANDS[random.nextInt(COMMANDS.length)];
            String command = fill(template, random);
            String[] words = command.split(" ", -1);
            List<String> expected = theirs.events(words, step);
            List<String> announced = ours.events(words, step);
            if (!announced.equals(expected)) {
                different.putIfAbsent(template, command + ": " + announced + ", with Redis " + expected);
            }
        }
        assertThat(different.values()).isEmpty();
    }

    private static String fill(String template, Random random) {
        StringBuilder words = new StringBuilder();
        for (String word : template.split(" ", -1)) {
            words.append(words.isEmpty() ? "" : " ").append(switch (word) {
                case "K" -> KEYS[random.nextInt(KEYS.length)];
                case "V" -> "" + random.nextInt(5);
                case "M" -> "m" + random.nextInt(4);
                case "[M" -> "[m" + random.nextInt(4);
                default -> word;
            });
        }
        return words.toString();
    }

    /** A connection that commands and one that listens. */
    private static final class Pair {
        private final RespClient commands;
        private final RespClient listener;

        Pair(int port) throws Exception {
            commands = connect(port);
            listener = connect(port);
            commands.ask("CONFIG", "SET", "notify-keyspace-events", "KEAnm");
            listener.ask("PSUBSCRIBE", "__key*");
            listener.ask("SUBSCRIBE", "end");
        }

        List<String> events(String[] words, int step) throws IOException {
            try {
                commands.ask(words);
            } catch (UserError refused) {
                // Both refuse, or other tests would tell.
            }
            try {
                commands.ask("PUBLISH", "end", "" + step);
            } catch (UserError refused) {
                throw new IllegalStateException(refused);
            }
            List<String> events = new ArrayList<>();
            while (true) {
                String message = listener.receive().toString();
                if (message.contains("\"end\"")) {
                    return events;
                }
                events.add(message.replace("\"pmessage\", \"__key*\", ", ""));
            }
        }
    }
}
