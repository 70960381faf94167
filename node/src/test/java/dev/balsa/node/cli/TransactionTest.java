package dev.balsa.node.cli;

import static dev.balsa.node.cli.LocalServer.ask;
import static dev.balsa.node.cli.LocalServer.connect;
import static dev.balsa.node.cli.LocalServer.freePort;
import static dev.balsa.node.cli.LocalServer.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.config.NodeConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several connections send the same random commands, transactions and watched keys among them, to a node and to a
 * redis-server, one after the other: every reply is the same. The seed is printed; -Dbalsa.seed=... replays it.
 */
class TransactionTest {
    private static final Path REDIS = Path.of("/usr/bin/redis-server");
    private static final int CONNECTIONS = 4;
    private static final int STEPS = Integer.getInteger("balsa.requests", 8_000);
    private static final String[] KEYS = {"a", "b", "l", "s", "z", "h"};

    private final List<Process> started = new ArrayList<>();
    private final List<RespClient> ours = new ArrayList<>();
    private final List<RespClient> theirs = new ArrayList<>();

    @TempDir
    private Path root;

    @AfterEach
    void stop() throws Exception {
        for (Process process : started) {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void random_transactions_of_several_connections_get_the_replies_of_redis() throws Exception {
        assumeTrue(Files.isExecutable(REDIS));
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("TransactionTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        int redis = freePort();
        started.add(new ProcessBuilder(REDIS.toString(), "--port", "" + redis, "--save", "", "--bind", "127.0.0.1",
                        "--dir", root.toString()).redirectErrorStream(true)
                .redirectOutput(root.resolve("redis.log").toFile()).start());
        int port = freePort();
        // Small limits: large sets, lists and hashes are watched too.
        NodeConfig config = NodeConfig.load(null, List.of("--dir", root.toString(), "--port", "" + port, "--raft-port",
                "" + freePort(), "--bind", "127.0.0.1", "--set-max-listpack-entries", "3", "--zset-max-listpack-entries",
                "3", "--hash-max-listpack-entries", "3", "--list-max-listpack-size", "3"));
        CompletableFuture<Integer> node =
                CompletableFuture.supplyAsync(() -> running(config), Thread::startVirtualThread);
        for (int i = 0; i < CONNECTIONS; i++) {
            ours.add(connect(port));
            theirs.add(connect(redis));
        }
        int aborted = 0;
        for (int step = 0; step < STEPS; step++) {
            int connection = random.nextInt(CONNECTIONS);
            String[] words = command(random).split(" ");
            String reply = ask(ours.get(connection), words);
            String expected = ask(theirs.get(connection), words);
            assertThat(reply).as("seed %d, step %d, connection %d: %s", seed, step, connection, List.of(words))
                    .isEqualTo(expected);
            aborted += words[0].equals("EXEC") && reply.contains("nil") ? 1 : 0;
        }
        System.out.println(aborted + " transactions found a watched key changed");
        // Of a connection of its own: the others may be within a transaction.
        connect(port).send("SHUTDOWN".getBytes(StandardCharsets.US_ASCII));
        assertThat(node.get(30, TimeUnit.SECONDS)).isZero();
    }

    private static String command(Random random) {
        String key = KEYS[random.nextInt(KEYS.length)];
        String value = Integer.toString(random.nextInt(6));
        return switch (random.nextInt(40)) {
            case 0, 1, 2, 3 -> "MULTI";
            case 4, 5, 6, 7, 8 -> "EXEC";
            case 9, 10, 11, 12 -> "WATCH " + key + " " + KEYS[random.nextInt(KEYS.length)];
            case 13 -> random.nextInt(3) > 0 ? "DISCARD" : "UNWATCH";
            case 14 -> random.nextInt(5) > 0 ? "SELECT " + random.nextInt(2) : "SELECT 99";
            case 15 -> random.nextInt(6) > 0 ? "PING" : random.nextBoolean() ? "FLUSHDB" : "FLUSHALL";
            case 16 -> random.nextInt(4) > 0 ? "ECHO " + value : "SWAPDB 0 1";
            case 17 -> random.nextInt(4) > 0 ? "DBSIZE" : random.nextBoolean() ? "GET" : "NOSUCH x";
            case 18, 19 -> "SET a " + value;
            case 20 -> "INCR b";
            case 21 -> "SETNX a " + value;
            case 22 -> "RPUSH l " + value;
            case 23 -> "LREM l 0 " + value;
            case 24 -> "SADD s " + value;
            case 25 -> "SREM s " + value;
            case 26 -> "ZADD z " + value + " m" + random.nextInt(5);
            case 27 -> "ZREM z m" + value;
            case 28 -> "HSET h f" + value + " " + value;
            case 29 -> "HDEL h f" + value;
            case 30 -> "DEL " + key;
            case 31 -> "PERSIST " + key;
            case 32 -> "EXPIREAT " + key + " " + (9_000_000_000L + random.nextInt(100)) + (random.nextBoolean() ? " GT" : "");
            case 33 -> random.nextInt(3) > 0 ? "EXISTS " + key : "RENAME a b";
            case 34 -> "GET a";
            case 35 -> random.nextBoolean() ? "LRANGE l 0 -1" : "ZRANGE z 0 -1";
            case 36 -> random.nextBoolean() ? "HLEN h" : "SCARD s";
            case 37 -> random.nextBoolean() ? "APPEND a " + value : "COPY a b";
            case 38 -> random.nextBoolean() ? "LPOP l" : "GETDEL a";
            default -> random.nextInt(5) > 0 ? "EXEC" : "RESET";
        };
    }
}
