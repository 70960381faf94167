package dev.balsa.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.balsa.chaos.check.Linearizability;
import dev.balsa.chaos.check.Model;
import dev.balsa.chaos.check.Verdict;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.Op;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A thousand seeds; {@code -Dbalsa.seed=N} runs one of them alone. */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("balsa.seeds", 1_000);

    @TempDir
    Path directory;

    private final ExecutorService background = Executors.newSingleThreadExecutor();

    @BeforeEach
    void say_little() {
        // Thousands of elections.
        replication().setLevel(Level.WARN);
    }

    private static Logger replication() {
        return (Logger) LoggerFactory.getLogger("dev.balsa.node.replication");
    }

    @AfterEach
    void end() {
        replication().setLevel(null);
        background.shutdownNow();
    }

    @Test
    void every_seed_is_linearizable() {
        Long only = Long.getLong("balsa.seed");
        long first = only == null ? 1 : only;
        long last = only == null ? SEEDS : only;
        long start = System.nanoTime();
        long succeeded = 0;
        for (long seed = first; seed <= last; seed++) {
            History history = Simulation.run(seed, directory, background, false);
            Verdict verdict = judge(history);
            assertThat(verdict.outcome()).as("again with -Dbalsa.seed=%d: %s", seed, verdict)
                    .isEqualTo(Verdict.Outcome.VALID);
            succeeded += history.ops().stream().filter(op -> op.type() == Op.Type.OK).count();
        }
        System.out.println(last - first + 1 + " seeds, " + succeeded + " operations that succeeded, "
                + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertThat(succeeded).isGreaterThan(20 * (last - first + 1));
    }

    @Test
    void the_same_seed_is_the_same_run() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.run(seed, directory, background, false))
                    .isEqualTo(Simulation.run(seed, directory, background, false));
        }
    }

    @Test
    void a_write_that_is_sent_again_without_its_id_is_caught() {
        int caught = 0;
        for (long seed = 1; seed <= 200; seed++) {
            Verdict verdict = judge(Simulation.run(seed, directory, background, true));
            caught += verdict.outcome() == Verdict.Outcome.INVALID ? 1 : 0;
        }
        System.out.println(caught + " of 200 seeds caught a write that was done twice");
        assertThat(caught).isPositive();
    }

    private static Verdict judge(History history) {
        return Linearizability.of(Model.COUNTER).check(history);
    }
}
