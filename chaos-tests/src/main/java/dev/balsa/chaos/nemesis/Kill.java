package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** kill -9: of the leader, of any node, of a majority, of all. */
record Kill(Whom whom) implements Fault {
    enum Whom {
        ONE,
        LEADER,
        MAJORITY,
        ALL
    }

    @Override
    public String name() {
        return whom == Whom.ONE ? "kill" : "kill-" + whom.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String does() {
        return "kill -9 of " + switch (whom) {
            case ONE -> "any node";
            case LEADER -> "the leader";
            case MAJORITY -> "a majority, at once";
            case ALL -> "all nodes, at once";
        };
    }

    @Override
    public String inject(Arena arena, Random random) {
        List<NodeProcess> victims = switch (whom) {
            case ONE -> List.of(arena.any(random));
            case LEADER -> List.of(arena.leader(random));
            case MAJORITY -> arena.shuffled(random).subList(0, arena.majority());
            case ALL -> arena.cluster().nodes();
        };
        victims.stream().filter(NodeProcess::isAlive).forEach(NodeProcess::kill);
        return Victims.names(victims);
    }

    @Override
    public void heal(Arena arena) throws IOException {
        arena.startAll();
    }
}
