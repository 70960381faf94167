package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Op;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code publish n}, each once, returns {@code [n session]}, and {@code listen} returns {@code {:session s, :messages
 * [n …]}}: a session, which is one connection, hears nothing twice, nothing that was not published or refused, and the
 * messages of one publisher's session in their order (session 0: no order is promised). What was published while a
 * session listened arrives within {@link #LATE_NANOS}, unless a fault breaks what messages go over. Stateless.
 */
public final class MessageOrder implements Checker {
    /** Faults that break no connection between nodes. */
    private static final Set<String> HARMLESS = Set.of("transfer", "snapshot", "cut", "half-command", "proxy-kill",
            "clock-jump", "clock-strobe");
    /** So long after a fault its links may still be broken: silence is noticed after three seconds. */
    private static final long EXCUSED_NANOS = 10_000_000_000L;
    private static final long LATE_NANOS = 5_000_000_000L;
    private static final int SHOWN_MAX = 20;

    /** A subscriber's connection: what it heard and when. */
    private record Session(List<Pair> listens, Map<Value, Pair> heard) {}

    private record Span(long fromNanos, long untilNanos) {}

    @Override
    public Verdict check(History history) {
        Map<Value, Pair> published = new HashMap<>();
        Map<Value, Session> sessions = new LinkedHashMap<>();
        List<Verdict.Anomaly> anomalies = new ArrayList<>();
        List<Pair> listens = new ArrayList<>();
        for (Pair pair : history.pairs()) {
            if (pair.f().equals("publish")) {
                published.put(pair.invoke().value(), pair);
            } else if (pair.ok()) {
                listens.add(pair);
            }
        }
        listens.sort(Comparator.comparingLong(Pair::endIndex));
        for (Pair listen : listens) {
            Session session = sessions.computeIfAbsent(listen.value().get("session"),
                    s -> new Session(new ArrayList<>(), new HashMap<>()));
            session.listens.add(listen);
            for (Value message : listen.value().get("messages").asList()) {
                Pair before = session.heard.putIfAbsent(message, listen);
                if (before != null) {
                    anomalies.add(new Verdict.Anomaly("duplicate", Edn.write(message) + " came twice",
                            List.of(before, listen)));
                }
                strangers(message, published.get(message), listen, anomalies);
            }
        }
        int heard = 0;
        for (Session session : sessions.values()) {
            heard += session.heard.size();
            order(session, published, anomalies);
        }
        int[] looked = {0, 0};
        lost(history, sessions, published, anomalies, looked);
        return Verdict.of(published.size() + " published, " + heard + " heard in " + sessions.size() + " sessions, "
                + looked[0] + " had to arrive, " + looked[1] + " were lost when something broke",
                anomalies.subList(0, Math.min(SHOWN_MAX, anomalies.size())));
    }

    private static void strangers(Value message, @Nullable Pair publish, Pair listen,
            List<Verdict.Anomaly> anomalies) {
        if (publish == null) {
            anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(message) + " was never published",
                    List.of(listen)));
        } else if (publish.failed()) {
            anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(message) + " came, but its publish failed",
                    List.of(publish, listen)));
        } else if (listen.endIndex() < publish.startIndex()) {
            anomalies.add(new Verdict.Anomaly("unexpected", Edn.write(message) + " came before it was published",
                    List.of(listen, publish)));
        }
    }

    /** Numbers of one publisher's session grow. */
    private static void order(Session session, Map<Value, Pair> published, List<Verdict.Anomaly> anomalies) {
        Map<Value, Value> last = new HashMap<>();
        for (Pair listen : session.listens) {
            for (Value message : listen.value().get("messages").asList()) {
                Pair publish = published.get(message);
                if (publish == null || !publish.ok() || publisher(publish).asLong() == 0) {
                    continue;
                }
                Value before = last.put(publisher(publish), message);
                Pair earlier = before == null ? null : published.get(before);
                Pair heard = before == null ? null : session.heard.get(before);
                if (before != null && earlier != null && heard != null && before.asLong() > message.asLong()) {
                    anomalies.add(new Verdict.Anomaly("out of order", Edn.write(message) + " came after "
                            + Edn.write(before) + " of the same publisher", List.of(publish, earlier, heard, listen)));
                }
            }
        }
    }

    private static Value publisher(Pair publish) {
        return publish.value().asList().getLast();
    }

    private static void lost(History history, Map<Value, Session> sessions, Map<Value, Pair> published,
            List<Verdict.Anomaly> anomalies, int[] looked) {
        List<Span> breaks = breaks(history);
        Set<Value> told = new HashSet<>();
        for (Session session : sessions.values()) {
            Pair first = session.listens.getFirst();
            Pair last = session.listens.getLast();
            published.forEach((message, publish) -> {
                long due = publish.endNanos() + LATE_NANOS;
                if (!publish.ok() || publish.startIndex() < first.endIndex() || last.startNanos() < due) {
                    return;
                }
                boolean calm = breaks.stream()
                        .noneMatch(span -> span.fromNanos < due && span.untilNanos > publish.startNanos());
                Pair heard = session.heard.get(message);
                looked[0] += calm ? 1 : 0;
                if (heard == null) {
                    looked[1] += calm ? 0 : 1;
                }
                if (calm && (heard == null || heard.startNanos() > due) && told.add(message)) {
                    anomalies.add(heard == null
                            ? new Verdict.Anomaly("lost", Edn.write(message) + " was published while a session "
                                    + "listened, and never came", List.of(publish, last))
                            : new Verdict.Anomaly("late", Edn.write(message) + " was published while a session "
                                    + "listened, and came late", List.of(publish, heard)));
                }
            });
        }
    }

    /** When messages may be lost. */
    private static List<Span> breaks(History history) {
        List<Span> breaks = new ArrayList<>();
        Map<String, Long> open = new HashMap<>();
        for (Op op : history.faults()) {
            String name = op.f().startsWith("heal-") ? op.f().substring("heal-".length()) : op.f();
            if (HARMLESS.contains(name)) {
                continue;
            }
            if (op.f().equals(name)) {
                open.putIfAbsent(name, op.nanos());
            } else {
                Long from = open.remove(name);
                breaks.add(new Span(from == null ? 0 : from, op.nanos() + EXCUSED_NANOS));
            }
        }
        open.values().forEach(from -> breaks.add(new Span(from, Long.MAX_VALUE)));
        return breaks;
    }
}
