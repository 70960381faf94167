package dev.balsa.node.observe;

/**
 * A row of a table of administration commands. Immutable.
 *
 * @param name lower case; a subcommand is {@code container|sub}
 * @param arity number of arguments with the name; negative: at least that many
 */
public record AdminRow(String name, int arity, Body body) {
    /**
     * Answers: writes one reply, or takes the answer on itself by {@link AdminCall#later} and its kin. Never blocks.
     */
    @FunctionalInterface
    public interface Body {
        void run(AdminCall call);
    }

    boolean accepts(int count) {
        return arity >= 0 ? count == arity : count >= -arity;
    }
}
