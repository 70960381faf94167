package dev.balsa.node.command;

import dev.balsa.proto.command.CommandSpec;

/**
 * A row of the command table.
 *
 * @param body runs against a keyspace; {@link #ELSEWHERE} for commands that the front or the node's administration serves
 */
public record Command(CommandSpec spec, Body body) {
    /** The body of commands that are not run against a keyspace. */
    public static final Body ELSEWHERE = call -> call.reply().error("ERR '" + call.args().text(0) + "' is not run against a keyspace");

    /** Runs a command: reads the arguments, changes the keyspace, writes exactly one reply. */
    @FunctionalInterface
    public interface Body {
        void run(Call call);
    }
}
