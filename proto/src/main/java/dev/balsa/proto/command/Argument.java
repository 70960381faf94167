package dev.balsa.proto.command;

import java.util.List;
import java.util.Locale;

/**
 * An argument of a command, as COMMAND DOCS tells of it. Immutable.
 *
 * @param name as in a syntax, e.g. {@code seconds}
 * @param keySpec which of the command's key specifications finds it, -1 = it is no key
 * @param token the word that stands before it, or that it is; empty = none
 * @param since the version of Redis that brought it; empty = that of the command
 * @param optional whether it may be left out
 * @param multiple whether there may be several
 * @param multipleToken whether each of several has the token before it
 * @param arguments of a block, or the choices of a oneof
 */
public record Argument(
        String name,
        Type type,
        int keySpec,
        String token,
        String since,
        boolean optional,
        boolean multiple,
        boolean multipleToken,
        List<Argument> arguments) {

    public Argument {
        arguments = List.copyOf(arguments);
    }

    /** What an argument is; the names in lower case with hyphens are those of COMMAND DOCS. */
    public enum Type {
        STRING,
        INTEGER,
        DOUBLE,
        KEY,
        PATTERN,
        UNIX_TIME,
        PURE_TOKEN,
        ONEOF,
        BLOCK;

        /** As COMMAND DOCS shows it. */
        public String shown() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
