package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Op;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Two pairs of keys in two groups, a and b. {@code write [key v]} sets all four to v, {@code delete} removes them and
 * returns how many there were, {@code exists} counts them, and {@code read} returns {@code [key [a0 b0 a1 b1]]}: a pair
 * is never seen torn, and each by itself is linearizable. {@code where} returns what is at three places, of which one
 * is taken: {@code rename} moves it. Stateless.
 */
public final class SplitKeys implements Checker {
    private static final int GROUPS = 2;
    private static final int SHOWN_MAX = 20;

    @Override
    public Verdict check(History history) {
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        List<Op> registers = new ArrayList<>();
        int renames = 0;
        for (Pair pair : history.pairs()) {
            switch (pair.f()) {
                case "rename" -> renames += pair.ok() ? 1 : 0;
                case "where" -> place(pair, anomalies);
                case "delete", "exists" -> count(pair, anomalies);
                case "read", "write" -> {}
                default -> throw new IllegalArgumentException("keys cannot " + pair.f());
            }
            boolean torn = pair.f().equals("read") && pair.ok() && torn(pair, anomalies);
            for (int group = 0; group < GROUPS && !torn; group++) {
                addRegister(pair, group, registers);
            }
        }
        registers.sort((x, y) -> Long.compare(x.index(), y.index()));
        Verdict linearizable = Linearizability.of(Model.REGISTER).check(new History(registers));
        anomalies.addAll(linearizable.anomalies());
        String summary = linearizable.summary() + ", a key for each group's pair; " + renames + " renames";
        return linearizable.outcome() == Verdict.Outcome.UNDECIDED && anomalies.isEmpty()
                ? new Verdict(Verdict.Outcome.UNDECIDED, summary, List.of())
                : Verdict.of(summary, anomalies.subList(0, Math.min(SHOWN_MAX, anomalies.size())));
    }

    private static void place(Pair where, List<Verdict.Anomaly> anomalies) {
        long taken = where.ok() ? where.value().asList().stream().filter(place -> !place.isNil()).count() : 1;
        if (taken != 1) {
            anomalies.add(new Verdict.Anomaly(taken == 0 ? "vanished" : "doubled", "A key that is only ever renamed "
                    + "is at " + taken + " places: " + Edn.write(where.value()), List.of(where)));
        }
    }

    private static void count(Pair pair, List<Verdict.Anomaly> anomalies) {
        if (pair.ok() && pair.value().asList().getLast().asLong() % 2 != 0) {
            anomalies.add(new Verdict.Anomaly("torn", pair.f() + " found half a pair: " + Edn.write(pair.value()),
                    List.of(pair)));
        }
    }

    private static boolean torn(Pair read, List<Verdict.Anomaly> anomalies) {
        List<Value> values = read.value().asList().getLast().asList();
        for (int group = 0; group < GROUPS; group++) {
            if (!values.get(group).equals(values.get(group + GROUPS))) {
                anomalies.add(new Verdict.Anomaly("torn", "The keys of one group differ in one read: "
                        + Edn.write(read.value()), List.of(read)));
                return true;
            }
        }
        return false;
    }

    /** What the operation is to one group's pair: an operation on a register of its own. */
    private static void addRegister(Pair pair, int group, List<Op> to) {
        String f = switch (pair.f()) {
            case "read", "write" -> pair.f();
            case "delete" -> "write";
            default -> "";
        };
        if (f.isEmpty()) {
            return;
        }
        List<Value> key = pair.invoke().value().asList();
        Value register = Value.vector(key.getFirst(), Value.of(group));
        Value argument = f.equals("write") ? key.getLast() : Value.nil();
        // Two registers, so two processes; of an operation of unknown end the process does nothing more.
        int process = pair.invoke().process() * GROUPS + group;
        to.add(op(pair.invoke(), process, f, Value.vector(register, argument)));
        Op end = pair.end();
        if (end != null) {
            Value result = f.equals("read") && pair.ok()
                    ? end.value().asList().getLast().asList().get(group) : argument;
            to.add(op(end, process, f, Value.vector(register, result)));
        }
    }

    private static Op op(Op of, int process, String f, Value value) {
        return new Op(of.index(), process, of.type(), f, value, of.nanos(), of.error());
    }
}
