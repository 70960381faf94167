package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Op;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether each key by itself behaved like one object that is changed by one operation at a time, each somewhere between
 * its invocation and its end. Objects are linearizable together if each is (Herlihy and Wing), so keys are looked at one
 * by one. Values are {@code [key value]}. Immutable.
 *
 * @param configurationsMax bound of the memory that the search of one key may take
 */
public record Linearizability(Model model, int configurationsMax) implements Checker {
    private static final int CONFIGURATIONS_MAX = 1_000_000;
    private static final int READS_TRIED_MAX = 300;

    public static Linearizability of(Model model) {
        return new Linearizability(model, CONFIGURATIONS_MAX);
    }

    @Override
    public Verdict check(History history) {
        Map<Value, List<Pair>> keys = new LinkedHashMap<>();
        int count = 0;
        for (Pair pair : history.pairs()) {
            Value key = pair.invoke().value().asList().getFirst();
            keys.computeIfAbsent(key, k -> new ArrayList<>());
            if (!pair.failed()) {
                keys.getOrDefault(key, List.of()).add(unkeyed(pair));
                count++;
            }
        }
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        int undecided = 0;
        for (Map.Entry<Value, List<Pair>> key : keys.entrySet()) {
            switch (Search.order(model, model.initial(), key.getValue(), configurationsMax)) {
                case ORDER -> {}
                case GAVE_UP -> undecided++;
                case NO_ORDER -> anomalies.add(explain(key.getKey(), key.getValue()));
            }
        }
        String summary = count + " operations on " + keys.size() + " keys"
                + (undecided == 0 ? "" : ", " + undecided + " of them undecided: more than " + configurationsMax
                        + " configurations");
        return undecided > 0 && anomalies.isEmpty()
                ? new Verdict(Verdict.Outcome.UNDECIDED, summary, List.of())
                : Verdict.of(summary, anomalies);
    }

    private static Pair unkeyed(Pair pair) {
        Op end = pair.end();
        return new Pair(unkeyed(pair.invoke()), end == null ? null : unkeyed(end));
    }

    private static Op unkeyed(Op op) {
        Value value = op.value().asList().getLast();
        return new Op(op.index(), op.process(), op.type(), op.f(), value, op.nanos(), op.error());
    }

    // -- the smallest part ------------------------------------------------------------------------------------------

    private Verdict.Anomaly explain(Value key, List<Pair> ops) {
        List<Pair> byEnd = ops.stream()
                .filter(Pair::ok)
                .sorted(Comparator.comparingLong(Pair::endIndex))
                .toList();
        int first = firstFailingEnd(ops, byEnd);
        List<Pair> prefix = prefix(ops, byEnd.get(first).endIndex());
        List<Pair> part = withoutReads(shortest(prefix));
        Pair culprit = byEnd.get(first);
        return new Verdict.Anomaly(
                "not linearizable",
                "Key " + Edn.write(key) + ": up to " + culprit.text() + " there is an order of the operations, with it "
                        + "there is none. These " + part.size() + " of " + ops.size()
                        + " operations alone prove it, whatever the key was before.",
                part);
    }

    /** The first end up to which there is no order. */
    private int firstFailingEnd(List<Pair> ops, List<Pair> byEnd) {
        int low = 0;
        int high = byEnd.size() - 1;
        while (low < high) {
            int middle = (low + high) / 2;
            if (fails(model.initial(), prefix(ops, byEnd.get(middle).endIndex()))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** What has been seen up to a moment: later ends are not known yet. */
    private static List<Pair> prefix(List<Pair> ops, long lastIndex) {
        List<Pair> prefix = new ArrayList<>();
        for (Pair op : ops) {
            if (op.startIndex() <= lastIndex) {
                prefix.add(op.endIndex() <= lastIndex ? op : new Pair(op.invoke(), null));
            }
        }
        return prefix;
    }

    /** The latest beginning from which it still fails, whatever the state was then. */
    private List<Pair> shortest(List<Pair> ops) {
        if (!fails(Model.ANY, ops)) {
            return ops;
        }
        List<Pair> best = ops;
        int low = 0;
        int high = ops.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            List<Pair> suffix = suffix(ops, ops.get(middle).startIndex());
            if (fails(Model.ANY, suffix)) {
                low = middle;
                best = suffix;
            } else {
                high = middle - 1;
            }
        }
        return best;
    }

    /** What overlaps the beginning may have happened before it. */
    private static List<Pair> suffix(List<Pair> ops, long firstIndex) {
        List<Pair> suffix = new ArrayList<>();
        for (Pair op : ops) {
            if (op.startIndex() >= firstIndex) {
                suffix.add(op);
            } else if (op.endIndex() >= firstIndex) {
                suffix.add(new Pair(op.invoke(), null));
            }
        }
        return suffix;
    }

    /** A read changes nothing: if it fails without one, that one proves nothing. */
    private List<Pair> withoutReads(List<Pair> ops) {
        Value initial = fails(Model.ANY, ops) ? Model.ANY : model.initial();
        List<Pair> left = new ArrayList<>(model.relevant(ops));
        int tried = 0;
        for (int i = left.size() - 1; i >= 0 && tried < READS_TRIED_MAX; i--) {
            if (left.get(i).f().equals("read")) {
                tried++;
                Pair read = left.remove(i);
                if (!fails(initial, left)) {
                    left.add(i, read);
                }
            }
        }
        return left;
    }

    private boolean fails(Value initial, List<Pair> ops) {
        return Search.order(model, initial, ops, configurationsMax) == Search.Found.NO_ORDER;
    }
}
