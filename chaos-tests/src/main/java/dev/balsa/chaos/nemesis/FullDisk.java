package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Something else takes all the room on the disk of the leader, of any node or of a majority, and gives it back. */
final class FullDisk implements Fault {
    @Override
    public String name() {
        return "disk-full";
    }

    @Override
    public String does() {
        return "no byte left on the disk of the leader, of any node or of a majority";
    }

    @Override
    public String impossible(Arena arena) {
        return arena.needsDisks();
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException {
        List<NodeProcess> victims = switch (random.nextInt(4)) {
            case 0 -> arena.shuffled(random).subList(0, arena.majority());
            case 1 -> List.of(arena.leader(random));
            default -> List.of(arena.any(random));
        };
        for (NodeProcess victim : victims) {
            arena.disk(victim).fill();
        }
        return Victims.names(victims);
    }

    @Override
    public void heal(Arena arena) throws IOException {
        for (NodeProcess node : arena.cluster().nodes()) {
            arena.disk(node).free();
        }
        arena.startAll();
    }
}
