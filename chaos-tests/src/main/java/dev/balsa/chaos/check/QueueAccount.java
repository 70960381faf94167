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
 * {@code enqueue x}, each once, {@code dequeue}, which returns x or nil, and at the end {@code drain}, which returns all
 * that is left: nothing comes out twice or out of nowhere, what was enqueued comes out, save as many as there were
 * dequeues of unknown end, and what went in later does not come out earlier. Stateless.
 */
public final class QueueAccount implements Checker {
    private static final int SHOWN_MAX = 20;

    @Override
    public Verdict check(History history) {
        Map<Value, Pair> in = new HashMap<>();
        Map<Value, Pair> out = new HashMap<>();
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        int unknown = 0;
        boolean drained = false;
        for (Pair pair : history.pairs()) {
            if (pair.f().equals("enqueue")) {
                in.put(pair.invoke().value(), pair);
            } else if (pair.unknown()) {
                unknown++;
            } else if (pair.ok()) {
                drained |= pair.f().equals("drain");
                for (Value value : pair.f().equals("drain") ? pair.value().asList() : one(pair.value())) {
                    Pair before = out.putIfAbsent(value, pair);
                    if (before != null) {
                        anomalies.add(new Verdict.Anomaly("duplicate", Edn.write(value) + " came out twice",
                                List.of(before, pair)));
                    }
                }
            }
        }
        out.forEach((value, by) -> strangers(value, in.get(value), by, anomalies));
        if (drained) {
            lost(in, out, unknown, anomalies);
        }
        order(in, out, anomalies);
        return Verdict.of(in.size() + " enqueued, " + out.size() + " came out, " + unknown
                + " dequeues of unknown end" + (drained ? "" : ", never drained"),
                anomalies.subList(0, Math.min(SHOWN_MAX, anomalies.size())));
    }

    private static List<Value> one(Value value) {
        return value.isNil() ? List.of() : List.of(value);
    }

    private static void strangers(Value value, @Nullable Pair enqueue, Pair by,
            List<Verdict.Anomaly> anomalies) {
        if (enqueue == null) {
            anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(value) + " was never enqueued", List.of(by)));
        } else if (enqueue.failed()) {
            anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(value) + " came out, but its enqueue failed",
                    List.of(enqueue, by)));
        } else if (by.endIndex() < enqueue.startIndex()) {
            anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(value) + " came out before it went in",
                    List.of(by, enqueue)));
        }
    }

    private static void lost(Map<Value, Pair> in, Map<Value, Pair> out, int unknown,
            List<Verdict.Anomaly> anomalies) {
        List<Pair> lost = new ArrayList<>();
        in.forEach((value, enqueue) -> {
            if (enqueue.ok() && !out.containsKey(value)) {
                lost.add(enqueue);
            }
        });
        if (lost.size() > unknown) {
            anomalies.add(new Verdict.Anomaly("lost", lost.size() + " were enqueued and never came out; only " + unknown
                    + " dequeues are of unknown end", lost.subList(0, Math.min(SHOWN_MAX, lost.size()))));
        }
    }

    /** If one went in certainly before another, it does not come out certainly after it. */
    private static void order(Map<Value, Pair> in, Map<Value, Pair> out, List<Verdict.Anomaly> anomalies) {
        List<Value> both = new ArrayList<>();
        out.forEach((value, by) -> {
            Pair enqueue = in.get(value);
            if (enqueue != null && enqueue.ok() && by.f().equals("dequeue")) {
                both.add(value);
            }
        });
        // From the last end of an enqueue backwards: the earliest end of a dequeue among those that went in later.
        both.sort((a, b) -> Long.compare(start(in, b), start(in, a)));
        List<Value> byEnd = new ArrayList<>(both);
        byEnd.sort((a, b) -> Long.compare(end(in, b), end(in, a)));
        int later = 0;
        Value earliest = Value.nil();
        for (Value value : byEnd) {
            for (; later < both.size() && start(in, both.get(later)) > end(in, value); later++) {
                if (earliest.isNil() || end(out, both.get(later)) < end(out, earliest)) {
                    earliest = both.get(later);
                }
            }
            if (!earliest.isNil() && end(out, earliest) < start(out, value) && anomalies.size() < SHOWN_MAX) {
                anomalies.add(new Verdict.Anomaly("out of order", Edn.write(earliest) + " went in after "
                        + Edn.write(value) + " and came out before it", List.of(pair(in, value), pair(in, earliest),
                                pair(out, earliest), pair(out, value))));
            }
        }
    }

    private static Pair pair(Map<Value, Pair> pairs, Value value) {
        Pair pair = pairs.get(value);
        if (pair == null) {
            throw new IllegalStateException(Edn.write(value));
        }
        return pair;
    }

    private static long start(Map<Value, Pair> pairs, Value value) {
        return pair(pairs, value).startIndex();
    }

    private static long end(Map<Value, Pair> pairs, Value value) {
        return pair(pairs, value).endIndex();
    }
}
