package dev.balsa.node.command;

import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.ScoredMembers;
import dev.balsa.node.engine.Sets;
import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import java.util.ArrayList;
import java.util.List;

/**
 * One operation on several sorted sets or sets, whose members count as having score 1. Sums of doubles depend on their
 * order: unions and intersections begin with the smallest set, as in Redis. One object serves one call.
 */
final class SortedSetAlgebra {
    private final Call call;
    private final Database db;
    private final Operation operation;
    private final List<Input> inputs = new ArrayList<>();
    private Aggregate aggregate = Aggregate.SUM;
    private boolean withScores;
    private byte[] name = new byte[64];

    enum Operation {
        UNION,
        INTER,
        DIFF
    }

    /** What becomes of the scores of a member that is in several sets. */
    enum Aggregate {
        SUM,
        MIN,
        MAX;

        double of(double a, double b) {
            return switch (this) {
                case SUM -> orZero(a + b);
                case MIN -> b < a ? b : a;
                case MAX -> b > a ? b : a;
            };
        }
    }

    /** A set that takes part. */
    private static final class Input {
        final int ref;
        final boolean isSet;
        final long size;
        double weight = 1;

        Input(int ref, boolean isSet, long size) {
            this.ref = ref;
            this.isSet = isSet;
            this.size = size;
        }
    }

    SortedSetAlgebra(Call call, Operation operation) {
        this.call = call;
        this.operation = operation;
        db = call.db();
    }

    /** Adds the set that argument {@code i} names; false after replying that it is none. */
    boolean adds(int i) {
        int ref = call.find(i);
        boolean isSet = ref != MISSING && db.type(ref) == ValueType.SET;
        if (ref != MISSING && !isSet && call.refusesType(ref, ValueType.ZSET)) {
            return false;
        }
        inputs.add(new Input(ref, isSet, isSet ? db.sets().size(ref) : open(ref).size()));
        return true;
    }

    int sets() {
        return inputs.size();
    }

    /** Whether it has weights and a way to aggregate. */
    boolean weighs() {
        return operation != Operation.DIFF;
    }

    void weight(int set, double weight) {
        inputs.get(set).weight = weight;
    }

    /** Whether argument {@code i} is a way to aggregate, which then applies. */
    boolean aggregates(int i) {
        for (Aggregate way : Aggregate.values()) {
            if (call.args().is(i, way.name())) {
                aggregate = way;
                return true;
            }
        }
        return false;
    }

    void wantScores() {
        withScores = true;
    }

    boolean withScores() {
        return withScores;
    }

    // -- the operations -------------------------------------------------------------------------------------------

    /** The members of the result, each once, in no order. */
    ScoredMembers run() {
        if (operation != Operation.DIFF) {
            inputs.sort((a, b) -> Long.compare(a.size, b.size)); // stable
        }
        return switch (operation) {
            case UNION -> union();
            case INTER -> inter();
            case DIFF -> diff();
        };
    }

    private ScoredMembers union() {
        ScoredMembers all = new ScoredMembers();
        for (Input input : inputs) {
            collect(input, all);
        }
        int[] order = all.byName();
        ScoredMembers result = new ScoredMembers();
        for (int i = 0; i < all.count(); ) {
            int member = order[i];
            double score = all.score(member);
            for (i++; i < all.count() && all.sameName(member, order[i]); i++) {
                score = aggregate.of(score, all.score(order[i]));
            }
            result.add(all.bytes(), all.offset(member), all.length(member), score);
        }
        return result;
    }

    private ScoredMembers inter() {
        ScoredMembers left = new ScoredMembers();
        collect(inputs.getFirst(), left);
        for (Input input : inputs.subList(1, inputs.size())) {
            left = kept(left, input, true);
        }
        return left;
    }

    private ScoredMembers diff() {
        ScoredMembers left = new ScoredMembers();
        collect(inputs.getFirst(), left);
        for (Input input : inputs.subList(1, inputs.size())) {
            left = kept(left, input, false);
        }
        return left;
    }

    /** Those members that a set has, with the scores of both, or those that it has not. */
    private ScoredMembers kept(ScoredMembers members, Input input, boolean there) {
        ScoredMembers kept = new ScoredMembers();
        SortedSets sorted = input.isSet ? call.sortedSets() : open(input.ref);
        Sets sets = db.sets();
        for (int i = 0; i < members.count(); i++) {
            byte[] bytes = members.bytes();
            int offset = members.offset(i);
            int length = members.length(i);
            boolean found = input.isSet
                    ? sets.contains(input.ref, bytes, offset, length)
                    : sorted.find(bytes, offset, length);
            if (found == there) {
                double score = found
                        ? aggregate.of(members.score(i), (input.isSet ? 1 : sorted.score()) * input.weight)
                        : members.score(i);
                kept.add(bytes, offset, length, score);
            }
        }
        return kept;
    }

    /** Adds the members of a set with their weighted scores. */
    private void collect(Input input, ScoredMembers members) {
        if (input.size == 0) {
            return;
        }
        if (input.isSet) {
            db.sets().forEach(input.ref, member -> {
                if (name.length < member.length()) {
                    name = new byte[member.length()];
                }
                members.add(name, 0, member.copy(name), orZero(input.weight));
            });
            return;
        }
        SortedSets sorted = open(input.ref);
        sorted.seek(0);
        do {
            sorted.copyTo(members, orZero(sorted.score() * input.weight));
        } while (sorted.step(false));
    }

    private SortedSets open(int ref) {
        SortedSets sets = call.sortedSets();
        sets.open(db, ref);
        return sets;
    }

    /** Infinity times zero, and the sum of both infinities, are no numbers: Redis takes them as 0. */
    private static double orZero(double score) {
        return Double.isNaN(score) ? 0 : score;
    }
}
