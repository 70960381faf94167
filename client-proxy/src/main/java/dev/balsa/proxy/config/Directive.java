package dev.balsa.proxy.config;

import dev.balsa.proxy.ConfigFile;

/**
 * A row of a table of directives. Immutable.
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

    /** A row that takes effect at start. */
    public static Directive start(String name, Kind kind, String initial) {
        return new Directive(name, kind, initial, Effect.AT_START, "");
    }

    /** A row that CONFIG SET changes. */
    public static Directive live(String name, Kind kind, String initial) {
        return new Directive(name, kind, initial, Effect.AT_ONCE, "");
    }

    /**
     * A row of Redis that has exactly one meaning here.
     *
     * @param advice what to do instead of another value
     */
    public static Directive only(String name, String value, String advice) {
        return new Directive(name, new Kind.Only(value, advice), value, Effect.AT_START, "");
    }

    /**
     * A row of Redis without effect here.
     *
     * @param why that is no loss
     */
    public static Directive none(String name, Kind kind, String initial, String why) {
        return new Directive(name, kind, initial, Effect.NONE, why);
    }

    /**
     * The value that a line of a file gives, in the form that CONFIG GET shows.
     *
     * @throws ConfigFile.ConfigException with the line's place, what is wrong and what is allowed
     */
    public String read(ConfigFile.Directive line) {
        if (line.values().isEmpty() || (kind.words() >= 0 && line.values().size() != kind.words())) {
            throw line.error("'" + line.name() + "' takes " + (kind.words() == 1 ? "one value: " : "")
                    + kind.allowed());
        }
        return switch (kind.check(line.values())) {
            case Checked.Good(String text) -> text;
            case Checked.Bad(String reason) -> throw line.error(kind instanceof Kind.Only
                    ? "'" + line.name() + " " + String.join(" ", line.values()) + "' is refused: " + reason
                    : "'" + line.name() + "': " + reason + "; allowed: " + kind.allowed());
        };
    }

    /** What is said at the start of a process whose configuration names this row of {@link Effect#NONE}. */
    public String warning() {
        return "'" + name + "' has no effect here: " + note;
    }
}
