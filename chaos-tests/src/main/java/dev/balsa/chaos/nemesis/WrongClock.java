package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Wall clocks are set wrong, by milliseconds up to an hour, forwards or backwards, and set right again; or they jump to
 * and fro (a strobe). What measures how much time has passed stays right. Only time itself may suffer: a key may die
 * too early or too late, as log time follows the leader's clock; nothing else may be wrong.
 */
final class WrongClock implements Fault {
    private static final int OFFSET_MIN_MILLIS = 20;
    private static final int OFFSET_MAX_MILLIS = 3_600_000;
    private static final int STROBE_MAX_MILLIS = 5_000;

    private final boolean strobe;
    private @Nullable Strobe running;

    WrongClock(boolean strobe) {
        this.strobe = strobe;
    }

    @Override
    public String name() {
        return strobe ? "clock-strobe" : "clock-jump";
    }

    @Override
    public String does() {
        return strobe ? "clocks of the leader, of any node or of a majority jump to and fro every 5 to 100 ms"
                : "clocks of the leader, of any node or of a majority are set wrong, by up to an hour";
    }

    @Override
    public String impossible(Arena arena) {
        return arena.needsClocks();
    }

    @Override
    public boolean bendsTime() {
        return true;
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException {
        List<NodeProcess> victims = switch (random.nextInt(3)) {
            case 0 -> List.of(arena.any(random));
            case 1 -> List.of(arena.leader(random));
            default -> arena.shuffled(random).subList(0, arena.majority());
        };
        StringJoiner what = new StringJoiner(", ");
        List<Integer> offsets = new ArrayList<>();
        for (NodeProcess victim : victims) {
            int offset = offsetMillis(random, strobe ? STROBE_MAX_MILLIS : OFFSET_MAX_MILLIS);
            offsets.add(offset);
            arena.setClock(victim, offset);
            what.add("node " + victim.number() + " by " + offset + " ms");
        }
        if (strobe) {
            int millis = 5 + random.nextInt(96);
            running = new Strobe(arena, List.copyOf(victims), offsets, millis);
            what.add("every " + millis + " ms");
        }
        return what.toString();
    }

    /** As many small ones as large ones: uniform in its logarithm. */
    private static int offsetMillis(Random random, int max) {
        double times = (double) max / OFFSET_MIN_MILLIS;
        int offset = (int) (OFFSET_MIN_MILLIS * Math.exp(random.nextDouble() * Math.log(times)));
        return random.nextBoolean() ? offset : -offset;
    }

    @Override
    public void heal(Arena arena) throws IOException, InterruptedException {
        Strobe strobing = running;
        running = null;
        if (strobing != null) {
            strobing.end();
        }
        for (NodeProcess node : arena.cluster().nodes()) {
            arena.setClock(node, 0);
        }
    }

    /** A thread that sets clocks wrong and right by turns. */
    private static final class Strobe implements Runnable {
        private final Arena arena;
        private final List<NodeProcess> victims;
        private final List<Integer> offsets;
        private final int millis;
        private final Thread thread;
        private volatile @Nullable IOException failure;
        private volatile boolean ended;

        Strobe(Arena arena, List<NodeProcess> victims, List<Integer> offsets, int millis) {
            this.arena = arena;
            this.victims = victims;
            this.offsets = offsets;
            this.millis = millis;
            this.thread = new Thread(this, "strobe");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            try {
                for (boolean wrong = false; !ended; wrong = !wrong) {
                    for (int i = 0; i < victims.size(); i++) {
                        arena.setClock(victims.get(i), wrong ? offsets.get(i) : 0);
                    }
                    Thread.sleep(millis);
                }
            } catch (IOException e) {
                failure = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void end() throws IOException, InterruptedException {
            ended = true;
            thread.join();
            IOException e = failure;
            if (e != null) {
                throw e;
            }
        }
    }
}
