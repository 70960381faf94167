package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.balsa.chaos.cluster.BlockDisk;
import dev.balsa.chaos.cluster.Clocks;
import dev.balsa.chaos.nemesis.Fault;
import dev.balsa.chaos.nemesis.Faults;
import dev.balsa.chaos.run.Plan;
import dev.balsa.chaos.run.Result;
import dev.balsa.chaos.run.Runner;
import dev.balsa.chaos.workload.Workloads;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short round of everything, as {@code balsa chaos} does it, and bugs that such rounds must see. The seed chooses
 * operations and faults; how the processes go about it differs each time. Longer with {@code -Dbalsa.chaos.seconds}.
 */
class ChaosRoundTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime() & 0xffffffffL);
    private static final int SECONDS = Integer.getInteger("balsa.chaos.seconds", 100);
    private static final int BUG_SECONDS = 25;
    private static final int CLOCK_SECONDS = 30;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    @Test
    void all_workloads_hold_through_all_faults() throws Exception {
        // With wrong clocks nothing can be said of when keys die.
        List<Fault> faults = Faults.all().stream().filter(fault -> !fault.bendsTime()).toList();
        assertHolds(run(Workloads.names(), faults, SECONDS, ""));
    }

    @Test
    void wrong_clocks_harm_nothing_but_time() throws Exception {
        assumeThat(Clocks.available()).as("needs libfaketime").isTrue();
        assertHolds(run(Workloads.names(), Faults.named(List.of("clock", "kill-leader")), CLOCK_SECONDS, ""));
    }

    private static void assertHolds(Result result) {
        assertThat(result.parts()).allSatisfy(part -> assertThat(part.verdict().valid())
                .as("%s, again with %s: %s", part.workload(), result.plan().command(), part.verdict())
                .isTrue());
        assertThat(result.digests()).as(result.plan().command()).isEmpty();
    }

    @Test
    void reads_that_ask_nobody_are_caught() throws Exception {
        Result result = run(List.of("register"), Faults.named(List.of("pause")), BUG_SECONDS, "stale-reads");
        assertThat(result.caught()).as(result.plan().command()).isTrue();
    }

    @Test
    void writes_that_wait_for_no_disk_are_caught() throws Exception {
        assumeThat(BlockDisk.available()).as("needs root, for disks that lose power").isTrue();
        Result result = run(List.of("set", "register"), Faults.named(List.of("power-all")), BUG_SECONDS, "no-fsync");
        assertThat(result.caught()).as(result.plan().command()).isTrue();
    }

    private Result run(List<String> workloads, List<Fault> faults, int seconds, String bug) throws Exception {
        Plan plan = new Plan(3, 2, seconds, workloads, faults, 5, 12, SEED, bug, directory, null);
        System.out.println(plan.command());
        return new Runner(plan, System.out::println).run();
    }
}
