package dev.balsa.chaos.nemesis;

import java.util.Random;

/**
 * All connections of clients break: whatever is on its way, or each in the middle of the next command that its client
 * sends. Half a command must never be executed.
 */
record CutConnections(boolean withinCommands) implements Fault {
    @Override
    public String name() {
        return withinCommands ? "half-command" : "cut";
    }

    @Override
    public String does() {
        return withinCommands ? "each client sends a part of its next command and hangs up"
                : "all connections of clients break, whatever is on its way";
    }

    @Override
    public String inject(Arena arena, Random random) {
        doIt(arena);
        return "all clients";
    }

    @Override
    public void heal(Arena arena) {
        doIt(arena);
    }

    private void doIt(Arena arena) {
        if (withinCommands) {
            arena.connections().cutWithinCommands();
        } else {
            arena.connections().cut();
        }
    }
}
