package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stream with one consumer group: {@code add x} returns {@code [x id]}; {@code take} delivers new entries, {@code [[id
 * x] …]}; {@code pending} returns at the end what was delivered and not acknowledged, {@code drain} what had never been
 * delivered. Each entry is delivered as new once at most, those of an add that ended well are delivered, pending, or
 * drained, and ids grow with time. Stateless.
 */
public final class StreamDelivery implements Checker {
    @Override
    public Verdict check(History history) {
        Map<Value, Pair> adds = new HashMap<>();
        Map<Value, Pair> taken = new HashMap<>();
        Map<Value, Pair> seen = new HashMap<>();
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        boolean drained = false;
        boolean pendingKnown = false;
        List<Pair> pairs = history.pairs();
        for (Pair pair : pairs) {
            if (pair.f().equals("add")) {
                adds.put(pair.invoke().value(), pair);
            }
        }
        for (Pair pair : pairs) {
            if (pair.ok() && !pair.f().equals("add")) {
                drained |= pair.f().equals("drain");
                pendingKnown |= pair.f().equals("pending");
                for (Value entry : pair.value().asList()) {
                    Value value = entry.asList().getLast();
                    seen.putIfAbsent(value, pair);
                    Pair before = pair.f().equals("pending") ? null : taken.putIfAbsent(value, pair);
                    if (before != null) {
                        anomalies.add(new Verdict.Anomaly("duplicate", Edn.write(entry)
                                + " was delivered as new twice", List.of(before, pair)));
                    }
                    checkAdd(entry, adds.get(value), pair, anomalies);
                }
            }
        }
        if (drained && pendingKnown) {
            adds.forEach((value, add) -> {
                if (add.ok() && !seen.containsKey(value)) {
                    anomalies.add(new Verdict.Anomaly("lost", Edn.write(value)
                            + " was added, and is neither delivered nor pending nor left", List.of(add)));
                }
            });
        }
        ids(adds, anomalies);
        return Verdict.of(adds.size() + " entries, " + taken.size() + " delivered"
                + (drained ? "" : ", never drained"), anomalies);
    }

    private static void checkAdd(Value entry, @Nullable Pair add, Pair by,
            List<Verdict.Anomaly> anomalies) {
        if (add == null || add.failed()) {
            anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(entry) + " was delivered, but "
                    + (add == null ? "never added" : "its add failed"), List.of(by)));
        } else if (add.ok() && !add.value().asList().getLast().equals(entry.asList().getFirst())) {
            anomalies.add(new Verdict.Anomaly("another id", Edn.write(entry) + " was added as "
                    + Edn.write(add.value()), List.of(add, by)));
        }
    }

    /** If one add ended before another began, its id is smaller. */
    private static void ids(Map<Value, Pair> adds, List<Verdict.Anomaly> anomalies) {
        List<Pair> byStart = new ArrayList<>(adds.values().stream().filter(Pair::ok).toList());
        byStart.sort((a, b) -> Long.compare(a.startIndex(), b.startIndex()));
        List<Pair> byEnd = new ArrayList<>(byStart);
        byEnd.sort((a, b) -> Long.compare(a.endIndex(), b.endIndex()));
        Pair largest = null;
        int ended = 0;
        for (Pair add : byStart) {
            for (; ended < byEnd.size() && byEnd.get(ended).endIndex() < add.startIndex(); ended++) {
                if (largest == null || compare(byEnd.get(ended), largest) > 0) {
                    largest = byEnd.get(ended);
                }
            }
            if (largest != null && compare(largest, add) >= 0) {
                anomalies.add(new Verdict.Anomaly("id went back", Edn.write(add.value()) + " was added after "
                        + Edn.write(largest.value()), List.of(largest, add)));
            }
        }
    }

    private static int compare(Pair a, Pair b) {
        String[] first = a.value().asList().getLast().asText().split("-", -1);
        String[] second = b.value().asList().getLast().asText().split("-", -1);
        int time = Long.compare(Long.parseLong(first[0]), Long.parseLong(second[0]));
        return time != 0 ? time : Long.compare(Long.parseLong(first[1]), Long.parseLong(second[1]));
    }
}
