package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code add x}, each once, and {@code read}, which returns all: a read holds everything whose add had ended before it
 * began and everything that an earlier read held, and nothing that was never added or whose add failed. Stateless.
 */
public final class SetMembers implements Checker {
    @Override
    public Verdict check(History history) {
        List<Pair> pairs = history.pairs();
        Map<Value, Pair> adds = new HashMap<>();
        List<Pair> reads = new ArrayList<>();
        for (Pair pair : pairs) {
            if (pair.f().equals("add")) {
                adds.put(pair.invoke().value(), pair);
            } else if (pair.ok()) {
                reads.add(pair);
            }
        }
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        for (Pair read : reads) {
            strangers(read, adds, anomalies);
        }
        missing(adds, reads, anomalies);
        return Verdict.of(adds.size() + " added, " + reads.size() + " reads", anomalies);
    }

    private static void strangers(Pair read, Map<Value, Pair> adds, List<Verdict.Anomaly> anomalies) {
        for (Value member : read.value().asList()) {
            Pair add = adds.get(member);
            if (add == null) {
                anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(member) + " was never added", List.of(read)));
            } else if (add.failed()) {
                anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(member) + " is there, but its add failed",
                        List.of(add, read)));
            }
        }
    }

    /** Walks through time: what is certainly in from when on, and who does not see it. */
    private static void missing(Map<Value, Pair> adds, List<Pair> reads, List<Verdict.Anomaly> anomalies) {
        record Fact(long index, Value member, Pair proof) {}
        List<Fact> facts = new ArrayList<>();
        adds.forEach((member, add) -> {
            if (add.ok()) {
                facts.add(new Fact(add.endIndex(), member, add));
            }
        });
        for (Pair read : reads) {
            for (Value member : read.value().asList()) {
                facts.add(new Fact(read.endIndex(), member, read));
            }
        }
        facts.sort(Comparator.comparingLong(Fact::index));
        List<Pair> inOrder = new ArrayList<>(reads);
        inOrder.sort(Comparator.comparingLong(Pair::startIndex));
        Map<Value, Pair> certain = new HashMap<>();
        Set<Value> told = new HashSet<>();
        int next = 0;
        for (Pair read : inOrder) {
            for (; next < facts.size() && facts.get(next).index < read.startIndex(); next++) {
                certain.putIfAbsent(facts.get(next).member, facts.get(next).proof);
            }
            Set<Value> members = new HashSet<>(read.value().asList());
            if (members.containsAll(certain.keySet())) {
                continue;
            }
            certain.forEach((member, proof) -> {
                if (!members.contains(member) && told.add(member)) {
                    anomalies.add(new Verdict.Anomaly(proof.f().equals("add") ? "lost" : "vanished",
                            Edn.write(member) + " was there after " + proof.f() + " (index " + proof.endIndex()
                                    + "), and is missing in a read that began later (index " + read.startIndex() + ")",
                            List.of(proof, read)));
                }
            });
        }
    }
}
