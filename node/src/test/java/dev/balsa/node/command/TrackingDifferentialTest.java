package dev.balsa.node.command;

import static dev.balsa.node.cli.LocalServer.freePort;
import static dev.balsa.node.cli.LocalServer.running;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Client-side caching: several connections of both protocol versions read, write and track at random, on a node and on a
 * redis-server; after every step each connection has got the same. The seed is printed; -Dbalsa.seed=... replays it.
 */
class TrackingDifferentialTest {
    private static final int CONNECTIONS = 6;
    /** It speaks RESP2 and listens to the channel of invalidations; others redirect to it. */
    private static final int LISTENER = 5;
    private static final int STEPS = Integer.getInteger("balsa.requests", 6_000);
    private static final String[] KEYS = {"a", "a1", "a2", "b", "b1", "c", "l", "h"};
    private static final String[] PREFIXES = {"a", "a1", "b", "c", "x"};
    private static final String[] READS = {"GET K", "MGET K K K", "EXISTS K K", "STRLEN K", "TYPE K", "SISMEMBER s m", "LRANGE l 0 -1",
        "LLEN l", "HGETALL h", "HGET h f", "BITCOUNT K", "EVAL return(redis.call('get',KEYS[1])) 1 b1", "GETRANGE K 0 1", "DBSIZE", "SMEMBERS s"};
    private static final String[] WRITES = {"SET K v", "MSET K v K v K v", "DEL K K", "UNLINK K", "INCR K", "APPEND K x",
        "EXPIRE K 1000", "PERSIST K", "RENAME K K", "COPY K K REPLACE", "RPUSH l x", "LPOP l", "LTRIM l 0 -2", "HSET h f V",
        "HDEL h f", "SETNX K v", "GETSET K v", "GETDEL K", "SET K v GET", "LSET l 0 x", "SETRANGE K 1 x", "TOUCH K",
        "SADD s m", "SREM s m", "GETEX K EX 1000", "SORT l ALPHA STORE l2", "LMOVE l l2 LEFT RIGHT"};
    private static final String[] MODES = {"BCAST", "OPTIN", "OPTOUT", "NOLOOP"};

    private final List<RespConnection> ours = new ArrayList<>();
    private final List<RespConnection> theirs = new ArrayList<>();
    private final List<String> history = new ArrayList<>();
    private Random random = new Random();
    private Process redis;
    private CompletableFuture<Integer> node;
    private long firstOfOurs;
    private long firstOfTheirs;
    private int tokens;

    @TempDir
    private Path root;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(RedisServer.isInstalled(), "redis-server is not installed");
        int port = freePort();
        NodeConfig config = NodeConfig.load(null, List.of("--dir", root.toString(), "--port", "" + port, "--raft-port",
                "" + freePort(), "--bind", "127.0.0.1"));
        node = CompletableFuture.supplyAsync(() -> running(config), Thread::startVirtualThread);
        int redisPort = freePort();
        redis = new ProcessBuilder("/usr/bin/redis-server", "--port", "" + redisPort, "--save", "", "--bind", "127.0.0.1",
                "--dir", root.toString()).redirectOutput(root.resolve("redis.log").toFile()).start();
        for (int i = 0; i < CONNECTIONS; i++) {
            ours.add(new RespConnection(port, redis));
            theirs.add(new RespConnection(redisPort, redis));
        }
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> ours.getFirst().call("SET", "up", "1"),
                reply -> reply.equals(new Reply.Status("OK")));
        ours.getFirst().call("FLUSHALL");
        firstOfOurs = ((Reply.Whole) ours.getFirst().call("CLIENT", "ID")).value();
        firstOfTheirs = ((Reply.Whole) theirs.getFirst().call("CLIENT", "ID")).value();
    }

    @AfterEach
    void stop() throws Exception {
        if (redis != null) {
            ours.getFirst().send(List.of("SHUTDOWN"));
            assertThat(node.get(30, TimeUnit.SECONDS)).isZero();
            redis.destroyForcibly();
            redis.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void random_readers_and_writers_are_told_what_redis_tells_them() throws Exception {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("TrackingDifferentialTest: -Dbalsa.seed=" + seed);
        random = new Random(seed);
        compare(LISTENER, List.of(List.of("SUBSCRIBE", "__redis__:invalidate")));
        for (int i = 0; i < 4; i++) {
            compare(i, List.of(List.of("HELLO", "3")));
        }
        int told = 0;
        // Without any client that tracks, keys that were read are forgotten here: one does all the time.
        compare(0, one("CLIENT TRACKING ON"));
        for (int step = 0; step < STEPS; step++) {
            int connection = random.nextInt(LISTENER);
            List<List<String>> requests = step(connection);
            boolean ends = requests.getFirst().contains("OFF") || requests.getFirst().contains("RESET");
            told += connection == 0 && ends ? 0 : compare(connection, requests);
        }
        System.out.println(told + " invalidations in " + STEPS + " steps");
        assertThat(told).isGreaterThan(STEPS / 60);
    }

    @Test
    void of_too_many_keys_the_oldest_are_forgotten_and_their_readers_told() throws Exception {
        RespConnection reader = ours.get(1);
        ours.get(0).call("CONFIG", "SET", "tracking-table-max-keys", "3");
        reader.call("HELLO", "3");
        reader.call("CLIENT", "TRACKING", "ON");
        for (String key : List.of("k1", "k2", "k3", "k4", "k5")) {
            reader.send(List.of("GET", key));
        }
        reader.send(List.of("PING", "end"));
        assertThat(until(reader, "end")).containsExactlyInAnyOrder("Nil[type=_]", "Nil[type=_]", "Nil[type=_]",
                "Nil[type=_]", "Nil[type=_]", invalidated("k1"), invalidated("k2"));
        assertThat(ours.get(0).call("INFO", "stats").toString()).contains("tracking_total_keys:3", "tracking_total_items:3");
        assertThat(ours.get(0).call("INFO", "clients").toString()).contains("tracking_clients:1");
    }

    @Test
    void an_expired_key_is_told() throws Exception {
        for (List<RespConnection> server : List.of(ours, theirs)) {
            RespConnection reader = server.get(1);
            reader.call("HELLO", "3");
            reader.call("CLIENT", "TRACKING", "ON");
            // A key that dies before it is read is nobody's copy: then another one lives twice as long.
            String key = "";
            Reply read = new Reply.Nil('_');
            for (int millis = 40; !(read instanceof Reply.Bulk); millis *= 2) {
                key = "k" + millis;
                server.get(0).call("SET", key, "v", "PX", "" + millis);
                read = beyondMessages(reader, List.of("GET", key));
            }
            String told = invalidated(key);
            assertThat(reader.receive().toString()).isEqualTo(told);
        }
    }

    @Test
    void a_redirection_to_a_client_that_is_gone_is_told() throws Exception {
        for (List<RespConnection> server : List.of(ours, theirs)) {
            RespConnection reader = server.get(1);
            long gone = ((Reply.Whole) server.get(2).call("CLIENT", "ID")).value();
            reader.call("HELLO", "3");
            reader.call("CLIENT", "TRACKING", "ON", "REDIRECT", "" + gone);
            reader.call("GET", "k");
            server.get(2).close();
            Awaitility.await().until(() -> !server.get(0).call("CLIENT", "LIST").toString().contains("id=" + gone + " "));
            server.get(0).call("SET", "k", "1");
            assertThat(reader.receive().toString())
                    .isEqualTo("Elements[type=>, items=[Bulk[bytes=tracking-redir-broken], Whole[value=" + gone + "]]]");
            assertThat(reader.call("CLIENT", "TRACKINGINFO").toString()).contains("broken_redirect");
            assertThat(server.get(0).call("CLIENT", "LIST").toString()).contains("flags=tR ");
        }
    }

    @Test
    void who_sends_many_requests_at_once_hears_of_a_change_after_the_reply_that_it_makes_void() throws Exception {
        RespConnection reader = ours.get(1);
        reader.call("HELLO", "3");
        reader.call("CLIENT", "TRACKING", "ON");
        for (int i = 0; i < 200; i++) {
            ours.get(2).send(List.of("SET", "k", "" + i));
            reader.send(List.of("GET", "k"));
            reader.send(List.of("SET", "other", "1"));
            reader.send(List.of("GET", "k"));
        }
        reader.send(List.of("PING", "end"));
        String kept = "nothing";
        for (Reply reply = reader.receive(); !reply.toString().contains("=end]"); reply = reader.receive()) {
            kept = reply instanceof Reply.Bulk(String value) ? value : reply instanceof Reply.Elements ? "nothing" : kept;
        }
        for (int i = 0; i < 200; i++) {
            ours.get(2).receive();
        }
        reader.send(List.of("PING", "end"));
        kept = until(reader, "end").contains(invalidated("k")) ? "nothing" : kept;
        assertThat(kept).isIn("nothing", "199");
    }

    @Test
    void what_a_transaction_reads_behind_its_own_tracking_is_void_at_once() throws Exception {
        RespConnection reader = ours.get(1);
        reader.call("HELLO", "3");
        for (String line : List.of("MULTI", "GET a", "CLIENT TRACKING ON", "GET b", "EXEC", "PING end")) {
            reader.send(List.of(line.split(" ")));
        }
        // The group runs before the front has taken note, so a change of b in between would go unheard.
        assertThat(until(reader, "end")).hasSize(6).last().isEqualTo(invalidated("b"));
        ours.get(0).call("SET", "a", "1");
        ours.get(0).call("SET", "b", "1");
        reader.send(List.of("PING", "end"));
        assertThat(until(reader, "end")).containsExactly(invalidated("b"));
    }

    /** The reply, which messages may precede. */
    private static Reply beyondMessages(RespConnection client, List<String> request) throws IOException {
        client.send(request);
        Reply reply = client.receive();
        while (reply instanceof Reply.Elements) {
            reply = client.receive();
        }
        return reply;
    }

    private static String invalidated(String key) {
        return "Elements[type=>, items=[Bulk[bytes=invalidate], Elements[type=*, items=[Bulk[bytes=" + key + "]]]]]";
    }

    // -- random steps -----------------------------------------------------------------------------------------------

    private List<List<String>> step(int connection) {
        return switch (random.nextInt(24)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> one(pick(READS));
            case 8, 9, 10, 11, 12, 13 -> one(pick(WRITES));
            case 14 -> transaction(random.nextBoolean() || connection != 4 ? READS : WRITES);
            case 15, 16 -> one("CLIENT CACHING " + (random.nextBoolean() ? "YES" : "NO"));
            case 17 -> one("CLIENT TRACKING OFF");
            case 18, 19, 20 -> one(tracking());
            case 21 -> one("CLIENT " + (random.nextBoolean() ? "TRACKINGINFO" : "GETREDIR"));
            case 22 -> random.nextInt(4) == 0 ? one(random.nextBoolean() ? "FLUSHALL" : "FLUSHDB") : one("SELECT V");
            default -> one(switch (random.nextInt(6)) {
                case 0 -> "CLIENT TRACKING MAYBE";
                case 1 -> "CLIENT TRACKING ON PREFIX";
                case 2 -> "CLIENT TRACKING ON REDIRECT 999999";
                case 3 -> "CLIENT TRACKING ON REDIRECT x";
                case 4 -> "GET";
                default -> random.nextInt(4) == 0 ? "RESET" : "GET l";
            });
        };
    }

    private String tracking() {
        StringBuilder words = new StringBuilder("CLIENT TRACKING ON");
        for (String mode : MODES) {
            words.append(random.nextInt(3) == 0 ? " " + mode : "");
        }
        // Redis 7.0 answers twice when two prefixes that are not the first overlap.
        for (int i = random.nextInt(3); i > 0 && words.indexOf("BCAST") > 0; i--) {
            words.append(" PREFIX ").append(pick(PREFIXES));
        }
        if (random.nextInt(3) == 0) {
            words.append(" REDIRECT @").append(random.nextInt(3) == 0 ? random.nextInt(LISTENER) : LISTENER);
        }
        return words.toString();
    }

    /** Redis 7.0 puts a client's own invalidations into the reply of EXEC; one of RESP2 gets none. */
    private List<List<String>> transaction(String[] commands) {
        List<List<String>> all = new ArrayList<>(one("MULTI"));
        for (int i = random.nextInt(4); i >= 0; i--) {
            all.addAll(one(pick(commands).replace("DBSIZE", "TYPE a")));
        }
        all.addAll(one(random.nextInt(6) == 0 ? "DISCARD" : "EXEC"));
        return all;
    }

    private List<List<String>> one(String template) {
        List<String> words = new ArrayList<>();
        for (String word : template.split(" ", -1)) {
            words.add(switch (word) {
                case "K" -> pick(KEYS);
                case "V" -> "" + random.nextInt(2);
                default -> word;
            });
        }
        return List.of(words);
    }

    private String pick(String[] all) {
        return all[random.nextInt(all.length)];
    }

    // -- both servers -----------------------------------------------------------------------------------------------

    /** Sends the requests on one connection of each server; then every connection shows what it has got. */
    private int compare(int connection, List<List<String>> requests) throws IOException {
        history.add(connection + ": " + requests);
        for (List<String> request : requests) {
            ours.get(connection).send(withIds(request, firstOfOurs));
            theirs.get(connection).send(withIds(request, firstOfTheirs));
        }
        int told = 0;
        for (int i = 0; i < CONNECTIONS; i++) {
            // Its own first: then all invalidations have left.
            int at = (connection + i) % CONNECTIONS;
            boolean own = at == connection;
            boolean ids = own && requests.getFirst().getFirst().equals("CLIENT");
            List<String> expected = shown(received(theirs.get(at), own), ids ? firstOfTheirs : Long.MIN_VALUE);
            List<String> got = shown(received(ours.get(at), own), ids ? firstOfOurs : Long.MIN_VALUE);
            if (!got.isEmpty()) {
                history.add("    " + at + " got " + got);
            }
            assertThat(got).as(() -> "connection " + at + " after\n" + String.join("\n",
                    history.subList(Math.max(0, history.size() - 60), history.size()))).isEqualTo(expected);
            told += (int) got.stream().filter(text -> text.contains("invalidate")).count();
        }
        return told;
    }

    /** @param own whether it has sent the requests: what BCAST brings may come behind the next reply */
    private List<String> received(RespConnection client, boolean own) throws IOException {
        List<String> got = new ArrayList<>();
        for (int i = own ? 2 : 1; i > 0; i--) {
            String token = "token" + tokens++;
            client.send(List.of("PING", token));
            got.addAll(until(client, token));
        }
        return got;
    }

    private static List<String> withIds(List<String> request, long first) {
        return request.stream().map(word -> word.startsWith("@") ? "" + (first + word.charAt(1) - '0') : word).toList();
    }

    /** Ids of clients are told by their places. */
    private static List<String> shown(List<String> replies, long first) {
        List<String> shown = new ArrayList<>();
        for (String reply : replies) {
            String text = reply;
            for (int i = 0; i < CONNECTIONS; i++) {
                text = text.replaceAll("(redirect\\], |^)Whole\\[value=" + (first + i) + "\\]", "$1@" + i);
            }
            shown.add(text.contains("proto") ? "greeting" : text.replaceAll("Nil\\[type=[*$_]\\]", "nil"));
        }
        // Which of a command's keys is told first is nobody's business.
        Collections.sort(shown);
        return shown;
    }

    private static List<String> until(RespConnection client, String token) throws IOException {
        List<String> got = new ArrayList<>();
        while (true) {
            String reply = client.receive().toString();
            if (reply.contains("=" + token + "]")) {
                return got;
            }
            got.add(reply);
        }
    }
}
