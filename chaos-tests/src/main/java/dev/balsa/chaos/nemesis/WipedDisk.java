package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A node is killed and its directory moved away; it starts empty, is taken out of its groups and in again. */
final class WipedDisk implements Fault {
    private int wiped;

    @Override
    public String name() {
        return "wipe";
    }

    @Override
    public String does() {
        return "kill -9 of a node that comes back with an empty disk";
    }

    @Override
    public String impossible(Arena arena) {
        return arena.needsFiles();
    }

    @Override
    public boolean destroys() {
        return true;
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException {
        NodeProcess victim = random.nextInt(3) == 0 ? arena.leader(random) : arena.any(random);
        if (victim.isAlive()) {
            victim.kill();
        }
        wiped++;
        for (Path group : groups(victim)) {
            Files.move(group, victim.home().resolve("wiped-" + wiped + "-" + group.getFileName()));
        }
        return Victims.names(List.of(victim));
    }

    private static List<Path> groups(NodeProcess node) throws IOException {
        try (Stream<Path> files = Files.list(node.home())) {
            return files.filter(file -> file.getFileName().toString().matches("g\\d+")).toList();
        }
    }

    @Override
    public void heal(Arena arena) throws IOException {
        arena.startAll();
    }
}
