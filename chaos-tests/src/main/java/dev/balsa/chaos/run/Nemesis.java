package dev.balsa.chaos.run;

import dev.balsa.chaos.history.Op;
import dev.balsa.chaos.history.Recorder;
import dev.balsa.chaos.history.Value;
import dev.balsa.chaos.nemesis.Arena;
import dev.balsa.chaos.nemesis.Fault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Breaks and mends, one fault at a time or two, at random intervals, and writes it into every history. */
final class Nemesis implements Runnable {
    private static final int CALM_MILLIS_MAX = 4_000;
    private static final int WHOLE_MAX_SECONDS = 30;
    private static final int BROKEN_MILLIS_MIN = 1_000;
    private static final int BROKEN_MILLIS_MAX = 6_000;

    private final Arena arena;
    private final List<Fault> faults;
    private final List<Recorder> recorders;
    private final Random random;
    private final Consumer<String> progress;
    private final List<String> troubles = new ArrayList<>();
    private final Object stopping = new Object();
    private boolean stop;

    Nemesis(Arena arena, List<Fault> faults, List<Recorder> recorders, long seed, Consumer<String> progress) {
        this.arena = arena;
        this.faults = List.copyOf(faults);
        this.recorders = List.copyOf(recorders);
        this.random = new Random(seed);
        this.progress = progress;
    }

    /** What went wrong with the breaking itself. */
    List<String> troubles() {
        synchronized (stopping) {
            return List.copyOf(troubles);
        }
    }

    void stop() {
        synchronized (stopping) {
            stop = true;
            stopping.notifyAll();
        }
    }

    @Override
    public void run() {
        List<Fault> bag = new ArrayList<>();
        try {
            while (!faults.isEmpty() && rest(1_000 + random.nextInt(CALM_MILLIS_MAX))) {
                if (bag.isEmpty()) {
                    // Every fault has its turn before one comes again.
                    bag.addAll(faults);
                    Collections.shuffle(bag, random);
                }
                List<Fault> chosen = new ArrayList<>();
                chosen.add(bag.removeLast());
                boolean another = !bag.isEmpty() && random.nextInt(4) == 0;
                if (another && !(chosen.getFirst().destroys() && bag.getLast().destroys())) {
                    chosen.add(bag.removeLast());
                }
                for (Fault fault : chosen) {
                    if (fault.destroys() && !arena.awaitWhole(WHOLE_MAX_SECONDS)) {
                        // The data of a majority must never be gone: that is no fault that anything could stand.
                        progress.accept("without " + fault.name() + " this time: not every node has its data back");
                        continue;
                    }
                    inject(fault);
                }
                rest(BROKEN_MILLIS_MIN + random.nextInt(BROKEN_MILLIS_MAX - BROKEN_MILLIS_MIN));
                for (Fault fault : chosen.reversed()) {
                    heal(fault);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void inject(Fault fault) throws InterruptedException {
        note(fault.name(), "begins");
        try {
            String what = fault.inject(arena, random);
            note(fault.name(), what);
            progress.accept(fault.name() + ": " + what);
        } catch (IOException | IllegalStateException e) {
            trouble(fault, e);
        }
    }

    private void heal(Fault fault) throws InterruptedException {
        try {
            fault.heal(arena);
        } catch (IOException | IllegalStateException e) {
            trouble(fault, e);
        }
        note("heal-" + fault.name(), "done");
    }

    private void trouble(Fault fault, Exception e) {
        synchronized (stopping) {
            troubles.add(fault.name() + ": " + e.getMessage());
        }
        progress.accept(fault.name() + " did not work: " + e.getMessage());
    }

    private void note(String f, String what) {
        for (Recorder recorder : recorders) {
            recorder.info(Op.NEMESIS, f, Value.text(what), "");
        }
    }

    /** @return false when it is to stop */
    private boolean rest(int millis) throws InterruptedException {
        long until = System.nanoTime() + millis * 1_000_000L;
        synchronized (stopping) {
            for (long left = until - System.nanoTime(); !stop && left > 0; left = until - System.nanoTime()) {
                stopping.wait(left / 1_000_000 + 1);
            }
            return !stop;
        }
    }
}
