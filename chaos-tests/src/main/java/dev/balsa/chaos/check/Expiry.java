package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code set [key millis]}, each key once, and {@code read [key value]}: a key once seen dead stays dead, is not dead
 * before its time and not alive long after it. Immutable.
 *
 * @param slackMillis by how much clocks may be wrong
 */
public record Expiry(long slackMillis) implements Checker {
    private static final long NANOS = 1_000_000;

    @Override
    public Verdict check(History history) {
        Map<Value, Pair> sets = new HashMap<>();
        Map<Value, List<Pair>> reads = new HashMap<>();
        for (Pair pair : history.pairs()) {
            Value key = pair.invoke().value().asList().getFirst();
            if (pair.f().equals("set")) {
                sets.put(key, pair);
            } else if (pair.ok()) {
                reads.computeIfAbsent(key, k -> new ArrayList<>()).add(pair);
            }
        }
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        int deaths = 0;
        for (Map.Entry<Value, List<Pair>> key : reads.entrySet()) {
            Pair set = sets.get(key.getKey());
            if (set == null || set.failed()) {
                never(key.getKey(), key.getValue(), anomalies);
            } else {
                deaths += judge(key.getKey(), set, key.getValue(), anomalies);
            }
        }
        return Verdict.of(sets.size() + " keys with a deadline, " + deaths + " seen dead", anomalies);
    }

    private static void never(Value key, List<Pair> reads, List<Verdict.Anomaly> anomalies) {
        for (Pair read : reads) {
            if (!read.value().asList().getLast().isNil()) {
                anomalies.add(new Verdict.Anomaly("unexpected", "Key " + Edn.write(key) + " was never set",
                        List.of(read)));
            }
        }
    }

    /** @return 1 if it was seen dead after it had certainly been set */
    private int judge(Value key, Pair set, List<Pair> reads, List<Verdict.Anomaly> anomalies) {
        long millis = set.invoke().value().asList().getLast().asLong();
        long early = set.startNanos() + (millis - slackMillis) * NANOS;
        Pair dead = null;
        for (Pair read : reads) {
            boolean alive = !read.value().asList().getLast().isNil();
            boolean certainlySet = set.ok() && set.endIndex() < read.startIndex();
            if (alive && dead != null && dead.endIndex() < read.startIndex()) {
                anomalies.add(new Verdict.Anomaly("risen", "Key " + Edn.write(key) + " was dead and lives again",
                        List.of(set, dead, read)));
            }
            if (alive && set.ok() && read.startNanos() > set.endNanos() + (millis + slackMillis) * NANOS) {
                anomalies.add(new Verdict.Anomaly("dead too late", "Key " + Edn.write(key) + " lives "
                        + (read.startNanos() - set.endNanos()) / NANOS + " ms after it was set for " + millis,
                        List.of(set, read)));
            }
            if (!alive && certainlySet && read.endNanos() < early) {
                anomalies.add(new Verdict.Anomaly("dead too early", "Key " + Edn.write(key) + " is dead "
                        + (read.endNanos() - set.startNanos()) / NANOS + " ms after it was set for " + millis,
                        List.of(set, read)));
            }
            if (!alive && certainlySet && (dead == null || read.endIndex() < dead.endIndex())) {
                dead = read;
            }
        }
        return dead == null ? 0 : 1;
    }
}
