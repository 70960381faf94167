package dev.balsa.chaos.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which transaction must come before which, and why: a graph whose cycles are anomalies (Adya). Owned by one thread.
 */
final class Dependencies {
    /** Why one comes before another. */
    enum Kind {
        /** The other's append came after its append. */
        WW("appended before"),
        /** The other read its append. */
        WR("was read by"),
        /** The other appended what it did not see. */
        RW("did not see what was appended by"),
        /** The other began after it had ended. */
        RT("ended before the beginning of");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** From one transaction (by number) to the next; {@code why} says which key. */
    record Edge(int from, int to, Kind kind, String why) {}

    private final List<Map<Integer, EnumMap<Kind, Edge>>> edges = new ArrayList<>();

    Dependencies(int transactions) {
        for (int i = 0; i < transactions; i++) {
            edges.add(new HashMap<>());
        }
    }

    void add(int from, int to, Kind kind, String why) {
        if (from != to) {
            edges.get(from).computeIfAbsent(to, t -> new EnumMap<>(Kind.class))
                    .putIfAbsent(kind, new Edge(from, to, kind, why));
        }
    }

    /**
     * The shortest cycle in each knot of transactions, of edges of the given kinds; empty if there is none.
     *
     * @param once kinds of which one must be in it exactly once; none = any cycle
     */
    List<List<Edge>> cycles(Set<Kind> kinds, Set<Kind> once) {
        Set<Kind> all = EnumSet.copyOf(kinds);
        all.addAll(once);
        int[] knots = knots(all);
        Map<Integer, List<Edge>> shortest = new HashMap<>();
        for (int from = 0; from < edges.size(); from++) {
            for (EnumMap<Kind, Edge> between : edges.get(from).values()) {
                for (Edge edge : between.values()) {
                    boolean candidate = (once.isEmpty() ? kinds : once).contains(edge.kind)
                            && knots[edge.from] == knots[edge.to];
                    if (candidate && shortest.getOrDefault(knots[from], List.of()).size() != 2) {
                        List<Edge> cycle = close(edge, kinds, knots);
                        List<Edge> known = shortest.get(knots[from]);
                        if (!cycle.isEmpty() && (known == null || cycle.size() < known.size())) {
                            shortest.put(knots[from], cycle);
                        }
                    }
                }
            }
        }
        return List.copyOf(shortest.values());
    }

    /** The shortest way back to where {@code first} comes from, with it; empty if there is none. */
    private List<Edge> close(Edge first, Set<Kind> kinds, int[] knots) {
        Map<Integer, Edge> reachedBy = new HashMap<>();
        ArrayDeque<Integer> next = new ArrayDeque<>(List.of(first.to));
        while (!next.isEmpty()) {
            int at = next.remove();
            for (EnumMap<Kind, Edge> between : edges.get(at).values()) {
                for (Edge edge : between.values()) {
                    if (!kinds.contains(edge.kind) || knots[edge.to] != knots[first.from]
                            || edge.to == first.to || reachedBy.putIfAbsent(edge.to, edge) != null) {
                        continue;
                    }
                    if (edge.to == first.from) {
                        return path(first, reachedBy);
                    }
                    next.add(edge.to);
                }
            }
        }
        return List.of();
    }

    private static List<Edge> path(Edge first, Map<Integer, Edge> reachedBy) {
        ArrayDeque<Edge> path = new ArrayDeque<>();
        for (Edge edge = reachedBy.get(first.from); edge != null; edge = reachedBy.get(edge.from)) {
            path.addFirst(edge);
            if (edge.from == first.to) {
                break;
            }
        }
        path.addFirst(first);
        return List.copyOf(path);
    }

    /** Tarjan's strongly connected components, without recursion: the component's number for each transaction. */
    private int[] knots(Set<Kind> kinds) {
        int n = edges.size();
        int[] order = new int[n];
        int[] low = new int[n];
        int[] knot = new int[n];
        Arrays.fill(knot, -1);
        List<List<Integer>> after = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            List<Integer> to = new ArrayList<>();
            edges.get(i).forEach((target, between) -> {
                if (between.keySet().stream().anyMatch(kinds::contains)) {
                    to.add(target);
                }
            });
            after.add(to);
        }
        int[] child = new int[n];
        int number = 0;
        ArrayDeque<Integer> open = new ArrayDeque<>();
        ArrayDeque<Integer> way = new ArrayDeque<>();
        for (int root = 0; root < n; root++) {
            if (order[root] == 0) {
                way.push(root);
            }
            while (!way.isEmpty()) {
                int at = way.element();
                if (order[at] == 0) {
                    order[at] = low[at] = ++number;
                    open.push(at);
                }
                if (child[at] < after.get(at).size()) {
                    int to = after.get(at).get(child[at]++);
                    if (order[to] == 0) {
                        way.push(to);
                    } else if (knot[to] < 0) {
                        low[at] = Math.min(low[at], order[to]);
                    }
                    continue;
                }
                way.pop();
                if (!way.isEmpty()) {
                    low[way.element()] = Math.min(low[way.element()], low[at]);
                }
                if (low[at] == order[at]) {
                    while (knot[at] < 0) {
                        knot[open.pop()] = at;
                    }
                }
            }
        }
        return knot;
    }
}
