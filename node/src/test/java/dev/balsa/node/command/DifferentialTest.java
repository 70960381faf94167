package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.engine.value.EncodingLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random requests to our engine and to a redis-server: every reply is the same, and so is what both hold in the end.
 * The seed is printed and a failure is replayed with -Dbalsa.seed=...; -Dbalsa.requests=... makes it longer.
 *
 * <p>Where the reference (7.0) may answer otherwise, and why:
 * <ul>
 *   <li>DUMP: we write strings without LZF. The values in the payloads are compared.
 *   <li>OBJECT ENCODING after INCRBYFLOAT: Redis leaves a whole result as embstr until it is loaded from a file; we
 *       keep it as int at once, so that a replica that was restored answers like one that was not.
 *   <li>OBJECT ENCODING of a set: 7.2 keeps few short strings as listpack, 7.0 none; and the result of SDIFFSTORE and
 *       its like has the form that its members call for here, in Redis at times that of a larger set on the way.
 *   <li>Elements of sets and hashes: another order. SRANDMEMBER, HRANDFIELD: others, as many.
 *   <li>OBJECT ENCODING of a list: 7.2 keeps short ones as listpack, 7.0 none.
 *   <li>OBJECT ENCODING of a hash: given more pairs at once than may be packed, 7.2 makes it a hashtable though fields
 *       repeat, 7.0 counts what is left.
 *   <li>OBJECT ENCODING of a sorted set after SORT: Redis unpacks it to read it; a read changes nothing here.
 *       Unpacked scores keep -0, packed ones do not.
 *   <li>BLMOVE and BRPOPLPUSH without an element: Redis waits and then says nil array; within MULTI, and here, nil.
 *   <li>SORT of a set BY nosort: another order.
 *   <li>SORT by numbers: Redis looks at errno, which may be that of an earlier command (such as SCAN with a cursor
 *       beyond 64 bits), and says that scores cannot be converted.
 *   <li>OBJECT REFCOUNT of a small number: Redis shares it or not depending on the command that wrote it; we always
 *       say shared.
 *   <li>KEYS, SCAN, RANDOMKEY: another order, the same keys.
 *   <li>TTL and its like: both clocks are read at slightly different moments.
 *   <li>Scores: 7.0 writes 17 digits, we as 7.2 the fewest; they are compared as numbers.
 *   <li>ZRANK and ZREVRANK have an option since 7.2.
 *   <li>ZSCAN, ZRANDMEMBER: another order, the same members.
 *   <li>MEMORY USAGE: another layout; only nil and errors are compared.
 * </ul>
 */
class DifferentialTest {
    private static final int REQUESTS = Integer.getInteger("balsa.requests", 200_000);
    private static final int BATCH = 100;
    private static final int DATABASES = 3;
    private static final long CLOCK_TOLERANCE_MILLIS = 20_000;
    private static final Set<String> TIMES = Set.of("ttl", "pttl", "expiretime", "pexpiretime");

    @Test
    void random_requests_get_the_same_replies_and_leave_the_same_data() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("DifferentialTest: -Dbalsa.seed=" + seed);
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(System.currentTimeMillis())) {
            if (seed % 2 == 0) {
                // Short lists are large then, of many chunks; but for OBJECT ENCODING nothing shows it.
                ours.limits(new EncodingLimits(128, 64, 512, 128, 64, 128, 64, 3, 4096, 100, 3000));
            }
            RandomCommands commands = new RandomCommands(seed, payloads(redis));
            List<String> done = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i += BATCH) {
                int protocol = 2 + i / BATCH % 2;
                redis.protocol(protocol);
                ours.protocol(protocol);
                ours.now(System.currentTimeMillis());
                batch(commands, redis, ours, done, seed);
            }
            compareData(redis, ours, seed);
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

    private static void batch(
            RandomCommands commands, RedisServer redis, EngineServer ours, List<String> done, long seed)
            throws IOException {
        List<List<String>> requests = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            List<String> request = commands.next();
            requests.add(request);
            redis.send(request);
        }
        for (List<String> request : requests) {
            done.add(shown(request));
            Reply our = ours.call(request);
            Reply their = redis.receive();
            if (!same(request, our, their, ours)) {
                List<String> before = done.subList(Math.max(0, done.size() - 40), done.size());
                fail(
                        "seed %d, request %d\n%s\nours   %s\ntheirs %s\nbefore:\n%s",
                        seed, done.size(), shown(request), our.shown(), their.shown(), String.join("\n", before));
            }
        }
    }

    private static boolean same(List<String> request, Reply our, Reply their, EngineServer ours) throws IOException {
        if (our.equals(their)) {
            return true;
        }
        String name = request.getFirst().toLowerCase(Locale.ROOT);
        if (TIMES.contains(name)) {
            return closeTimes(name, our, their);
        }
        return switch (name) {
            case "smembers", "sinter", "sunion", "sdiff", "spop", "sscan", "hscan", "hgetall", "hkeys", "hvals" ->
                sorted(our).equals(sorted(their));
            case "srandmember", "hrandfield" -> our instanceof Reply.Elements some
                    ? their instanceof Reply.Elements others && some.items().size() == others.items().size()
                    : our instanceof Reply.Bulk && their instanceof Reply.Bulk;
            case "dump" -> our instanceof Reply.Bulk a
                    && their instanceof Reply.Bulk b
                    && !(payload(a.bytes()) instanceof Reply.Failure)
                    && sameNumbers(payload(a.bytes()), payload(b.bytes()));
            case "zrank", "zrevrank" -> sameNumbers(our, their)
                    || (request.size() == 4 && our.equals(new Reply.Failure(CommandError.SYNTAX)));
            case "zscan", "zrandmember" -> (our instanceof Reply.Bulk && their instanceof Reply.Bulk)
                    || sortedNumbers(our).equals(sortedNumbers(their));
            case "keys", "scan" -> sorted(our).equals(sorted(their));
            case "blmove", "brpoplpush" -> our.shown().equals("(nil)") && their.shown().equals("(nil array)");
            case "sort" -> their.equals(new Reply.Failure(CommandError.SORT_SCORES)) && !(our instanceof Reply.Failure)
                    || request.contains("nosort")
                            && our instanceof Reply.Elements a
                            && their instanceof Reply.Elements b
                            && a.items().size() == b.items().size();
            case "randomkey" -> our instanceof Reply.Bulk
                    && their instanceof Reply.Bulk key
                    && ours.call("EXISTS", key.bytes()).equals(new Reply.Whole(1));
            case "memory" -> our instanceof Reply.Whole && their instanceof Reply.Whole;
            case "object" -> switch (request.get(1).toLowerCase(Locale.ROOT)) {
                case "encoding" -> our.equals(new Reply.Bulk("int")) && their.equals(new Reply.Bulk("embstr"))
                        || our.equals(new Reply.Bulk("listpack")) && their.equals(new Reply.Bulk("quicklist"))
                        || our.equals(new Reply.Bulk("listpack")) && their.equals(new Reply.Bulk("skiplist"))
                        || our.equals(new Reply.Bulk("hashtable")) && their.equals(new Reply.Bulk("listpack"))
                        || their.equals(new Reply.Bulk("hashtable"))
                                && (our.equals(new Reply.Bulk("listpack")) || our.equals(new Reply.Bulk("intset")));
                case "refcount" -> our.equals(new Reply.Whole(Integer.MAX_VALUE)) && their.equals(new Reply.Whole(1));
                case "idletime" -> closeTimes(name, our, their);
                default -> false;
            };
            default -> name.startsWith("z") && sameNumbers(our, their);
        };
    }

    /** Whether replies are the same but for the digits in which the same numbers are written. */
    private static boolean sameNumbers(Reply our, Reply their) {
        if (our instanceof Reply.Elements a && their instanceof Reply.Elements b) {
            boolean same = a.type() == b.type() && a.items().size() == b.items().size();
            for (int i = 0; same && i < a.items().size(); i++) {
                same = sameNumbers(a.items().get(i), b.items().get(i));
            }
            return same;
        }
        if (our instanceof Reply.Other a && their instanceof Reply.Other b) {
            return a.type() == b.type() && number(a.text()).equals(number(b.text()));
        }
        return our instanceof Reply.Bulk a && their instanceof Reply.Bulk b
                ? number(a.bytes()).equals(number(b.bytes()))
                : our.equals(their);
    }

    private static String number(String text) {
        if (!text.matches("-?([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[+-]?[0-9]+)?")) {
            return text;
        }
        double value = Double.parseDouble(text);
        return Double.toString(value + 0.0); // packed scores know no -0
    }

    private static List<String> sortedNumbers(Reply reply) {
        return reply.shown().lines()
                .map(line -> number(line.replaceAll("\\d+\\) ", "").strip().replace("\"", "")))
                .sorted()
                .toList();
    }

    private static boolean closeTimes(String name, Reply our, Reply their) {
        long unit = name.startsWith("p") ? 1 : 1000;
        return our instanceof Reply.Whole a
                && their instanceof Reply.Whole b
                && a.value() >= 0
                && b.value() >= 0
                && Math.abs(a.value() - b.value()) * unit < CLOCK_TOLERANCE_MILLIS;
    }

    private static void compareData(RedisServer redis, EngineServer ours, long seed) throws IOException {
        redis.protocol(2);
        ours.protocol(2);
        for (int database = 0; database < DATABASES; database++) {
            String at = "seed " + seed + ", database " + database;
            redis.call("SELECT", String.valueOf(database));
            ours.call("SELECT", String.valueOf(database));
            Reply keys = ours.call("KEYS", "*");
            assertThat(sorted(redis.call("KEYS", "*"))).as(at).isEqualTo(sorted(keys));
            if (keys instanceof Reply.Elements elements) {
                assertThat(ours.call("DBSIZE")).as(at).isEqualTo(new Reply.Whole(elements.items().size()));
                for (Reply key : elements.items()) {
                    compareKey(((Reply.Bulk) key).bytes(), redis, ours, at);
                }
            }
        }
    }

    private static void compareKey(String key, RedisServer redis, EngineServer ours, String at) throws IOException {
        for (List<String> request : List.of(List.of("DUMP", key), List.of("PEXPIRETIME", key))) {
            Reply our = ours.call(request);
            Reply their = redis.call(request);
            assertThat(same(request, our, their, ours))
                    .as("%s: %s is %s, not %s", at, shown(request), our.shown(), their.shown())
                    .isTrue();
        }
    }

    /** What DUMP says of some values, so that RESTORE has something to read. */
    private static List<String> payloads(RedisServer redis) throws IOException {
        List<String> payloads = new ArrayList<>();
        for (String value : List.of("", "v", "-5", "300", "70000", "5000000000", "1.5", "x".repeat(70),
                "abcab".repeat(3000))) {
            redis.call("SET", "payload", value);
            payloads.add(((Reply.Bulk) redis.call("DUMP", "payload")).bytes());
        }
        redis.call("DEL", "payload");
        for (int count : new int[] {1, 5, 600}) {
            for (int i = 0; i < count; i++) {
                redis.call("SADD", "ints", String.valueOf(i * 70));
                redis.call("SADD", "strings", "m" + i % 300, String.valueOf(i));
                redis.call("HSET", "fields", "f" + i, String.valueOf(i));
            }
            for (String key : List.of("ints", "strings", "fields")) {
                payloads.add(((Reply.Bulk) redis.call("DUMP", key)).bytes());
                redis.call("DEL", key);
            }
        }
        for (int count : new int[] {1, 5, 2_000}) {
            for (int i = 0; i < count; i++) {
                redis.call("RPUSH", "payload", i % 3 == 0 ? String.valueOf(i * 1_000) : "element " + i);
            }
            payloads.add(((Reply.Bulk) redis.call("DUMP", "payload")).bytes());
            redis.call("DEL", "payload");
        }
        payloads.add(sortedSet(redis, 5));
        payloads.add(sortedSet(redis, 300));
        return payloads;
    }

    private static String sortedSet(RedisServer redis, int members) throws IOException {
        List<String> add = new ArrayList<>(List.of("ZADD", "payload"));
        for (int i = 0; i < members; i++) {
            add.addAll(List.of(String.valueOf(i / 8.0), "m" + i));
        }
        redis.call(add);
        String payload = ((Reply.Bulk) redis.call("DUMP", "payload")).bytes();
        redis.call("DEL", "payload");
        return payload;
    }


    /** What RESTORE makes of a payload. */
    private static Reply payload(String bytes) throws IOException {
        try (EngineServer scratch = new EngineServer(1)) {
            Reply restored = scratch.call("RESTORE", "k", "0", bytes);
            if (restored instanceof Reply.Failure) {
                return restored;
            }
            return switch (scratch.call("TYPE", "k").shown()) {
                case "zset" -> scratch.call("ZRANGE", "k", "0", "-1", "WITHSCORES");
                case "set" -> new Reply.Bulk(sorted(scratch.call("SMEMBERS", "k")).toString());
                case "hash" -> new Reply.Bulk(sorted(scratch.call("HGETALL", "k")).toString());
                case "list" -> scratch.call("LRANGE", "k", "0", "-1");
                default -> scratch.call("GET", "k");
            };
        }
    }

    private static List<String> sorted(Reply reply) {
        return reply.shown().lines().map(line -> line.replaceAll("\\d+[)~#] ", "").strip()).sorted().toList();
    }

    private static String shown(List<String> request) {
        StringBuilder text = new StringBuilder();
        request.forEach(argument -> text.append(text.isEmpty() ? "" : " ").append(Reply.quoted(argument)));
        return text.toString();
    }
}
