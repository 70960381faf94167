package dev.balsa.chaos.check;

import dev.balsa.chaos.history.History.Pair;
import java.util.List;

/**
 * What a checker says. Immutable.
 *
 * @param summary one line: what was looked at
 * @param anomalies what cannot be if the promise was kept
 */
public record Verdict(Outcome outcome, String summary, List<Anomaly> anomalies) {
    /** As a word. */
    public enum Outcome {
        VALID,
        INVALID,
        /** The check would have taken more memory than it may have. */
        UNDECIDED
    }

    /**
     * One thing that cannot be.
     *
     * @param name the field's word for it
     * @param explanation why it cannot be, for people; may have several lines
     * @param ops the operations that prove it
     */
    public record Anomaly(String name, String explanation, List<Pair> ops) {
        public Anomaly {
            ops = List.copyOf(ops);
        }
    }

    public Verdict {
        anomalies = List.copyOf(anomalies);
    }

    /** Invalid if there is an anomaly. */
    static Verdict of(String summary, List<Anomaly> anomalies) {
        return new Verdict(anomalies.isEmpty() ? Outcome.VALID : Outcome.INVALID, summary, anomalies);
    }

    public boolean valid() {
        return outcome == Outcome.VALID;
    }
}
