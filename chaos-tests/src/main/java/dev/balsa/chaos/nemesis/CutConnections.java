package dev.balsa.chaos.nemesis;

import java.util.Random;

/** All connections of clients break, some in the middle of a command. */
final class CutConnections implements Fault {
    @Override
    public String name() {
        return "cut";
    }

    @Override
    public String does() {
        return "all connections of clients break, whatever is on its way";
    }

    @Override
    public String inject(Arena arena, Random random) {
        arena.cutClients().run();
        return "all clients";
    }

    @Override
    public void heal(Arena arena) {
        arena.cutClients().run();
    }
}
