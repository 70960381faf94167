package dev.balsa.chaos.run;

import dev.balsa.chaos.check.Availability;
import dev.balsa.chaos.check.Verdict;
import dev.balsa.chaos.history.History;
import java.util.List;

/**
 * What came of a run. Immutable.
 *
 * @param digests one line if the replicas' states differ at the end; empty if they are the same
 * @param troubles faults that could not be done
 */
public record Result(Plan plan, List<Part> parts, String digests, List<String> troubles) {
    /** One workload of it. */
    public record Part(String workload, String promise, History history, Verdict verdict, Verdict service,
            Availability.Figures figures) {}

    public Result {
        parts = List.copyOf(parts);
        troubles = List.copyOf(troubles);
    }

    /** Whether nothing was found, nothing is undecided, and everything recovered. */
    public boolean good() {
        return digests.isEmpty() && parts.stream().allMatch(part -> part.verdict.valid() && part.service.valid());
    }

    /** Whether a checker of data found an anomaly. */
    public boolean caught() {
        return parts.stream().anyMatch(part -> part.verdict.outcome() == Verdict.Outcome.INVALID);
    }
}
