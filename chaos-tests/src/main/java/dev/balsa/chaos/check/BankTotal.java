package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Money moves between accounts, and {@code read} returns them all, {@code {0 100, 1 90}}: the total never changes, and
 * no account goes below zero. Immutable.
 */
public record BankTotal(long total) implements Checker {
    @Override
    public Verdict check(History history) {
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        int reads = 0;
        int transfers = 0;
        for (Pair pair : history.pairs()) {
            if (!pair.ok()) {
                continue;
            }
            if (!pair.f().equals("read")) {
                transfers++;
                continue;
            }
            reads++;
            long sum = 0;
            boolean negative = false;
            for (Map.Entry<Value, Value> account : pair.value().asEntries()) {
                sum += account.getValue().asLong();
                negative |= account.getValue().asLong() < 0;
            }
            if (sum != total) {
                anomalies.add(new Verdict.Anomaly("wrong total", "The accounts hold " + sum + ", not " + total + ": "
                        + Edn.write(pair.value()), List.of(pair)));
            } else if (negative) {
                anomalies.add(new Verdict.Anomaly("negative account", Edn.write(pair.value()), List.of(pair)));
            }
        }
        return Verdict.of(transfers + " transfers, " + reads + " reads of the total", anomalies);
    }
}
