package dev.balsa.chaos.clients;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The clients that people use, one kind after the other, against one cluster of three processes with three groups. */
class ClientsTest {
    @TempDir(cleanup = CleanupMode.NEVER)
    static Path directory;

    private static ClientCluster cluster;

    @BeforeAll
    static void three_nodes_serve() throws IOException {
        cluster = ClientCluster.start(directory, "");
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Nested
    class Jedis extends JedisScenarios {
        @Override
        ClientCluster cluster() {
            return cluster;
        }
    }

    @Nested
    class Lettuce extends LettuceScenarios {
        @Override
        ClientCluster cluster() {
            return cluster;
        }
    }

    @Nested
    class RedisCli extends RedisCliScenarios {
        @Override
        ClientCluster cluster() {
            return cluster;
        }
    }

    @Nested
    class RedisBenchmark extends BenchmarkScenarios {
        @Override
        ClientCluster cluster() {
            return cluster;
        }
    }

    @Nested
    class PlainFront extends FrontScenarios {
        @Override
        ClientCluster cluster() {
            return cluster;
        }
    }

    @Nested
    class Scripts extends ScriptScenarios {
        @Override
        ClientCluster cluster() {
            return cluster;
        }
    }
}
