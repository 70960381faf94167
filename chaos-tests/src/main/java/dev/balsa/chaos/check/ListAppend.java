package dev.balsa.chaos.check;

import dev.balsa.chaos.check.Dependencies.Edge;
import dev.balsa.chaos.check.Dependencies.Kind;
import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Transactions that append to lists and read them, {@code [[:append k v] [:r k [v …]]]}, as Elle checks them (Kingsbury
 * and Alvaro): what a list holds tells the order of its appends, and with it which transaction saw or did not see which.
 * Every value is appended once in a history. A cycle of these dependencies, with or without real time, is an anomaly.
 * Owned by one thread.
 */
public final class ListAppend implements Checker {
    private static final int SHOWN_MAX = 8;

    private record Append(Value key, Value value) {}

    private record Read(int by, Value key, List<Value> list) {}

    private final List<Pair> transactions = new ArrayList<>();
    private final Map<Append, Integer> appenders = new HashMap<>();
    private final Map<Append, Pair> failedAppends = new HashMap<>();
    /** The value that the same transaction appends to the same key next. */
    private final Map<Append, Append> appendedNext = new HashMap<>();
    private final List<Read> reads = new ArrayList<>();
    private final Map<Value, List<Value>> longest = new LinkedHashMap<>();
    private final List<Verdict.Anomaly> anomalies = new ArrayList<>();

    private ListAppend() {}

    /** A checker of such histories. */
    public static Checker checker() {
        return history -> new ListAppend().check(history);
    }

    @Override
    public Verdict check(History history) {
        collect(history.pairs());
        for (Read read : reads) {
            checkRead(read);
        }
        lostUpdates();
        Dependencies graph = new Dependencies(transactions.size());
        if (anomalies.isEmpty()) {
            dependOnLists(graph);
            dependOnTime(graph);
            cycles(graph);
        }
        return Verdict.of(transactions.size() + " transactions, " + reads.size() + " reads of " + longest.size()
                + " lists", anomalies);
    }

    private void collect(List<Pair> pairs) {
        for (Pair pair : pairs) {
            int number = transactions.size();
            if (!pair.failed()) {
                transactions.add(pair);
            }
            Map<Value, Append> last = new HashMap<>();
            for (Value step : pair.value().asList()) {
                Value key = step.asList().get(1);
                Value value = step.asList().get(2);
                if (step.asList().getFirst().asText().equals("append")) {
                    Append append = new Append(key, value);
                    if (pair.failed()) {
                        failedAppends.put(append, pair);
                    } else if (appenders.put(append, number) != null) {
                        throw new IllegalArgumentException(Edn.write(value) + " is appended twice");
                    }
                    Append before = last.put(key, append);
                    if (before != null) {
                        appendedNext.put(before, append);
                    }
                } else if (pair.ok()) {
                    reads.add(new Read(number, key, value.asList()));
                }
            }
            if (pair.ok()) {
                checkInside(pair);
            }
        }
        for (Read read : reads) {
            if (read.list.size() > longest.getOrDefault(read.key, List.of()).size()
                    || !longest.containsKey(read.key)) {
                longest.put(read.key, read.list);
            }
        }
    }

    /** A transaction sees what it has done itself. */
    private void checkInside(Pair pair) {
        Map<Value, List<Value>> expected = new HashMap<>();
        Map<Value, List<Value>> own = new HashMap<>();
        for (Value step : pair.value().asList()) {
            Value key = step.asList().get(1);
            Value value = step.asList().get(2);
            if (step.asList().getFirst().asText().equals("append")) {
                own.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
                if (expected.containsKey(key)) {
                    expected.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
                }
                continue;
            }
            List<Value> list = value.asList();
            List<Value> known = expected.get(key);
            List<Value> mine = own.getOrDefault(key, List.of());
            boolean endsInMine = list.size() >= mine.size()
                    && list.subList(list.size() - mine.size(), list.size()).equals(mine);
            if (known != null && !known.equals(list) || !endsInMine) {
                found("internal", "A transaction does not see what it did itself to key " + Edn.write(key), pair);
            }
            expected.put(key, new ArrayList<>(list));
        }
    }

    // -- what one read shows ------------------------------------------------------------------------------------------

    private void checkRead(Read read) {
        Pair reader = transactions.get(read.by);
        List<Value> all = longest.getOrDefault(read.key, List.of());
        if (!all.subList(0, read.list.size()).equals(read.list)) {
            found("incompatible order", "Two reads of key " + Edn.write(read.key) + " are no beginnings of one list: "
                    + Edn.write(Value.vector(read.list)) + " and " + Edn.write(Value.vector(all)), reader);
        }
        Set<Value> seen = new HashSet<>();
        for (Value value : read.list) {
            Append append = new Append(read.key, value);
            Pair failed = failedAppends.get(append);
            if (!seen.add(value)) {
                found("duplicate", Edn.write(value) + " was appended once to key " + Edn.write(read.key)
                        + " and is there twice", reader, appender(append));
            } else if (failed != null) {
                found("G1a", "Aborted read: " + Edn.write(value) + " in key " + Edn.write(read.key)
                        + " is of a transaction that failed", reader, failed);
            } else if (!appenders.containsKey(append)) {
                found("unknown value", Edn.write(value) + " in key " + Edn.write(read.key)
                        + " was never appended", reader);
            }
        }
        intermediate(read, reader);
    }

    private void intermediate(Read read, Pair reader) {
        if (read.list.isEmpty()) {
            return;
        }
        Append last = new Append(read.key, read.list.getLast());
        Integer by = appenders.get(last);
        if (by != null && by != read.by && appendedNext.containsKey(last)) {
            found("G1b", "Intermediate read: " + Edn.write(read.list.getLast()) + " in key " + Edn.write(read.key)
                    + " is not the last that its transaction appended", reader, transactions.get(by));
        }
    }

    private @Nullable Pair appender(Append append) {
        Integer number = appenders.get(append);
        return number == null ? null : transactions.get(number);
    }

    /** Two transactions that read the same version of a list, and both appended to it. */
    private void lostUpdates() {
        Map<List<Object>, Integer> first = new HashMap<>();
        for (Read read : reads) {
            if (!appendsAfter(read)) {
                continue;
            }
            Integer other = first.putIfAbsent(List.of(read.key, read.list), read.by);
            if (other != null && other != read.by) {
                found("lost update", "Both read the same list of key " + Edn.write(read.key)
                        + " and appended to it", transactions.get(other), transactions.get(read.by));
            }
        }
    }

    /** Whether the transaction of a read appends to the same list later, and had not done so before. */
    private boolean appendsAfter(Read read) {
        for (Value step : transactions.get(read.by).value().asList()) {
            if (step.asList().get(1).equals(read.key) && step.asList().getFirst().asText().equals("append")) {
                Integer last = read.list.isEmpty() ? null
                        : appenders.get(new Append(read.key, read.list.getLast()));
                return last == null || last != read.by;
            }
        }
        return false;
    }

    // -- what they show together --------------------------------------------------------------------------------------

    private void dependOnLists(Dependencies graph) {
        Map<Value, List<Integer>> unseen = new HashMap<>();
        Set<Append> seen = new HashSet<>();
        longest.forEach((key, list) -> {
            for (int i = 0; i < list.size(); i++) {
                seen.add(new Append(key, list.get(i)));
                if (i > 0) {
                    graph.add(by(key, list.get(i - 1)), by(key, list.get(i)), Kind.WW, "key " + Edn.write(key)
                            + ": " + Edn.write(list.get(i - 1)) + " before " + Edn.write(list.get(i)));
                }
            }
        });
        appenders.forEach((append, number) -> {
            if (!seen.contains(append) && transactions.get(number).ok() && longest.containsKey(append.key)) {
                unseen.computeIfAbsent(append.key, k -> new ArrayList<>()).add(number);
            }
        });
        for (Read read : reads) {
            List<Value> all = longest.getOrDefault(read.key, List.of());
            if (!read.list.isEmpty()) {
                graph.add(by(read.key, read.list.getLast()), read.by, Kind.WR,
                        "key " + Edn.write(read.key) + ": saw " + Edn.write(read.list.getLast()));
            }
            if (read.list.size() < all.size()) {
                Value next = all.get(read.list.size());
                graph.add(read.by, by(read.key, next), Kind.RW,
                        "key " + Edn.write(read.key) + ": did not see " + Edn.write(next));
            } else {
                // What nobody has seen comes after all that was seen.
                for (int appender : unseen.getOrDefault(read.key, List.of())) {
                    graph.add(read.by, appender, Kind.RW, "key " + Edn.write(read.key)
                            + ": did not see its append, which nobody ever saw");
                }
            }
        }
    }

    private int by(Value key, Value value) {
        Integer number = appenders.get(new Append(key, value));
        if (number == null) {
            throw new IllegalStateException("nobody appended " + Edn.write(value));
        }
        return number;
    }

    /** From each transaction to those that began after its end, without what follows from others. */
    private void dependOnTime(Dependencies graph) {
        record Moment(long index, int transaction, boolean begin) {}
        List<Moment> moments = new ArrayList<>();
        for (int i = 0; i < transactions.size(); i++) {
            moments.add(new Moment(transactions.get(i).startIndex(), i, true));
            if (transactions.get(i).ok()) {
                moments.add(new Moment(transactions.get(i).endIndex(), i, false));
            }
        }
        moments.sort(Comparator.comparingLong(Moment::index));
        Set<Integer> frontier = new HashSet<>();
        Map<Integer, Set<Integer>> before = new HashMap<>();
        for (Moment moment : moments) {
            if (moment.begin) {
                before.put(moment.transaction, Set.copyOf(frontier));
                for (int earlier : frontier) {
                    graph.add(earlier, moment.transaction, Kind.RT, "real time");
                }
            } else {
                frontier.removeAll(before.getOrDefault(moment.transaction, Set.of()));
                frontier.add(moment.transaction);
            }
        }
    }

    private void cycles(Dependencies graph) {
        for (Set<Kind> time : List.<Set<Kind>>of(EnumSet.noneOf(Kind.class), EnumSet.of(Kind.RT))) {
            String suffix = time.isEmpty() ? "" : "-realtime";
            report(graph, "G0" + suffix, with(time, Kind.WW), Set.of());
            report(graph, "G1c" + suffix, with(time, Kind.WW, Kind.WR), Set.of());
            report(graph, "G-single" + suffix, with(time, Kind.WW, Kind.WR), EnumSet.of(Kind.RW));
            report(graph, "G2" + suffix, with(time, Kind.WW, Kind.WR, Kind.RW), Set.of());
        }
    }

    private static Set<Kind> with(Set<Kind> time, Kind... kinds) {
        Set<Kind> all = EnumSet.copyOf(List.of(kinds));
        all.addAll(time);
        return all;
    }

    /** The weakest name a cycle can have is the worst: what has one is not reported under another. */
    private void report(Dependencies graph, String name, Set<Kind> kinds, Set<Kind> once) {
        if (!anomalies.isEmpty()) {
            return;
        }
        for (List<Edge> cycle : graph.cycles(kinds, once)) {
            StringBuilder text = new StringBuilder("A cycle: each of these came before the next, and the last before "
                    + "the first.");
            List<Pair> involved = new ArrayList<>();
            for (Edge edge : cycle) {
                involved.add(transactions.get(edge.from()));
                text.append("\n  ").append(transactions.get(edge.from()).text())
                        .append("\n    ").append(edge.kind().words).append(" (").append(edge.why()).append(')');
            }
            text.append("\n  ").append(transactions.get(cycle.getFirst().from()).text());
            add(new Verdict.Anomaly(name, text.toString(), involved));
        }
    }

    private void found(String name, String explanation, @Nullable Pair... ops) {
        List<Pair> known = new ArrayList<>();
        StringBuilder text = new StringBuilder(explanation);
        for (Pair op : ops) {
            if (op != null) {
                known.add(op);
                text.append("\n  ").append(op.text());
            }
        }
        add(new Verdict.Anomaly(name, text.toString(), known));
    }

    private void add(Verdict.Anomaly anomaly) {
        if (anomalies.size() < SHOWN_MAX) {
            anomalies.add(anomaly);
        }
    }
}
