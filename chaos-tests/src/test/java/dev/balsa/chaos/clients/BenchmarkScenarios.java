package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** redis-benchmark: that every request is answered, not how fast. */
abstract class BenchmarkScenarios extends ClientScenarios {
    @BeforeEach
    void redis_benchmark_is_installed() {
        Tool.require("redis-benchmark");
    }

    @Test
    void a_plain_port_answers_every_request() throws Exception {
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            passes(run(number, node(number).plain(), List.of()));
        }
    }

    @Test
    void a_cluster_port_answers_every_request() throws Exception {
        // With one leader for all groups redis-benchmark crashes, and it ends when a node leads that did not before.
        cluster().spreadLeaders();
        passes(run(1, node(1).cluster(), List.of("--cluster")));
    }

    private Tool.Result run(int number, int port, List<String> more) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("redis-benchmark", "-h", node(number).host(), "-p", Integer.toString(port)));
        command.addAll(List.of("-t", "set,get,incr,mset", "-P", "16", "-n", "20000", "-r", "10000", "--csv"));
        command.addAll(more);
        return Tool.run("", command);
    }

    private static void passes(Tool.Result result) {
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.lines())
                .as(result.output())
                .anyMatch(line -> line.startsWith("\"SET\","))
                .anyMatch(line -> line.startsWith("\"GET\","))
                .anyMatch(line -> line.startsWith("\"INCR\","))
                .anyMatch(line -> line.startsWith("\"MSET (10 keys)\","))
                .noneMatch(line -> line.toLowerCase(Locale.ROOT).contains("error"));
    }
}
