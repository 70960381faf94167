package dev.balsa.raft.memory;

import dev.balsa.raft.StateMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A group of replicas in memory, in one thread, in virtual time, from a seed: the same seed and the same calls give the
 * same run.
 *
 * <p>It is no Raft but what Raft looks like from above. There is one committed log. A leader has a tail of entries that
 * are not committed
 * yet; when another is elected, a random part of that tail, from its front, has reached the new leader and is committed
 * by it, the rest is
 * gone, and the old leader learns neither: its proposals end as unknown. A leader that is cut off goes on believing
 * that it leads, but
 * commits nothing and confirms no read. Messages take a random time, and what is lost is sent again. Crashed replicas
 * lose everything but
 * their log and their last snapshot, and replay them; a replica whose next entry is gone from the leader's log gets its
 * snapshot.
 *
 * <p>Time passes in {@link #run} and {@link #runUntilQuiet} only. Owned by one thread, which is also the apply thread
 * of all state machines.
 */
public final class InMemoryRaft {
    /** A committed entry. Index = position + 1. */
    record Entry(long term, ByteBuffer data) {}

    private record Event(long at, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    private final Random random;
    private final Path directory;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<InMemoryRaftGroup> replicas = new ArrayList<>();
    private final List<Entry> log = new ArrayList<>();
    private int delayMillisMax = 10;
    private double loss;
    private long now;
    private long eventNumber;
    private long term;

    /**
     * @param directory for snapshots
     * @param machines makes the state machine of a replica, by number from 0
     */
    public InMemoryRaft(long seed, Path directory, int count, IntFunction<StateMachine> machines) {
        this.random = new Random(seed);
        this.directory = directory;
        for (int i = 0; i < count; i++) {
            replicas.add(new InMemoryRaftGroup(this, i, machines.apply(i)));
        }
    }

    public InMemoryRaftGroup replica(int number) {
        return replicas.get(number);
    }

    /** @param delayMillisMax of a message, at least 0 and at random up to this */
    public InMemoryRaft delay(int delayMillisMax) {
        this.delayMillisMax = delayMillisMax;
        return this;
    }

    /** @param probability that a message is lost and sent again later */
    public InMemoryRaft loss(double probability) {
        if (probability < 0 || probability >= 1) {
            throw new IllegalArgumentException("a loss of " + probability);
        }
        this.loss = probability;
        return this;
    }

    public long nowMillis() {
        return now;
    }

    /** Lets {@code millis} of virtual time pass. */
    public void run(long millis) {
        long end = now + millis;
        while (!events.isEmpty() && events.element().at <= end) {
            step();
        }
        now = end;
    }

    /** Until no message is on its way. */
    public void runUntilQuiet() {
        while (!events.isEmpty()) {
            step();
        }
    }

    private void step() {
        Event event = events.remove();
        now = event.at;
        event.action.run();
    }

    /** Makes {@code number} the leader of a new term. It must be up, and connected to a majority. */
    public void elect(int number) {
        InMemoryRaftGroup elected = replicas.get(number);
        if (!elected.isUp() || !elected.isConnected() || connected() * 2 <= replicas.size()) {
            throw new IllegalStateException("replica " + number + " cannot win an election now");
        }
        term++;
        InMemoryRaftGroup before = leader();
        if (before != null && before.leadsTerm() == term - 1) {
            keepSome(before);
        }
        for (InMemoryRaftGroup replica : replicas) {
            if (replica != elected && replica.isUp() && replica.isConnected()) {
                replica.follow(elected, term);
            }
        }
        elected.lead(term);
        broadcast();
    }

    /** Only what the next leader has received survives of the tail: its front, at random. */
    private void keepSome(InMemoryRaftGroup leader) {
        int kept = random.nextInt(leader.tail().size() + 1);
        log.addAll(leader.tail().subList(0, kept));
        leader.forgetTail();
    }

    /** The leader of the newest term so far whose entries may still be committed, or null. */
    private @Nullable InMemoryRaftGroup leader() {
        InMemoryRaftGroup newest = null;
        for (InMemoryRaftGroup replica : replicas) {
            if (replica.leadsTerm() > 0 && (newest == null || replica.leadsTerm() > newest.leadsTerm())) {
                newest = replica;
            }
        }
        return newest;
    }

    /** Ends a replica without a word: what it had not told anyone is gone. */
    public void crash(int number) {
        InMemoryRaftGroup replica = replicas.get(number);
        if (replica.leadsTerm() == term && term > 0) {
            keepSome(replica);
        }
        replica.crash();
    }

    /** Starts a crashed replica again with an empty state machine. */
    public void restart(int number, StateMachine machine) {
        InMemoryRaftGroup replica = replicas.get(number);
        replica.restart(machine);
        InMemoryRaftGroup leader = leader();
        if (leader != null && replica.isConnected() && leader != replica) {
            replica.follow(leader, leader.leadsTerm());
        }
        broadcast();
    }

    /** Cuts a replica off: it neither hears nor is heard. */
    public void isolate(int number) {
        replicas.get(number).connect(false);
    }

    public void heal(int number) {
        InMemoryRaftGroup replica = replicas.get(number);
        replica.connect(true);
        InMemoryRaftGroup leader = leader();
        if (leader != null && leader != replica && replica.isUp()) {
            replica.follow(leader, leader.leadsTerm());
        }
        broadcast();
    }

    // What the replicas ask

    List<InMemoryRaftGroup> replicas() {
        return replicas;
    }

    List<Entry> log() {
        return log;
    }

    boolean isNewestTerm(long leaderTerm) {
        return leaderTerm == term;
    }

    boolean hasMajority(InMemoryRaftGroup of) {
        return of.isUp() && of.isConnected() && connected() * 2 > replicas.size();
    }

    private int connected() {
        int count = 0;
        for (InMemoryRaftGroup replica : replicas) {
            count += replica.isUp() && replica.isConnected() ? 1 : 0;
        }
        return count;
    }

    /** Runs {@code action} when a message sent now has arrived. */
    void send(Runnable action) {
        long at = now + (delayMillisMax == 0 ? 0 : random.nextInt(delayMillisMax + 1));
        while (random.nextDouble() < loss) {
            at += 4L * delayMillisMax + 1;
        }
        events.add(new Event(at, eventNumber++, action));
    }

    /** Tells everybody how much is committed. */
    void broadcast() {
        int committed = log.size();
        for (InMemoryRaftGroup replica : replicas) {
            send(() -> replica.committed(committed));
        }
    }

    /** Commits the whole tail of a leader that has a majority. */
    void commit(InMemoryRaftGroup leader) {
        log.addAll(leader.tail());
        leader.committedTail();
        broadcast();
    }

    Path newDirectory(String name) {
        try {
            return Files.createDirectories(directory.resolve(name + "-" + eventNumber++));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
