package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** SIGSTOP, and SIGCONT later: a machine that stood still believes that no time has passed. */
final class Pause implements Fault {
    @Override
    public String name() {
        return "pause";
    }

    @Override
    public String does() {
        return "SIGSTOP of the leader, of any node or of a majority";
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException, InterruptedException {
        List<NodeProcess> victims = switch (random.nextInt(4)) {
            case 0 -> List.of(arena.any(random));
            case 1 -> arena.shuffled(random).subList(0, arena.majority());
            default -> List.of(arena.leader(random));
        };
        for (NodeProcess victim : victims) {
            if (victim.isAlive()) {
                victim.pause();
            }
        }
        return Victims.names(victims);
    }

    @Override
    public void heal(Arena arena) throws IOException, InterruptedException {
        for (NodeProcess node : arena.alive()) {
            node.resume();
        }
    }
}
