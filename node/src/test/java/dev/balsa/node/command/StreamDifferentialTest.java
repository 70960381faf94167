package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.engine.value.EncodingLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Random requests on streams to our engine and to a redis-server: every reply is the same but for moments, and so are
 * the streams in the end, also after DUMP and RESTORE in both directions. Small nodes, so that there are many.
 *
 * <p>Where the reference (7.0) may answer otherwise, and why:
 * <ul>
 *   <li>XINFO tells of a consumer since 7.2 when it was active: taken out before comparing.
 *   <li>XREADGROUP, XCLAIM and XAUTOCLAIM make the consumer since 7.2 also when it gets nothing: it is made before.
 *   <li>XSETID refuses ids below the highest deleted one since 7.2: such a request is not sent there.
 *   <li>Keys without ids: the error names the command since 7.2.
 *   <li>XREAD knows the id + since 7.4: not asked for.
 * </ul>
 */
class StreamDifferentialTest {
    private static final int REQUESTS = Integer.getInteger("balsa.requests", 20_000);
    private static final int BATCH = 100;
    private static final EncodingLimits LIMITS =
            new EncodingLimits(128, 64, 512, 128, 64, 128, 64, -2, 400, 6, 3000);

    @Test
    void random_requests_get_the_same_replies_and_leave_the_same_streams() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("StreamDifferentialTest: -Dbalsa.seed=" + seed);
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(System.currentTimeMillis())) {
            redis.call("CONFIG", "SET", "stream-node-max-entries", "6", "stream-node-max-bytes", "400");
            ours.limits(LIMITS);
            RandomStreamCommands commands = new RandomStreamCommands(seed);
            List<String> done = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i += BATCH) {
                int protocol = 2 + i / BATCH % 2;
                redis.protocol(protocol);
                ours.protocol(protocol);
                ours.now(System.currentTimeMillis());
                batch(commands, redis, ours, done, seed);
                if (i % 1000 == 0) {
                    compareStreams(redis, ours, seed);
                }
            }
            compareStreams(redis, ours, seed);
        }
    }

    private static void batch(
            RandomStreamCommands commands, RedisServer redis, EngineServer ours, List<String> done, long seed)
            throws IOException {
        List<List<String>> requests = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            List<String> request = new ArrayList<>(commands.next());
            if (request.getFirst().toUpperCase(Locale.ROOT).startsWith("XREAD")) {
                request.replaceAll(word -> word.equals("+") ? "$" : word);
            }
            requests.addAll(consumersFor(request));
            requests.add(request);
        }
        for (List<String> request : requests) {
            done.add(shown(request));
            String our = withoutMoments(request, ours.call(request));
            if (our.endsWith("smaller than current max_deleted_entry_id")) {
                continue;
            }
            String their = withoutMoments(request, redis.call(request));
            if (!our.equals(their)) {
                List<String> before = done.subList(Math.max(0, done.size() - 40), done.size());
                fail(
                        "seed %d, request %d\n%s\nours   %s\ntheirs %s\nbefore:\n%s",
                        seed, done.size(), shown(request), our, their, String.join("\n", before));
            }
        }
    }

    /** What makes the consumers that a request of 7.2 would make in any case. */
    private static List<List<String>> consumersFor(List<String> request) {
        String name = request.getFirst().toUpperCase(Locale.ROOT);
        List<List<String>> made = new ArrayList<>();
        if ((name.equals("XCLAIM") || name.equals("XAUTOCLAIM")) && request.size() > 4) {
            made.add(List.of("XGROUP", "CREATECONSUMER", request.get(1), request.get(2), request.get(3)));
        }
        if (name.equals("XREADGROUP")) {
            for (String key : request.subList(request.indexOf("STREAMS") + 1, request.size())) {
                made.add(List.of("XGROUP", "CREATECONSUMER", key, request.get(2), request.get(3)));
            }
        }
        return made;
    }

    /** Every stream is the same here, there, and after it went from one to the other. */
    private static void compareStreams(RedisServer redis, EngineServer ours, long seed) throws IOException {
        redis.protocol(2);
        ours.protocol(2);
        for (String key : List.of("s", "t", "u{s}")) {
            if (!ours.call("TYPE", key).equals(new Reply.Status("stream"))) {
                continue;
            }
            String at = "seed " + seed + ", key " + key;
            List<String> info = List.of("XINFO", "STREAM", key, "FULL", "COUNT", "0");
            String expected = withoutMoments(info, redis.call(info));
            assertThat(withoutMoments(info, ours.call(info))).as(at).isEqualTo(expected);
            String their = ((Reply.Bulk) redis.call("DUMP", key)).bytes();
            String our = ((Reply.Bulk) ours.call("DUMP", key)).bytes();
            assertThat(ours.call("RESTORE", key + ":there", "0", their, "REPLACE").shown()).as(at).isEqualTo("OK");
            assertThat(redis.call("RESTORE", key + ":here", "0", our, "REPLACE").shown()).as(at).isEqualTo("OK");
            List<String> there = List.of("XINFO", "STREAM", key + ":there", "FULL", "COUNT", "0");
            List<String> here = List.of("XINFO", "STREAM", key + ":here", "FULL", "COUNT", "0");
            assertThat(withoutMoments(info, ours.call(there))).as(at).isEqualTo(expected);
            assertThat(withoutMoments(info, redis.call(here))).as(at).isEqualTo(expected);
        }
    }

    /** A reply as text, without the moments that both servers read from their own clocks. */
    private static String withoutMoments(List<String> request, Reply reply) {
        String text = reply.shown();
        if (text.startsWith("(error) ERR Unbalanced")) {
            return "unbalanced";
        }
        if (request.getFirst().toUpperCase(Locale.ROOT).startsWith("XINFO")) {
            // Flatten, so that no numbering tells how many fields there were.
            text = text.replaceAll("(?m)^ *", "").replaceAll("(?m)^(\\d+[)#~] )+", "");
            text = text.replaceAll("\"(inactive|active-time)\"\n\\(integer\\) -?\\d+(\n|$)", "");
            text = text.replaceAll("(\"(idle|seen-time)\"\n)\\(integer\\) \\d+", "$1...");
            return text.replaceAll("\\(integer\\) 1[6-9]\\d{11}\\b", "a moment").strip();
        }
        if (request.getFirst().equalsIgnoreCase("XPENDING") && request.size() > 3) {
            return text.replaceAll("3\\) \\(integer\\) \\d+", "3) ...");
        }
        return text;
    }

    private static String shown(List<String> request) {
        StringBuilder text = new StringBuilder();
        request.forEach(argument -> text.append(text.isEmpty() ? "" : " ").append(Reply.quoted(argument)));
        return text.toString();
    }
}
