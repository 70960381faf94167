package dev.balsa.node.command;

import dev.balsa.proto.resp.Args;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All commands, by name. Immutable. */
public final class CommandTable {
    private CommandTable() {}

    /** Every row of every family, in the order of the families. */
    public static List<Command> all() {
        return List.of();
    }

    /** The command that argument 0 names, whatever its case, or null. Allocates nothing. */
    public static @Nullable Command find(Args args) {
        if (args.count() > 0) {
            return null;
        }
        throw new UnsupportedOperationException();
    }
}
