package dev.balsa.chaos.check;

import dev.balsa.chaos.history.History.Pair;
import dev.balsa.chaos.history.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an object does when operations come one after the other. Stateless. */
public interface Model {
    /** A state of which nothing is known: it agrees with the first operation that tells it. */
    Value ANY = Value.word("any");

    Value initial();

    /** The state after the operation, or null if it cannot come now. An operation of unknown end may return anything. */
    @Nullable Value step(Value state, Pair op);

    /** Leaves out operations of unknown end that cannot help to explain anything. */
    List<Pair> relevant(List<Pair> ops);

    /** {@code read}, {@code write v}, {@code cas [old new]}; nil at first. */
    Model REGISTER = new Model() {
        @Override
        public Value initial() {
            return Value.nil();
        }

        @Override
        public @Nullable Value step(Value state, Pair op) {
            return switch (op.f()) {
                case "read" -> op.unknown() || agrees(state, op.value()) ? op.value() : null;
                case "write" -> op.value();
                case "cas" ->
                        agrees(state, op.value().asList().getFirst()) ? op.value().asList().getLast() : null;
                default -> throw new IllegalArgumentException("a register cannot " + op.f());
            };
        }

        @Override
        public List<Pair> relevant(List<Pair> ops) {
            Set<Value> seen = new HashSet<>();
            for (Pair op : ops) {
                if (op.f().equals("read") && op.ok()) {
                    seen.add(op.value());
                } else if (op.f().equals("cas")) {
                    seen.add(op.value().asList().getFirst());
                }
            }
            return ops.stream()
                    .filter(op -> !op.unknown() || !op.f().equals("read") && seen.contains(written(op)))
                    .toList();
        }

        private static Value written(Pair op) {
            return op.f().equals("cas") ? op.value().asList().getLast() : op.value();
        }
    };

    /** {@code add n}, which returns {@code [n sum]}, and {@code read}; 0 at first. */
    Model COUNTER = new Model() {
        @Override
        public Value initial() {
            return Value.of(0);
        }

        @Override
        public @Nullable Value step(Value state, Pair op) {
            if (op.f().equals("read")) {
                return agrees(state, op.value()) ? op.value() : null;
            }
            if (!op.f().equals("add")) {
                throw new IllegalArgumentException("a counter cannot " + op.f());
            }
            if (op.unknown()) {
                return state.equals(ANY) ? ANY : Value.of(state.asLong() + op.value().asLong());
            }
            Value sum = op.value().asList().getLast();
            long before = sum.asLong() - op.value().asList().getFirst().asLong();
            return agrees(state, Value.of(before)) ? sum : null;
        }

        @Override
        public List<Pair> relevant(List<Pair> ops) {
            return ops.stream().filter(op -> !op.unknown() || op.f().equals("add")).toList();
        }
    };

    private static boolean agrees(Value state, Value seen) {
        return state.equals(ANY) || state.equals(seen);
    }
}
