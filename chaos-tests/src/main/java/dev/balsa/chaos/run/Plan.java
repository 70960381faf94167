package dev.balsa.chaos.run;

import dev.balsa.chaos.nemesis.Fault;
import java.nio.file.Path;
import java.util.List;

/**
 * What to do. Immutable.
 *
 * @param seconds how long clients work while things break
 * @param workloads by name
 * @param clients of each workload
 * @param rate operations a second of each client, at most
 * @param seed of everything that is left to chance
 * @param bug planted in the nodes; empty = none
 * @param out directory for histories and the report; the cluster's own files are removed at the end
 */
public record Plan(
        int nodes,
        int seconds,
        List<String> workloads,
        List<Fault> faults,
        int clients,
        int rate,
        long seed,
        String bug,
        Path out) {
    public Plan {
        workloads = List.copyOf(workloads);
        faults = List.copyOf(faults);
    }

    /** The command that does the same again. */
    public String command() {
        return "./balsa chaos --nodes " + nodes + " --time " + seconds + "s --workload " + String.join(",", workloads)
                + " --faults " + (faults.isEmpty() ? "none"
                        : String.join(",", faults.stream().map(Fault::name).toList()))
                + " --clients " + clients + " --rate " + rate + (bug.isEmpty() ? "" : " --bug " + bug) + " --seed "
                + seed;
    }
}
