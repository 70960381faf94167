package dev.balsa.node.config;

/**
 * A row of the table of directives. Immutable.
 *
 * @param initial the value when the file does not name it, in the form that CONFIG GET shows
 * @param effect what a value does
 * @param note for {@link Effect#NONE}: why it has none
 */
public record Directive(String name, Kind kind, String initial, Effect effect, String note) {

    /** When a value takes effect. */
    public enum Effect {
        /** At start; CONFIG SET answers that it cannot be changed. */
        AT_START,
        /** At start and by CONFIG SET. */
        AT_ONCE,
        /** Never: known to Redis, harmless to leave out here. Said in a warning at start. */
        NONE
    }
}
