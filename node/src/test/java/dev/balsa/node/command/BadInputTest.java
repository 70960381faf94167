package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.StateDigest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The requests of the transcripts, each with something wrong in it: an argument that is no number, out of range, empty,
 * missing, too many, of another type's key. The error is that of a redis-server to the letter, and nothing has changed.
 * What is wrong is a function of the seed, which is printed; a failure is replayed with -Dbalsa.seed=...
 */
class BadInputTest {
    private static final int REQUESTS = Integer.getInteger("balsa.requests", 10_000);
    private static final List<String> BAD = List.of(
            "", "x", "-1", "1.5", "nan", "inf", "-inf", "9223372036854775807", "9223372036854775808",
            "-9223372036854775809", "4294967296", "2147483648", "18446744073709551616", "1e400", " 1", "1 ", "+1", "(",
            "[", "$", "*", "1-1-1", "\0", "\u00ff", "list", "set", "string", "zset", "hash", "stream");
    /** A key of every type, for commands on another. */
    private static final List<List<String>> OTHERS = List.of(
            List.of("RPUSH", "list", "a", "b"),
            List.of("SADD", "set", "a", "1"),
            List.of("SET", "string", "value"),
            List.of("ZADD", "zset", "1", "a"),
            List.of("HSET", "hash", "a", "1"),
            List.of("XADD", "stream", "1-1", "a", "1"));

    private final long seed = Long.getLong("balsa.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Differences differences = new Differences();

    @Test
    void what_is_wrong_gets_the_error_of_redis_and_changes_nothing() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        System.out.println("BadInputTest: -Dbalsa.seed=" + seed);
        List<Transcript> transcripts = TranscriptTest.transcripts()
                .filter(transcript -> !transcript.toString().matches("(balsa-|debug-).*"))
                .toList();
        List<String> wrong = new ArrayList<>();
        int errors = 0;
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(System.currentTimeMillis())) {
            for (int i = 0; i < REQUESTS; i++) {
                List<Transcript.Step> steps = transcripts.get(random.nextInt(transcripts.size())).steps();
                int step = random.nextInt(steps.size());
                List<String> request = spoiled(steps.get(step).request());
                if (steps.get(step).differs() || isNotAsked(request)) {
                    continue;
                }
                if (request.getFirst().startsWith("EVAL") && request.toString().indexOf('\0') >= 0) {
                    // The messages of C's compiler end there.
                    continue;
                }
                begin(steps.subList(0, step), redis, ours);
                StateDigest before = digest(ours);
                Reply our = ours.call(request);
                Reply their = redis.call(request);
                errors += our instanceof Reply.Failure ? 1 : 0;
                // A script that fails leaves its text, and what it wrote before.
                boolean keeps = request.getFirst().startsWith("EVAL") || request.getFirst().equals("BALSA");
                if (our instanceof Reply.Failure && !keeps && !digest(ours).equals(before)) {
                    wrong.add(request + " changed something, and said " + our.shown());
                }
                if (!same(request, our, their)) {
                    wrong.add(request + "\nours   " + our.shown() + "\ntheirs " + their.shown());
                }
            }
        }
        assertThat(wrong).as("seed " + seed).isEmpty();
        assertThat(errors).isGreaterThan(REQUESTS / 5);
    }

    /** What both hold before the request that is wrong. */
    private static void begin(List<Transcript.Step> steps, RedisServer redis, EngineServer ours) throws IOException {
        ours.now(System.currentTimeMillis());
        List<List<String>> requests = new ArrayList<>(List.of(List.of("SELECT", "0"), List.of("FLUSHALL")));
        requests.addAll(OTHERS);
        steps.stream()
                .filter(step -> !step.differs() && !isNotAsked(step.request()))
                .forEach(step -> requests.add(step.request()));
        for (List<String> request : requests) {
            redis.send(request);
            ours.call(request);
        }
        for (int i = 0; i < requests.size(); i++) {
            redis.receive();
        }
    }

    private List<String> spoiled(List<String> request) {
        List<String> spoiled = new ArrayList<>(request);
        int place = 1 + random.nextInt(request.size());
        if (place == request.size()) {
            spoiled.add(BAD.get(random.nextInt(BAD.size())));
        } else if (random.nextInt(6) == 0) {
            spoiled.remove(place);
        } else {
            spoiled.set(place, BAD.get(random.nextInt(BAD.size())));
        }
        return spoiled;
    }

    /** Whether Redis might wait: with a timeout that is a number, which is not what is tested here. */
    private static boolean mayWait(List<String> request) {
        String name = request.getFirst().toUpperCase(Locale.ROOT);
        String timeout = name.matches("B[LZ]MPOP") && request.size() > 1 ? request.get(1) : request.getLast();
        return name.matches("B[LRZ].*") && timeout.matches("\\+?[0-9.]+|1e400|inf")
                || request.stream().anyMatch(word -> word.equalsIgnoreCase("BLOCK"));
    }

    /** What Redis would wait for, what is the front's here, what 7.0 does not know, and strings of hundreds of megabytes. */
    private static boolean isNotAsked(List<String> request) {
        String name = request.getFirst().toUpperCase(Locale.ROOT);
        return mayWait(request) || name.equals("SELECT")
                || request.stream().anyMatch(word -> word.matches("(?i)IF(D?)(EQ|NE)")) // since 8.4
                // An error of Redis ends where C ends a string.
                || name.matches("EVAL.*|FCALL.*|FUNCTION|SCRIPT") && request.stream().anyMatch(word -> word.indexOf(0) >= 0)
                || name.matches("SETBIT|BITFIELD") && request.stream().anyMatch(word -> word.matches("#?[0-9]{9,10}"));
    }

    private boolean same(List<String> request, Reply our, Reply their) throws IOException {
        // What is left to chance, to an order of one's own (a cursor), to a clock: only errors are compared. So are
        // scripts, which may reply any of these; ScriptDifferentialTest compares what they reply.
        boolean left = request.getFirst().toUpperCase(Locale.ROOT).matches("SPOP|[HSZ]?SCAN|XADD|EVAL.*|FCALL.*|FUNCTION")
                && !(our instanceof Reply.Failure)
                && !(their instanceof Reply.Failure);
        return left || Differences.refusedSince72(our) || differences.allow(request, our, their);
    }

    private static StateDigest digest(EngineServer server) {
        try (Snapshot snapshot = server.keyspace().snapshot()) {
            return StateDigest.of(snapshot);
        }
    }
}
