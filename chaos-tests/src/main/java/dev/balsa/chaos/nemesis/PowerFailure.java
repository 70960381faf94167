package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Nodes are gone, and with them everything that they had written and not synced: files, names and the page cache. */
record PowerFailure(boolean ofAll) implements Fault {
    @Override
    public String name() {
        return ofAll ? "power-all" : "power";
    }

    @Override
    public String does() {
        return "the power of " + (ofAll ? "all nodes" : "the leader, of any node or of a majority")
                + " fails: what was not synced is lost";
    }

    @Override
    public String impossible(Arena arena) {
        return arena.needsDisks();
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException, InterruptedException {
        List<NodeProcess> victims = ofAll ? arena.cluster().nodes() : some(arena, random);
        victims.stream().filter(NodeProcess::isAlive).forEach(NodeProcess::kill);
        for (NodeProcess victim : victims) {
            arena.disk(victim).awaitMoving();
            arena.disk(victim).losePower();
        }
        return Victims.names(victims);
    }

    private static List<NodeProcess> some(Arena arena, Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> List.of(arena.any(random));
            case 1 -> List.of(arena.leader(random));
            default -> arena.shuffled(random).subList(0, arena.majority());
        };
    }

    @Override
    public void heal(Arena arena) throws IOException {
        arena.startAll();
    }
}
