package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Waiters;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commands of several clients, many of which wait, against redis-server: after each command the same clients have
 * been answered, with the same replies, so the order of service is the same. Where Redis 7.0 serves otherwise than 7.2
 * (a client that waits for several keys) keys do not become ready together.
 */
class BlockingDifferentialTest {
    private static final int CLIENTS = 12;
    private static final int COMMANDS = 2_500;
    private static final long START_MILLIS = 1_700_000_000_000L;

    private final List<String> history = new ArrayList<>();

    @ParameterizedTest(name = "several keys: {0}")
    @ValueSource(booleans = {false, true})
    void clients_are_served_in_the_order_of_redis(boolean severalKeys) throws IOException {
        Assumptions.assumeTrue(RedisServer.isInstalled(), "redis-server is not installed");
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("-Dbalsa.seed=" + seed);
        RandomBlocking random = new RandomBlocking(new Random(seed), severalKeys);
        try (Engine ours = new Engine(); Redis redis = new Redis(CLIENTS + 1)) {
            for (int i = 0; i < COMMANDS; i++) {
                List<Integer> free = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    if (!ours.waits(client)) {
                        free.add(client);
                    }
                }
                step(random.next(free, ours.waiting()), ours, redis);
            }
            System.out.println(ours.servedLater + " clients were served after they had waited");
            assertThat(ours.servedLater).isGreaterThan(COMMANDS / 20);
        }
    }

    /** As Redis 7.2 says it; 7.0 has texts of its own. */
    @ParameterizedTest
    @CsvSource({"DEL s, NOGROUP", "UNLINK s, NOGROUP", "FLUSHALL, NOGROUP", "SWAPDB 0 1, NOGROUP", "XGROUP DESTROY s g, NOGROUP",
        "RENAME other s, NOGROUP", "EXPIRE s -1, NOGROUP", "SET s v, WRONGTYPE", "RENAME list s, WRONGTYPE"})
    void who_waits_for_a_group_that_ends_hears_why(String end, String why) {
        String error = why.equals("NOGROUP")
                ? "NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"
                : "WRONGTYPE Operation against a key holding the wrong kind of value";
        try (Engine ours = new Engine()) {
            for (String before : List.of("XGROUP CREATE s g 0 MKSTREAM", "XADD other 1-1 f v", "RPUSH list x")) {
                ours.run(0, List.of(List.of(before.split(" "))));
            }
            assertThat(ours.run(1, List.of(List.of("XREADGROUP GROUP g c BLOCK 0 STREAMS s >".split(" "))))).isEmpty();
            Map<Integer, Reply> replies = ours.run(0, List.of(List.of(end.split(" "))));
            assertThat(replies).containsEntry(1, new Reply.Failure(error));
            assertThat(ours.waiting()).isEmpty();
        }
    }

    private void step(RandomBlocking.Step step, Engine ours, Redis redis) throws IOException {
        history.add(step.client() + ": " + step.commands());
        Map<Integer, Reply> own = step.unblocks() >= 0
                ? ours.unblock(step.unblocks(), step.error())
                : ours.run(step.client(), step.commands());
        Map<Integer, Reply> theirs = step.unblocks() >= 0
                ? redis.unblock(step.unblocks(), step.error(), own.size())
                : redis.run(step.client(), step.commands(), own.size());
        assertThat(shown(own)).as(() -> "seed and last commands:\n" + String.join("\n",
                history.subList(Math.max(0, history.size() - 40), history.size()))).isEqualTo(shown(theirs));
        assertThat(redis.blocked()).as(() -> "waiting after " + history.getLast()).isEqualTo(ours.waiting().size());
    }

    /** Where streams and groups vanish, 7.0 has other errors. */
    private static Map<Integer, String> shown(Map<Integer, Reply> replies) {
        Map<Integer, String> shown = new TreeMap<>();
        replies.forEach((client, reply) -> {
            String text = reply.toString();
            boolean refused = text.contains("NOGROUP") || text.contains("no longer exists") || text.contains("WRONGTYPE");
            shown.put(client, refused ? "refused" : text);
        });
        return shown;
    }

    /** Our engine with clients that may wait. */
    private static final class Engine implements AutoCloseable, ReadyKeys.Listener {
        private final Keyspace keyspace = new Keyspace(16, 1L << 30, true);
        private final Map<Long, Integer> clients = new HashMap<>();
        private final Map<Integer, Reply> answered = new TreeMap<>();
        private final ReadyKeys ready = new ReadyKeys(keyspace, keyspace.waiters(), this);
        private final ReadyKeys readers = new ReadyKeys(keyspace, keyspace.readers(), this);
        int servedLater;

        boolean waits(int client) {
            return clients.containsValue(client);
        }

        List<Integer> waiting() {
            return List.copyOf(clients.values());
        }

        Map<Integer, Reply> run(int client, List<List<String>> commands) {
            answered.clear();
            keyspace.time(START_MILLIS, START_MILLIS);
            Args args = commands.size() == 1 ? Args.of(commands.getFirst().toArray(new String[0])) : exec(commands);
            RespWriter reply = new RespWriter(1024);
            Call call = new Call(keyspace, args, reply).next(0, 1).mayWait();
            Command command = Objects.requireNonNull(CommandTable.find(args));
            command.body().run(call);
            Waiters.Wish wish = call.wish();
            if (wish == null) {
                answered.put(client, read(reply));
            } else {
                keyspace.waiters().forgetTouched();
                Waiters waiters = wish.kind() == Waiters.Kind.STREAM ? keyspace.readers() : keyspace.waiters();
                // Both kinds have ids of their own.
                clients.put(key(waiters.add(0, wish), wish.kind() == Waiters.Kind.STREAM), client);
            }
            ready.serve(1);
            readers.serve(1);
            return Map.copyOf(answered);
        }

        Map<Integer, Reply> unblock(int client, boolean error) {
            answered.clear();
            long id = clients.entrySet().stream().filter(e -> e.getValue() == client).findFirst().orElseThrow().getKey();
            Waiters waiters = id < 0 ? keyspace.readers() : keyspace.waiters();
            waiters.end(Math.abs(id), error ? Waiters.End.ERROR : Waiters.End.TIMEOUT);
            ready.tellEnded();
            readers.tellEnded();
            return Map.copyOf(answered);
        }

        private static long key(long id, boolean reads) {
            return reads ? -id : id;
        }

        private static Args exec(List<List<String>> commands) {
            List<String> words = new ArrayList<>(List.of("BALSA", "EXEC", "0"));
            for (List<String> command : commands) {
                words.add("0");
                words.add(Integer.toString(command.size()));
                words.addAll(command);
            }
            return Args.of(words.toArray(new String[0]));
        }

        @Override
        public int protocol(long id) {
            return 2;
        }

        @Override
        public void served(Waiters.Waiter waiter, Args args, RespWriter reply) {
            servedLater++;
            answer(waiter, args.is(0, "XREAD"), reply);
        }

        @Override
        public void ended(Waiters.Waiter waiter, Waiters.End how, RespWriter reply) {
            // Those who read have ids of their own, which are the others' too.
            boolean reads = new String(waiter.command(), StandardCharsets.ISO_8859_1).contains("$5\r\nXREAD\r\n");
            answer(waiter, reads, reply);
        }

        private void answer(Waiters.Waiter waiter, boolean reads, RespWriter reply) {
            Integer client = clients.remove(key(waiter.id(), reads));
            assertThat(client).isNotNull();
            answered.put(client, read(reply));
        }

        private static Reply read(RespWriter reply) {
            try {
                return Reply.read(new ByteArrayInputStream(reply.array(), 0, reply.length()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            keyspace.close();
        }
    }

    /** A redis-server with several connections; one more looks after the others. */
    private static final class Redis implements AutoCloseable {
        private final RedisServer server = new RedisServer();
        private final List<Socket> sockets = new ArrayList<>();
        private final List<InputStream> inputs = new ArrayList<>();
        private final List<Long> ids = new ArrayList<>();
        private final boolean[] owed;

        Redis(int clients) throws IOException {
            owed = new boolean[clients];
            for (int i = 0; i < clients; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(RespConnection.TIMEOUT_MILLIS);
                sockets.add(socket);
                inputs.add(new BufferedInputStream(socket.getInputStream()));
                send(i, List.of("CLIENT", "ID"));
                ids.add(Long.parseLong(Reply.read(inputs.get(i)).toString().replaceAll("\\D", "")));
            }
        }

        Map<Integer, Reply> run(int client, List<List<String>> commands, int expected) throws IOException {
            if (commands.size() == 1) {
                send(client, commands.getFirst());
            } else {
                send(client, List.of("MULTI"));
                for (List<String> command : commands) {
                    send(client, command);
                }
                send(client, List.of("EXEC"));
                for (int i = 0; i <= commands.size(); i++) {
                    Reply.read(inputs.get(client));
                }
            }
            owed[client] = true;
            return replies(expected);
        }

        Map<Integer, Reply> unblock(int client, boolean error, int expected) throws IOException {
            server.call("CLIENT", "UNBLOCK", ids.get(client).toString(), error ? "ERROR" : "TIMEOUT");
            return replies(expected);
        }

        /** What clients are answered: as many as expected, and what else is there when the server has done everything. */
        private Map<Integer, Reply> replies(int expected) throws IOException {
            Map<Integer, Reply> replies = new TreeMap<>();
            long end = System.nanoTime() + 2_000_000_000L;
            while (true) {
                int owing = 0;
                for (int i = 0; i < sockets.size(); i++) {
                    if (owed[i] && inputs.get(i).available() > 0) {
                        replies.put(i, Reply.read(inputs.get(i)));
                        owed[i] = false;
                    }
                    owing += owed[i] ? 1 : 0;
                }
                boolean settled = owing == blocked();
                if (settled && (replies.size() >= expected || System.nanoTime() > end)) {
                    return replies;
                }
                if (System.nanoTime() > end + 30_000_000_000L) {
                    throw new IOException("redis-server does not come to rest: " + Arrays.toString(owed));
                }
            }
        }

        int blocked() throws IOException {
            String info = server.call("INFO", "clients").toString();
            int at = info.indexOf("blocked_clients:") + "blocked_clients:".length();
            int end = at;
            while (Character.isDigit(info.charAt(end))) {
                end++;
            }
            return Integer.parseInt(info.substring(at, end));
        }

        private void send(int client, List<String> words) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            StringBuilder text = new StringBuilder("*" + words.size() + "\r\n");
            words.forEach(word -> text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n"));
            bytes.writeBytes(text.toString().getBytes(StandardCharsets.ISO_8859_1));
            sockets.get(client).getOutputStream().write(bytes.toByteArray());
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
            server.close();
        }
    }

    /** Makes up what clients say. */
    private static final class RandomBlocking {
        private static final List<String> LISTS = List.of("l1", "l2", "l3", "l4");
        private static final List<String> SETS = List.of("z1", "z2");
        private static final List<String> STREAMS = List.of("s1", "s2");
        private static final int[] OF_SEVERAL_KEYS = {0, 1, 5, 5, 6, 6, 8, 9};

        private final Random random;
        private final boolean severalKeys;
        private final ArrayDeque<List<String>> prepared = new ArrayDeque<>();
        private long number;
        private long id = 1;

        /**
         * What happens next.
         *
         * @param commands one, or those of a transaction
         * @param unblocks the client to unblock in their place, or -1
         */
        record Step(int client, List<List<String>> commands, int unblocks, boolean error) {}

        RandomBlocking(Random random, boolean severalKeys) {
            this.random = random;
            this.severalKeys = severalKeys;
        }

        Step next(List<Integer> free, List<Integer> waiting) {
            // The last client never waits, so that somebody can always push.
            int pusher = CLIENTS;
            if (!prepared.isEmpty()) {
                return new Step(pusher, List.of(prepared.remove()), -1, false);
            }
            int dice = random.nextInt(100);
            if (dice < 3 && !waiting.isEmpty()) {
                return new Step(pusher, List.of(), waiting.get(random.nextInt(waiting.size())), random.nextBoolean());
            }
            if (dice < 50 && !free.isEmpty()) {
                return new Step(free.get(random.nextInt(free.size())), List.of(blocking()), -1, false);
            }
            if (dice < 65 && !severalKeys) {
                List<List<String>> several = new ArrayList<>();
                for (int i = random.nextInt(4) + 2; i > 0; i--) {
                    several.add(random.nextInt(5) == 0 ? blocking() : change());
                }
                return new Step(pusher, several, -1, false);
            }
            return new Step(pusher, List.of(change()), -1, false);
        }

        private List<String> change() {
            return switch (random.nextInt(severalKeys ? 13 : 16)) {
                case 0, 1, 2, 3 -> values(random.nextBoolean() ? "RPUSH" : "LPUSH", of(LISTS));
                case 4 -> List.of("DEL", of(LISTS), of(SETS));
                case 5, 6 -> List.of("ZADD", of(SETS), Integer.toString(random.nextInt(9)), "m" + number++);
                case 7, 8, 9 -> List.of("XADD", of(STREAMS), id++ + "-1", "f", "v" + number++);
                case 10 -> List.of("RPOPLPUSH", of(LISTS), of(LISTS));
                case 11 -> group();
                case 12 -> List.of("LPOP", of(LISTS));
                case 13 -> List.of("SET", any(), "string");
                case 14 -> List.of("DEL", any());
                default -> List.of("RENAME", of(LISTS), of(LISTS));
            };
        }

        private List<String> group() {
            String stream = of(STREAMS);
            if (!severalKeys && random.nextInt(8) == 0) {
                return List.of("XGROUP", "DESTROY", stream, "g");
            }
            return List.of("XGROUP", "CREATE", stream, "g", "$", "MKSTREAM");
        }

        private List<String> values(String word, String key) {
            List<String> words = new ArrayList<>(List.of(word, key));
            for (int i = random.nextInt(3); i >= 0; i--) {
                words.add("v" + number++);
            }
            return words;
        }

        private List<String> blocking() {
            String side = random.nextBoolean() ? "LEFT" : "RIGHT";
            String other = random.nextBoolean() ? "LEFT" : "RIGHT";
            String count = Integer.toString(random.nextInt(3) + 1);
            List<String> words = new ArrayList<>();
            // Moves are chains, in which several keys become ready.
            switch (severalKeys ? OF_SEVERAL_KEYS[random.nextInt(OF_SEVERAL_KEYS.length)] : random.nextInt(10)) {
                case 0, 1 -> {
                    words.add(random.nextBoolean() ? "BLPOP" : "BRPOP");
                    words.addAll(some(LISTS));
                    words.add("0");
                }
                case 2, 3 -> words.addAll(List.of("BLMOVE", of(LISTS), of(LISTS), side, other, "0"));
                case 4 -> words.addAll(List.of("BRPOPLPUSH", of(LISTS), of(LISTS), "0"));
                case 5 -> {
                    List<String> keys = some(LISTS);
                    words.addAll(List.of("BLMPOP", "0", Integer.toString(keys.size())));
                    words.addAll(keys);
                    words.addAll(List.of(side, "COUNT", count));
                }
                case 6 -> {
                    words.add(random.nextBoolean() ? "BZPOPMIN" : "BZPOPMAX");
                    words.addAll(some(SETS));
                    words.add("0");
                }
                case 7 -> words.addAll(List.of("BZMPOP", "0", "1", of(SETS), "MIN", "COUNT", count));
                case 8 -> words.addAll(List.of("XREADGROUP", "GROUP", "g", "c" + random.nextInt(3), "COUNT", count, "BLOCK",
                        "0", "STREAMS", of(STREAMS), ">"));
                default -> words.addAll(List.of("XREAD", "BLOCK", "0", "STREAMS", of(STREAMS), "$"));
            }
            return words;
        }

        private List<String> some(List<String> names) {
            if (!severalKeys) {
                return List.of(of(names));
            }
            List<String> keys = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                keys.add(of(names));
            }
            return keys;
        }

        private String any() {
            return random.nextInt(3) == 0 ? of(STREAMS) : random.nextBoolean() ? of(SETS) : of(LISTS);
        }

        private String of(List<String> names) {
            return names.get(random.nextInt(names.size()));
        }
    }
}
