package dev.balsa.node.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * What a script may use. Every replica of a group must have the same: by these a script ends.
 *
 * @param instructions what one run may do, counted; about a hundred million a second
 * @param memoryBytes what one run may allocate in all
 * @param evaluatedMax how many scripts are kept that were only evaluated
 */
public record ScriptLimits(long instructions, long memoryBytes, long evaluatedMax) {
    /** The directives, in the order of the components. */
    public static final List<String> DIRECTIVES =
            List.of("script-instructions-max", "script-memory-max-bytes", "script-cache-max-scripts");

    public static final ScriptLimits DEFAULT = new ScriptLimits(100_000_000L, 64L << 20, 500);

    /** The limits of which {@link #values} gave these. */
    public static ScriptLimits of(List<Long> v) {
        return new ScriptLimits(v.get(0), v.get(1), v.get(2));
    }

    /** The values in the order of {@link #DIRECTIVES}. */
    public List<Long> values() {
        return List.of(instructions, memoryBytes, evaluatedMax);
    }

    /** These limits with one changed; the same if there is no such directive. */
    public ScriptLimits with(String directive, long value) {
        int place = DIRECTIVES.indexOf(directive);
        if (place < 0) {
            return this;
        }
        List<Long> values = new ArrayList<>(values());
        values.set(place, value);
        return of(values);
    }
}
