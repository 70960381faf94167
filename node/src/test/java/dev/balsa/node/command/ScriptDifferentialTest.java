package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random scripts in our engine and in a redis-server, in RESP2 and RESP3: every reply is the same, errors with their
 * positions included. The seed is printed and a failure is replayed with -Dbalsa.seed=...
 */
class ScriptDifferentialTest {
    private static final int SCRIPTS = Integer.getInteger("balsa.requests", 40_000);

    @Test
    void random_scripts_reply_what_they_reply_in_redis() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("ScriptDifferentialTest: -Dbalsa.seed=" + seed);
        RandomScripts scripts = new RandomScripts(seed);
        int failures = 0;
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(System.currentTimeMillis())) {
            for (int i = 0; i < SCRIPTS; i++) {
                if (i % 500 == 0) {
                    redis.call("FLUSHALL");
                    ours.call("FLUSHALL");
                    redis.protocol(2 + i / 500 % 2);
                    ours.protocol(2 + i / 500 % 2);
                }
                List<String> request = scripts.next();
                String theirs = shown(redis.call(request));
                assertThat(shown(ours.call(request))).as("script %d: %s", i, request).isEqualTo(theirs);
                failures += theirs.startsWith("(error)") ? 1 : 0;
            }
        }
        System.out.println(failures + " of " + SCRIPTS + " end with an error");
        assertThat(failures).isBetween(SCRIPTS / 20, SCRIPTS * 9 / 10);
    }

    /** Ids of streams tell of a clock. */
    private static String shown(Reply reply) {
        return reply.shown().replaceAll("\\d{13}-\\d+", "id");
    }
}
