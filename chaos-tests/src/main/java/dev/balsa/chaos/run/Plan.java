package dev.balsa.chaos.run;

import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.nemesis.Fault;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to do. Immutable.
 *
 * @param groups Raft groups that the slots are spread over
 * @param seconds how long clients work while things break
 * @param workloads by name
 * @param clients of each workload
 * @param rate operations a second of each client, at most
 * @param seed of everything that is left to chance
 * @param bug planted in the nodes; empty = none
 * @param out directory for histories and the report; the cluster's own files are removed at the end
 * @param given a cluster that runs already; null = one is started on this machine
 */
public record Plan(
        int nodes,
        int groups,
        int seconds,
        List<String> workloads,
        List<Fault> faults,
        int clients,
        int rate,
        long seed,
        String bug,
        Path out,
        @Nullable Given given) {
    /**
     * A cluster that runs already.
     *
     * @param ports where its nodes listen, the first is node 1
     * @param control program that breaks and mends it, see {@link dev.balsa.chaos.cluster.ControlScript}
     */
    public record Given(List<NodeProcess.Ports> ports, Path control) {
        public Given {
            ports = List.copyOf(ports);
        }

        private String options() {
            return " --hosts " + String.join(",", ports.stream()
                    .map(port -> port.host() + ":" + port.plain() + ":" + port.cluster()).toList())
                    + " --control " + control;
        }
    }

    public Plan {
        workloads = List.copyOf(workloads);
        faults = List.copyOf(faults);
    }

    /** Whether clocks may be wrong: then nothing can be said about when keys and locks end. */
    public boolean bendsTime() {
        return faults.stream().anyMatch(Fault::bendsTime);
    }

    /** The command that does the same again. */
    public String command() {
        return "./balsa chaos" + (given == null ? " --nodes " + nodes + " --groups " + groups : given.options())
                + " --time " + seconds + "s --workload " + String.join(",", workloads)
                + " --faults " + (faults.isEmpty() ? "none"
                        : String.join(",", faults.stream().map(Fault::name).toList()))
                + " --clients " + clients + " --rate " + rate + (bug.isEmpty() ? "" : " --bug " + bug) + " --seed "
                + seed;
    }
}
