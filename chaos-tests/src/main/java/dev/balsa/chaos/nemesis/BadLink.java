package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.Random;

/** Packets to one node are lost, or what it sends goes through a narrow line. */
record BadLink(boolean loss) implements Fault {
    @Override
    public String name() {
        return loss ? "loss" : "slow-link";
    }

    @Override
    public String does() {
        return loss ? "5 to 40 % of the packets to a node are lost" : "a node sends through a line of 64 to 256 kbit/s";
    }

    @Override
    public String impossible(Arena arena) {
        return arena.needsNetwork();
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException {
        NodeProcess node = random.nextBoolean() ? arena.leader(random) : arena.any(random);
        if (loss) {
            int percent = 5 + random.nextInt(36);
            arena.wires().lose(node.number(), percent / 100.0);
            return "node " + node.number() + ", " + percent + " %";
        }
        int kilobits = 64 << random.nextInt(3);
        arena.wires().slow(node.number(), kilobits);
        return "node " + node.number() + ", " + kilobits + " kbit/s";
    }

    @Override
    public void heal(Arena arena) throws IOException {
        arena.wires().healAll();
    }
}
