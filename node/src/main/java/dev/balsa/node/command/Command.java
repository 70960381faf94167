package dev.balsa.node.command;

import dev.balsa.proto.command.CommandSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the command table. Immutable.
 *
 * @param word the name in upper case; of a subcommand the part behind the bar
 * @param body runs against a keyspace; {@link #ELSEWHERE} for commands that the front or the node's
 *     administration serves
 * @param subcommands empty for a command that is no container; {@code spec.subcommands()} with their bodies
 * @param refusal the error line (without the minus) of a command that is never carried out, else null
 */
public record Command(
        CommandSpec spec, String word, Body body, List<Command> subcommands, @Nullable String refusal) {
    /** Runs it; what it does to keys is told to those who want to know. */
    public void run(Call call) {
        body.run(call);
        KeyspaceEvents.tell(call, this);
    }

    /** The body of commands that are not run against a keyspace. */
    public static final Body ELSEWHERE =
            call -> call.reply().error("ERR '" + call.args().text(0) + "' is not run against a keyspace");

    /** Whether the front or the node's administration serves it (or refuses it). */
    public boolean isElsewhere() {
        return body.equals(ELSEWHERE);
    }

    /** Runs a command: reads the arguments, changes the keyspace, writes exactly one reply. */
    @FunctionalInterface
    public interface Body {
        void run(Call call);
    }
}
