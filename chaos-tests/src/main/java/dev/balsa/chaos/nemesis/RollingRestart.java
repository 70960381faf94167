package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.Random;

/** SIGTERM and start, one node after the other. */
final class RollingRestart implements Fault {
    @Override
    public String name() {
        return "rolling-restart";
    }

    @Override
    public String does() {
        return "all nodes stop (SIGTERM) and start, one after the other";
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException, InterruptedException {
        for (NodeProcess node : arena.shuffled(random)) {
            if (node.isAlive()) {
                node.stop();
            }
            node.start();
            arena.awaitAllServe();
        }
        return "all nodes";
    }

    @Override
    public void heal(Arena arena) throws IOException {
        arena.startAll();
    }
}
