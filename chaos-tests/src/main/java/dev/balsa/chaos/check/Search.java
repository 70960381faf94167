package dev.balsa.chaos.check;

import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of operations that agrees with a model and with real time: Wing and Gong's search with Lowe's
 * memory of configurations (which operations have been placed, and the state then), so that no configuration is tried
 * twice. Invocations and ends stand in a list in order of time; the next operation placed is one whose invocation
 * comes before the first end that is left. Owned by one thread.
 */
final class Search {
    /** What was found. */
    enum Found {
        ORDER,
        NO_ORDER,
        /** Too many configurations. */
        GAVE_UP
    }

    private record Configuration(BitSet placed, Value state) {}

    /** An invocation or an end, in a list in order of time. */
    private static final class Entry {
        final int number;
        final boolean call;
        final long index;
        @Nullable Entry before;
        @Nullable Entry after;
        @Nullable Entry end;

        Entry(int number, boolean call, long index) {
            this.number = number;
            this.call = call;
            this.index = index;
        }
    }

    private record Step(Entry call, Value stateBefore) {}

    private final Model model;
    private final List<Pair> ops;
    private final Entry head = new Entry(-1, false, -1);
    /** The operation of unknown end before this one that did the same; -1 = none. Placing them in order loses nothing. */
    private final int[] sameBefore;
    private final int configurationsMax;
    private int known;

    private Search(Model model, List<Pair> ops, int configurationsMax) {
        this.model = model;
        this.ops = ops;
        this.configurationsMax = configurationsMax;
        this.sameBefore = new int[ops.size()];
        link();
    }

    /** @param ops without those that failed */
    static Found order(Model model, Value initial, List<Pair> ops, int configurationsMax) {
        return new Search(model, model.relevant(ops), configurationsMax).run(initial);
    }

    private void link() {
        List<Entry> entries = new ArrayList<>();
        Map<List<Object>, Integer> unknown = new HashMap<>();
        for (int i = 0; i < ops.size(); i++) {
            Pair op = ops.get(i);
            Entry call = new Entry(i, true, op.startIndex());
            entries.add(call);
            sameBefore[i] = -1;
            if (op.unknown()) {
                Integer same = unknown.put(List.of(op.f(), op.value()), i);
                sameBefore[i] = same == null ? -1 : same;
            } else {
                known++;
                call.end = new Entry(i, false, op.endIndex());
                entries.add(call.end);
            }
        }
        entries.sort(Comparator.comparingLong(entry -> entry.index));
        Entry last = head;
        for (Entry entry : entries) {
            last.after = entry;
            entry.before = last;
            last = entry;
        }
    }

    private Found run(Value initial) {
        Set<Configuration> tried = new HashSet<>();
        List<Step> steps = new ArrayList<>();
        BitSet placed = new BitSet(ops.size());
        Value state = initial;
        Entry entry = head.after;
        while (known > 0) {
            if (entry == null || !entry.call) {
                if (steps.isEmpty()) {
                    return Found.NO_ORDER;
                }
                Step last = steps.removeLast();
                placed.clear(last.call.number);
                state = last.stateBefore;
                putBack(last.call);
                entry = last.call.after;
                continue;
            }
            int same = sameBefore[entry.number];
            Value next = same >= 0 && !placed.get(same) ? null : model.step(state, ops.get(entry.number));
            if (next == null) {
                entry = entry.after;
                continue;
            }
            placed.set(entry.number);
            if (!tried.add(new Configuration((BitSet) placed.clone(), next))) {
                placed.clear(entry.number);
                entry = entry.after;
                continue;
            }
            if (tried.size() > configurationsMax) {
                return Found.GAVE_UP;
            }
            steps.add(new Step(entry, state));
            state = next;
            takeOut(entry);
            entry = head.after;
        }
        return Found.ORDER;
    }

    private void takeOut(Entry call) {
        unlink(call);
        if (call.end != null) {
            unlink(call.end);
            known--;
        }
    }

    private void putBack(Entry call) {
        if (call.end != null) {
            relink(call.end);
            known++;
        }
        relink(call);
    }

    private static void unlink(Entry entry) {
        if (entry.before != null) {
            entry.before.after = entry.after;
        }
        if (entry.after != null) {
            entry.after.before = entry.before;
        }
    }

    private static void relink(Entry entry) {
        if (entry.before != null) {
            entry.before.after = entry;
        }
        if (entry.after != null) {
            entry.after.before = entry;
        }
    }
}
