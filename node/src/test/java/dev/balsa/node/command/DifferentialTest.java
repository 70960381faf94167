package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.engine.value.EncodingLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Random requests on values of all types to our engine and to a redis-server, in RESP2 and RESP3: every reply is the
 * same, and so is what both hold, also when it goes from one to the other; {@link Differences} says what may differ.
 * The seed is printed and a failure is replayed with -Dbalsa.seed=...; -Dbalsa.requests=... makes it longer.
 */
class DifferentialTest {
    private static final int REQUESTS = Integer.getInteger("balsa.requests", 200_000);
    private static final int BATCH = 100;
    private static final int COMPARED_EVERY = 20_000;
    private static final int DATABASES = 3;

    private record Sent(List<String> request, Reply our) {}

    private final long seed = Long.getLong("balsa.seed", System.nanoTime());
    private final Differences differences = new Differences();
    private final List<Sent> sent = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final Set<String> answered = new TreeSet<>();

    @Test
    void random_requests_get_the_same_replies_and_leave_the_same_data() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        System.out.println("DifferentialTest: -Dbalsa.seed=" + seed);
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(System.currentTimeMillis())) {
            limit(redis, ours);
            RandomCommands commands = new RandomCommands(seed, payloads(redis));
            for (int i = 0; i < REQUESTS; i += BATCH) {
                int protocol = 2 + i / BATCH % 2;
                redis.protocol(protocol);
                ours.protocol(protocol);
                ours.now(System.currentTimeMillis());
                batch(commands, redis, ours);
                if (i % COMPARED_EVERY == 0) {
                    compareData(redis, ours);
                }
            }
            compareData(redis, ours);
        }
        System.out.print(differences);
        if (REQUESTS >= 200_000) {
            assertThat(missing()).isEmpty();
        }
    }

    @Test
    void values_outgrow_their_packed_form_where_redis_has_it() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        try (RedisServer redis = new RedisServer()) {
            for (int i = 0; i < EncodingLimits.DIRECTIVES.size(); i++) {
                String name = EncodingLimits.DIRECTIVES.get(i);
                Reply theirs = redis.call("CONFIG", "GET", name);
                if (name.startsWith("set-max-listpack")) {
                    continue; // since 7.2
                }
                Reply limit = new Reply.Bulk(EncodingLimits.DEFAULT.values().get(i).toString());
                assertThat(theirs).isEqualTo(new Reply.Elements('*', List.of(new Reply.Bulk(name), limit)));
            }
        }
    }

    @Test
    void values_outgrow_their_packed_form_with_the_element_that_is_one_too_many() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(1)) {
            EncodingLimits limits = new EncodingLimits(5, 8, 4, 5, 8, 6, 8, -2, 4096, 100, 3000);
            ours.limits(limits);
            for (int i = 0; i < EncodingLimits.DIRECTIVES.size(); i++) {
                redis.call("CONFIG", "SET", EncodingLimits.DIRECTIVES.get(i), "" + limits.values().get(i));
            }
            for (int i = 0; i < 10; i++) {
                String end = String.valueOf(i);
                String growing = "x".repeat(i + 1);
                for (List<String> request : List.of(
                        List.of("SADD", "integers", end), List.of("HSET", "fields", end, "v"),
                        List.of("HSET", "values", "f", growing), List.of("HSET", "names", growing, "v"),
                        List.of("ZADD", "scores", end, "m" + i), List.of("ZADD", "members", "1", growing))) {
                    ours.call(request);
                    redis.call(request);
                    assertThat(encoding(ours, request.get(1))).as(request.toString())
                            .isEqualTo(encoding(redis, request.get(1)));
                }
                // Packed since 7.2.
                ours.call("SADD", "texts", "m" + i);
                assertThat(encoding(ours, "texts")).isEqualTo(i < 5 ? "listpack" : "hashtable");
            }
        }
    }

    /** In words of 7.2: past the limit of integers a small set is a listpack there, a hashtable in 7.0. */
    private static String encoding(Server server, String key) throws IOException {
        String encoding = ((Reply.Bulk) server.call("OBJECT", "ENCODING", key)).bytes();
        boolean small = key.equals("integers") && server.call("SCARD", key).equals(new Reply.Whole(5));
        return small && encoding.equals("hashtable") ? "listpack" : encoding;
    }

    /** Most seeds have limits of their own, the same here and there, so that small values are of many nodes. */
    private void limit(RedisServer redis, EngineServer ours) throws IOException {
        Random random = new Random(seed);
        EncodingLimits limits = EncodingLimits.DEFAULT;
        for (String directive : EncodingLimits.DIRECTIVES) {
            if (random.nextInt(3) == 0) {
                continue;
            }
            int value = directive.equals("list-max-listpack-size")
                    ? List.of(-1, -5, 1, 3, 30).get(random.nextInt(5))
                    : 1 + random.nextInt(directive.endsWith("bytes") ? 900 : 40);
            limits = limits.with(directive, value);
            if (!directive.startsWith("set-max-listpack")) {
                assertThat(redis.call("CONFIG", "SET", directive, "" + value)).isEqualTo(new Reply.Status("OK"));
            }
        }
        System.out.println("DifferentialTest: " + limits);
        ours.limits(limits);
    }

    private void batch(RandomCommands commands, RedisServer redis, EngineServer ours) throws IOException {
        for (int i = 0; i < BATCH; i++) {
            List<String> request = commands.next();
            for (List<String> before : Differences.consumersFor(request)) {
                ask(before, redis, ours);
            }
            ask(request, redis, ours);
        }
        for (Sent asked : sent) {
            done.add(shown(asked.request));
            Reply their = redis.receive();
            if (!differences.allow(asked.request, asked.our, their)) {
                fail("seed %d, request %d\n%s\nours   %s\ntheirs %s\nbefore, on the same keys:\n%s", seed, done.size(),
                        done.getLast(), asked.our.shown(), their.shown(), String.join("\n", sharing(asked.request)));
            }
            if (!(their instanceof Reply.Failure)) {
                answered.add(name(asked.request));
            }
        }
        sent.clear();
    }

    private void ask(List<String> request, RedisServer redis, EngineServer ours) throws IOException {
        Reply our = ours.call(request);
        if (name(request).equals("randomkey") && our instanceof Reply.Bulk(String key)) {
            assertThat(ours.call("EXISTS", key)).as(key).isEqualTo(new Reply.Whole(1));
        }
        if (!Differences.refusedSince72(our)) {
            redis.send(request);
            sent.add(new Sent(request, our));
        }
    }

    /** The last requests that share a word with this one which is no number, and those on all keys. */
    private List<String> sharing(List<String> request) {
        List<String> words = request.stream().skip(1).filter(word -> !word.matches("-?[0-9.]*")).toList();
        List<String> sharing = done.stream()
                .filter(line -> line.matches("(?i)\"(FLUSH|SWAPDB|SELECT).*")
                        || words.stream().anyMatch(word -> line.contains(Reply.quoted(word))))
                .toList();
        return sharing.subList(Math.max(0, sharing.size() - 40), sharing.size());
    }

    private void compareData(RedisServer redis, EngineServer ours) throws IOException {
        redis.protocol(2);
        ours.protocol(2);
        for (int database = DATABASES - 1; database >= 0; database--) {
            String at = "seed " + seed + ", database " + database;
            redis.call("SELECT", String.valueOf(database));
            ours.call("SELECT", String.valueOf(database));
            Reply keys = ours.call("KEYS", "*");
            assertThat(Differences.sorted(redis.call("KEYS", "*"))).as(at).isEqualTo(Differences.sorted(keys));
            List<Reply> all = ((Reply.Elements) keys).items();
            assertThat(ours.call("DBSIZE")).as(at).isEqualTo(new Reply.Whole(all.size()));
            for (Reply key : all) {
                compareKey(((Reply.Bulk) key).bytes(), redis, ours, at);
            }
        }
        // Both are in database 0 now; the requests go on there.
    }

    /** A value is the same here, there, and after it went from one to the other. */
    private void compareKey(String key, RedisServer redis, EngineServer ours, String at) throws IOException {
        String as = at + ", key " + Reply.quoted(key);
        Reply ourTime = ours.call("PEXPIRETIME", key);
        Reply theirTime = redis.call("PEXPIRETIME", key);
        assertThat(differences.allow(List.of("PEXPIRETIME"), ourTime, theirTime)).as(as).isTrue();
        String our = ((Reply.Bulk) ours.call("DUMP", key)).bytes();
        String their = ((Reply.Bulk) redis.call("DUMP", key)).bytes();
        String content = Payload.content(their);
        assertThat(Payload.content(our)).as(as).isEqualTo(content);
        String moved = "moved";
        assertThat(redis.call("RESTORE", moved, "0", our, "REPLACE")).as(as).isEqualTo(new Reply.Status("OK"));
        assertThat(ours.call("RESTORE", moved, "0", their, "REPLACE")).as(as).isEqualTo(new Reply.Status("OK"));
        assertThat(Payload.content(redis, moved)).as(as).isEqualTo(content);
        assertThat(Payload.content(ours, moved)).as(as).isEqualTo(content);
        redis.call("DEL", moved);
        ours.call("DEL", moved);
    }

    /** Commands of 7.0 with a body of ours of which no request was answered by anything but an error. */
    private Set<String> missing() throws IOException {
        Set<String> missing = new TreeSet<>();
        try (RedisServer redis = new RedisServer()) {
            for (Command command : CommandTableTest.flat(CommandTable.all())) {
                String name = command.spec().name();
                Reply known = redis.call("COMMAND", "INFO", name);
                boolean theirs = known instanceof Reply.Elements all && all.items().getFirst() instanceof Reply.Elements;
                // Scripts are no random words: they are compared by their transcripts.
                boolean script = command.spec().doc().group().equals("scripting");
                if (theirs && !script && !command.isElsewhere() && command.subcommands().isEmpty()) {
                    missing.add(name);
                }
            }
        }
        missing.removeAll(answered);
        return missing;
    }

    private static String name(List<String> request) {
        String name = request.getFirst().toLowerCase(Locale.ROOT);
        return List.of("object", "xgroup", "xinfo", "memory").contains(name) && request.size() > 1
                ? name + "|" + request.get(1).toLowerCase(Locale.ROOT)
                : name;
    }

    /** What DUMP says of some values, so that RESTORE has something to read. */
    private static List<String> payloads(RedisServer redis) throws IOException {
        List<String> payloads = new ArrayList<>();
        for (String value : List.of("", "v", "-5", "300", "70000", "5000000000", "1.5", "x".repeat(70),
                "abcab".repeat(3000))) {
            redis.call("SET", "strings", value);
            taken("strings", redis, payloads);
        }
        for (int count : new int[] {1, 5, 600, 2_000}) {
            for (int i = 0; i < count; i++) {
                redis.call("SADD", "ints", String.valueOf(i * 70));
                redis.call("SADD", "texts", "m" + i % 300, String.valueOf(i));
                redis.call("HSET", "fields", "f" + i, String.valueOf(i));
                redis.call("RPUSH", "list", i % 3 == 0 ? String.valueOf(i * 1_000) : "element " + i);
                redis.call("ZADD", "scores", String.valueOf(i / 8.0), "m" + i);
                redis.call("XADD", "stream", i + 1 + "-1", "f", "v" + i);
                redis.call("PFADD", "log", "element " + i);
            }
            redis.call("XGROUP", "CREATE", "stream", "g", "0");
            redis.call("XREADGROUP", "GROUP", "g", "alice", "COUNT", "3", "STREAMS", "stream", ">");
            redis.call("XDEL", "stream", "2-1", "4-1");
            for (String key : List.of("ints", "texts", "fields", "list", "scores", "stream", "log")) {
                taken(key, redis, payloads);
            }
        }
        return payloads;
    }

    private static void taken(String key, RedisServer redis, List<String> payloads) throws IOException {
        payloads.add(((Reply.Bulk) redis.call("DUMP", key)).bytes());
        redis.call("DEL", key);
    }

    private static String shown(List<String> request) {
        StringBuilder text = new StringBuilder();
        request.forEach(argument -> text.append(text.isEmpty() ? "" : " ").append(Reply.quoted(argument)));
        return text.toString();
    }
}
