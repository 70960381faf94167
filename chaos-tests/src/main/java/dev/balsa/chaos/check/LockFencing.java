package dev.balsa.chaos.check;

import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code acquire}, which returns {@code {:token n, :millis ttl}} or fails, and {@code release n}: no two hold the lock
 * at the same time (each from the end of its acquire until its release begins, or the lock's time is over), and who
 * gets it later gets a larger token. Immutable.
 *
 * @param slackMillis by how much clocks may be wrong
 */
public record LockFencing(long slackMillis) implements Checker {
    private record Held(Pair by, long token, long fromNanos, long untilNanos) {}

    @Override
    public Verdict check(History history) {
        Map<Value, Pair> releases = new HashMap<>();
        List<Pair> acquires = new ArrayList<>();
        for (Pair pair : history.pairs()) {
            if (pair.f().equals("release")) {
                releases.put(pair.invoke().value(), pair);
            } else if (pair.ok()) {
                acquires.add(pair);
            }
        }
        List<Held> held = new ArrayList<>();
        for (Pair acquire : acquires) {
            Value token = acquire.value().get("token");
            long until = acquire.startNanos() + (acquire.value().get("millis").asLong() - slackMillis) * 1_000_000;
            Pair release = releases.get(token);
            held.add(new Held(acquire, token.asLong(), acquire.endNanos(),
                    release == null ? until : Math.min(until, release.startNanos())));
        }
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        together(held, anomalies);
        tokens(held, anomalies);
        return Verdict.of(held.size() + " times held, " + releases.size() + " releases", anomalies);
    }

    private static void together(List<Held> held, List<Verdict.Anomaly> anomalies) {
        held.sort(Comparator.comparingLong(Held::fromNanos));
        Held longest = null;
        for (Held next : held) {
            if (next.untilNanos <= next.fromNanos) {
                continue;
            }
            if (longest != null && next.fromNanos < longest.untilNanos) {
                anomalies.add(new Verdict.Anomaly("held twice", "Tokens " + longest.token + " and " + next.token
                        + " held the lock together for "
                        + (Math.min(longest.untilNanos, next.untilNanos) - next.fromNanos) / 1_000_000 + " ms",
                        List.of(longest.by, next.by)));
            }
            if (longest == null || next.untilNanos > longest.untilNanos) {
                longest = next;
            }
        }
    }

    private static void tokens(List<Held> held, List<Verdict.Anomaly> anomalies) {
        List<Held> byStart = new ArrayList<>(held);
        byStart.sort(Comparator.comparingLong(h -> h.by.startIndex()));
        List<Held> byEnd = new ArrayList<>(held);
        byEnd.sort(Comparator.comparingLong(h -> h.by.endIndex()));
        Held largest = null;
        int ended = 0;
        for (Held next : byStart) {
            for (; ended < byEnd.size() && byEnd.get(ended).by.endIndex() < next.by.startIndex(); ended++) {
                if (largest == null || byEnd.get(ended).token > largest.token) {
                    largest = byEnd.get(ended);
                }
            }
            if (largest != null && largest.token >= next.token) {
                anomalies.add(new Verdict.Anomaly("token went back", "Token " + next.token + " was given after "
                        + largest.token, List.of(largest.by, next.by)));
            }
        }
    }
}
