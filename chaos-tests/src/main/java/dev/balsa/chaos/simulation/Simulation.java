package dev.balsa.chaos.simulation;

import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.Recorder;
import dev.balsa.chaos.history.Value;
import dev.balsa.raft.memory.InMemoryRaft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;

/**
 * A group of three replicas and some clients: crashes, restarts, elections, isolation, loss and reordering, all from a
 * seed. The replicas are the product's (state machine, batches, read rounds, log time), the log is {@link InMemoryRaft}.
 * Owned by one thread.
 */
public final class Simulation {
    private static final int REPLICAS = 3;
    private static final int CLIENTS = 4;
    private static final int MILLIS = 1_500;
    private static final int CALM_MILLIS = 400;
    private static final long WALL_MILLIS = 1_700_000_000_000L;

    private final Random random;
    private final long seed;
    private final boolean resends;
    private final ExecutorService background;
    private final InMemoryRaft raft;
    private final Recorder recorder;
    private final List<SimulatedReplica> replicas = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final boolean[] up = new boolean[REPLICAS];
    private final boolean[] connected = new boolean[REPLICAS];
    private final long[] skew = new long[REPLICAS];
    private int started;

    private Simulation(long seed, Path directory, ExecutorService background, boolean resends) {
        this.seed = seed;
        this.random = new Random(seed);
        this.background = background;
        this.resends = resends;
        for (int i = 0; i < REPLICAS; i++) {
            skew[i] = random.nextLong(2_000) - 1_000;
            replicas.add(replica(i));
            up[i] = true;
            connected[i] = true;
        }
        this.raft = new InMemoryRaft(random.nextLong(), directory, REPLICAS, i -> replicas.get(i).machine())
                .delay(random.nextInt(15))
                .loss(random.nextInt(4) * 0.08);
        this.recorder = new Recorder(() -> raft.nowMillis() * 1_000_000);
    }

    /**
     * A whole run.
     *
     * @param resends plants a bug: a write of unknown outcome is sent again as if it had not been executed
     * @return what its clients did and saw: counters, as {@code add} and {@code read} of {@code [key n]}
     */
    public static History run(long seed, Path directory, ExecutorService background, boolean resends) {
        Simulation simulation = new Simulation(seed, directory, background, resends);
        try {
            return simulation.run();
        } finally {
            simulation.replicas.forEach(SimulatedReplica::close);
        }
    }

    private SimulatedReplica replica(int number) {
        // The raft is made after its first machines, and its time begins at 0.
        return new SimulatedReplica(() -> WALL_MILLIS + skew[number] + now(), () -> now() * 1_000_000,
                seed + ++started, background);
    }

    @SuppressWarnings("NullAway")
    private long now() {
        return raft == null ? 0 : raft.nowMillis();
    }

    private History run() {
        for (int i = 0; i < REPLICAS; i++) {
            replicas.get(i).open(raft.replica(i));
        }
        raft.elect(random.nextInt(REPLICAS));
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimulatedClient(i, CLIENTS, recorder, random, resends));
        }
        int next = 50 + random.nextInt(100);
        for (int millis = 0; millis < MILLIS; millis++) {
            if (millis == next) {
                disturb();
                next += 10 + random.nextInt(150);
            }
            millisecond(true);
        }
        calm();
        return recorder.history();
    }

    private void millisecond(boolean busy) {
        raft.run(1);
        for (int i = 0; i < REPLICAS; i++) {
            if (up[i]) {
                replicas.get(i).millisecond();
            }
        }
        for (SimulatedClient client : clients) {
            client.step(raft.nowMillis(), busy, replicas, up);
        }
    }

    private void disturb() {
        int victim = random.nextInt(REPLICAS);
        switch (random.nextInt(6)) {
            case 0 -> {
                if (up[victim]) {
                    up[victim] = false;
                    raft.crash(victim);
                }
            }
            case 1 -> restart(victim);
            case 2 -> {
                connected[victim] = false;
                raft.isolate(victim);
            }
            case 3 -> {
                connected[victim] = true;
                raft.heal(victim);
            }
            default -> elect(victim);
        }
    }

    private void restart(int number) {
        if (!up[number]) {
            replicas.get(number).close();
            SimulatedReplica fresh = replica(number);
            replicas.set(number, fresh);
            fresh.open(raft.replica(number));
            up[number] = true;
            raft.restart(number, fresh.machine());
        }
    }

    private void elect(int number) {
        int reachable = 0;
        for (int i = 0; i < REPLICAS; i++) {
            reachable += up[i] && connected[i] ? 1 : 0;
        }
        if (up[number] && connected[number] && reachable * 2 > REPLICAS) {
            raft.elect(number);
        }
    }

    /** Everything heals; then each counter is read once more. */
    private void calm() {
        for (int i = 0; i < REPLICAS; i++) {
            connected[i] = true;
            raft.heal(i);
            restart(i);
        }
        elect(random.nextInt(REPLICAS));
        for (int millis = 0; millis < CALM_MILLIS; millis++) {
            millisecond(false);
        }
        clients.forEach(SimulatedClient::giveUp);
        for (long key = 0; key < SimulatedClient.KEYS; key++) {
            SimulatedClient last = new SimulatedClient(1_000 + (int) key, 0, recorder, random, false);
            last.begin("read", Value.vector(Value.of(key), Value.nil()), raft.nowMillis());
            clients.clear();
            clients.add(last);
            for (int millis = 0; millis < CALM_MILLIS && last.busy(); millis++) {
                millisecond(false);
            }
            last.giveUp();
        }
    }
}
