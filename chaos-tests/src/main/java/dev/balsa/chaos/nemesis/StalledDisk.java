package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Writes and fdatasyncs stand still, for a tenth of a second to a second and a half, some times over. */
final class StalledDisk implements Fault {
    @Override
    public String name() {
        return "disk-stall";
    }

    @Override
    public String does() {
        return "writes and fdatasyncs of the leader, of any node, of a majority or of all stand still";
    }

    @Override
    public String impossible(Arena arena) {
        return arena.needsDisks();
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException {
        List<NodeProcess> victims = switch (random.nextInt(4)) {
            case 0 -> arena.shuffled(random).subList(0, arena.majority());
            case 1 -> arena.cluster().nodes();
            case 2 -> List.of(arena.any(random));
            default -> List.of(arena.leader(random));
        };
        int millis = 100 + random.nextInt(1_400);
        int times = 1 + random.nextInt(4);
        for (NodeProcess victim : victims) {
            arena.disk(victim).stall(millis, times);
        }
        return Victims.names(victims) + ", " + times + " x " + millis + " ms";
    }

    @Override
    public void heal(Arena arena) throws InterruptedException {
        for (NodeProcess node : arena.cluster().nodes()) {
            arena.disk(node).awaitMoving();
        }
    }
}
