package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A node is killed, and a bit of its log or snapshot flipped: it must say so and refuse, not serve what is wrong. */
final class DamagedLog implements Fault {
    private static final int REFUSAL_MAX_TENTHS = 600;

    private int damaged;
    private String refusal = "";

    @Override
    public String name() {
        return "damage";
    }

    @Override
    public String does() {
        return "a flipped bit in a stopped node's log or snapshot";
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
        NodeProcess victim = arena.any(random);
        if (victim.isAlive()) {
            victim.kill();
        }
        Path group = victim.group(0);
        List<Path> files;
        try (Stream<Path> all = Files.walk(group)) {
            files = all.filter(Files::isRegularFile).filter(DamagedLog::holdsData).sorted().toList();
        }
        if (files.isEmpty()) {
            return Victims.names(List.of(victim)) + ", nothing to damage";
        }
        Path file = files.get(random.nextInt(files.size()));
        long offset = random.nextLong(Math.max(1, Math.min(Files.size(file), 64 << 10)));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int before = bytes.read();
            bytes.seek(offset);
            bytes.write(before ^ 1 << random.nextInt(8));
        }
        refusal = Integer.toString(victim.number());
        return Victims.names(List.of(victim)) + ", byte " + offset + " of " + file.getFileName();
    }

    private static boolean holdsData(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".log") || name.endsWith(".rdb") || name.startsWith("segment");
    }

    /** As README says: if it refuses to start, its group's directory is moved away. */
    @Override
    public void heal(Arena arena) throws IOException, InterruptedException {
        arena.startAll();
        if (!refusal.isEmpty()) {
            NodeProcess victim = arena.cluster().node(Integer.parseInt(refusal));
            refusal = "";
            // A machine with other work may take its time to find out.
            for (int i = 0; i < REFUSAL_MAX_TENTHS && victim.isAlive() && TestCluster.applied(victim).isEmpty(); i++) {
                arena.rest();
            }
            if (!victim.isAlive()) {
                damaged++;
                Files.move(victim.group(0), victim.home().resolve("damaged-" + damaged));
                victim.start();
            }
        }
    }
}
