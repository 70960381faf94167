package dev.balsa.node.replication;

import dev.balsa.node.engine.KeyEventSink;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.raft.Proposal;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This process's replica of one slot group: commands in, replies out, with the log in between.
 *
 * <p>Everything happens on one event loop, which owns the keyspace and, by default, the clients' sockets too:
 *
 * <pre>
 *   submit ──► waiting batches ──(room in flight: end of the loop's turn)──► log ──► committed ──► apply ──► replies
 *          └─► waiting reads   ──(no round out:   end of the loop's turn)──► ReadIndex ─────────► run   ──► replies
 * </pre>
 *
 * Whatever arrives while an entry is on its way becomes the next entry: batches grow with the load and no timer adds delay.
 */
public final class SlotGroup implements Backend, ReadRounds.Owner, BlockedClients.Owner {
    /** What a slot group asks of its surroundings. Thread-safe. */
    public interface Environment extends ScriptSettings {
        /** Wall clock, milliseconds since 1970. */
        LongSupplier wallMillis();

        /** Cluster address {@code host:port} of the node with this Raft address; empty if unknown. */
        String clusterAddress(@Nullable String raftAddress);

        /** By how many bytes the keys and values of this process exceed {@code maxmemory}; 0 or less if they do not. */
        long overMemoryBytes();

        /** Which keys go when memory is full. */
        EvictionSettings eviction();

        /** Who hears what happens to keys. */
        default KeyEventSink keyEvents() {
            return KeyEventSink.NONE;
        }

        /** What this node's configuration says of settings that all replicas share. */
        EncodingLimits encodingLimits();
    }

    /** Keys and blobs freed in one slice of housekeeping: well under a millisecond. */
    private static final int SLICE = 512;

    private final String name;
    private final SlotGroupConfig config;
    private final EventLoop loop;
    private final Environment environment;
    private final EntryRunner runner;
    private final LogClock clock;
    private final SeedSequence seeds;
    private final Batches batches = new Batches();
    private final ApplyQueue applied;
    private final ReadRounds reads;
    private final BlockedClients blocked;
    private final ArrayDeque<Batch> waiting = new ArrayDeque<>();
    private final ArrayDeque<Flight> inFlight = new ArrayDeque<>();
    private final Runnable flush = this::flush;
    private final Runnable housekeep = this::housekeep;
    private @Nullable RaftGroup raft;
    private long waitingBytes;
    private boolean flushScheduled;
    private boolean housekeeping;
    private boolean leads;
    private boolean closed;
    private boolean activeExpire = true;
    private final Pulse pulse;
    private final Eviction eviction;
    private Runnable onPulse = () -> {};
    /** Nothing is proposed while this is there; done when nothing is in flight. */
    private @Nullable CompletableFuture<Void> quiet;

    /** @param seed where this process's sequence of entry seeds begins */
    public SlotGroup(
            String name, SlotGroupConfig config, EventLoop loop, Environment environment, EntryRunner runner, long seed) {
        this.name = name;
        this.config = config;
        this.loop = loop;
        this.environment = environment;
        this.runner = runner;
        runner.events(environment.keyEvents());
        this.clock = new LogClock(environment.wallMillis(), runner::nanos);
        this.seeds = new SeedSequence(seed);
        this.applied = new ApplyQueue(loop, config.applyQueueMaxBytes());
        this.reads = new ReadRounds(applied, runner, batches, seeds, this);
        this.blocked = new BlockedClients(loop, runner, this);
        runner.onHeld(blocked::began);
        this.pulse = new Pulse(loop, this::beat);
        this.eviction = new Eviction(seeds, loop, this::evictMore);
        runner.longReplies().onEnd(() -> scheduleHousekeeping(true));
    }

    /** Hears on the loop, at most ten times a second, that figures may have changed. Called before {@link #open}. */
    void onPulse(Runnable listener) {
        onPulse = listener;
    }

    public String name() {
        return name;
    }

    public EventLoop loop() {
        return loop;
    }

    /** Where committed entries come from, and what must run after them. */
    ApplyQueue applied() {
        return applied;
    }

    public EntryRunner runner() {
        return runner;
    }

    public Keyspace keyspace() {
        return runner.keyspace();
    }

    /** Whether this replica leads. */
    @Override
    public boolean leads() {
        return leads;
    }

    /** Connects the group to its log. Called once, on the loop. */
    public void open(RaftGroup group) {
        this.raft = group;
        evictionChanged();
        shareSettings();
        scheduleFlushIfNeeded();
    }

    // -- commands in ----------------------------------------------------------------------------------------------

    @Override
    public void submit(Request request, Args args) {
        // A part of a command over several groups comes as places in the whole command's bytes.
        Args whole = args.laidOut();
        if (loop.inEventLoop()) {
            accept(request, whole);
        } else {
            Args own = whole.copy();
            loop.execute(() -> accept(request, own));
        }
    }

    private void accept(Request request, Args args) {
        pulse.changed();
        String refusal = request.spec().has(CommandFlag.BLOCKING) ? blocked.refusal(config.blockedClientsMax()) : "";
        if (raft == null || closed) {
            request.notExecuted(new Refusal.NotLeader(""), args);
        } else if (!refusal.isEmpty()) {
            error(request, refusal);
        } else if (request.spec().isWrite() && !runner.onlyReads(request.spec(), args)) {
            acceptWrite(request, args);
        } else {
            acceptRead(request, args);
        }
    }

    private void acceptWrite(Request request, Args args) {
        int bytes = args.end() - args.start();
        if (!leads) {
            refuseNotLeader(request, args);
        } else if (bytes > config.commandMaxBytes()) {
            error(request, "ERR command of " + bytes + " bytes is larger than command-max-bytes ("
                    + config.commandMaxBytes() + ")");
        } else if (request.spec().has(CommandFlag.DENYOOM) && !makesRoom()) {
            error(request, "OOM command not allowed when used memory > 'maxmemory'.");
        } else if (waitingBytes + bytes > config.waitingMaxBytes()) {
            request.notExecuted(new Refusal.Busy("too many writes are waiting for the log"), args);
        } else {
            write(request, ScriptReach.runs(request.spec()) && !makesRoom() ? ScriptReach.withoutMemory(args) : args);
        }
    }

    /** Has keys evicted ahead of a write that needs memory; false if memory is full and none may go. */
    private boolean makesRoom() {
        long over = environment.overMemoryBytes();
        if (over <= 0 || eviction.covers(over)) {
            return true;
        }
        Eviction.Order order = eviction.order(keyspace(), over);
        if (order != null) {
            write(order, order.args());
        }
        return order != null;
    }

    /** Without a write to go ahead of: the limit was lowered, or much is left to evict. */
    private void evictMore() {
        if (leads && raft != null && quiet == null) {
            makesRoom();
        }
    }

    /** The policy of eviction may have changed; on the loop. */
    void evictionChanged() {
        EvictionSettings settings = environment.eviction();
        eviction.settings(settings);
        keyspace().accessPolicy(settings.policy().access(), settings.lfuLogFactor(), settings.lfuDecayMinutes());
        pulse.changed();
    }

    private void acceptRead(Request request, Args args) {
        if (leads && request.followsWrite()) {
            batchWithRoom(args.end() - args.start()).addRead(request, args);
            scheduleFlush();
        } else if (leads && log().leadsAlone()) {
            // In a group of one, everything acknowledged has been applied: a read runs at once.
            runner.beginReads(clock.recentMillis(runner.starts(request.readNanos())));
            if (!runner.read(request, args, seeds.next())) {
                readMetDueKey(request, args);
            }
        } else if (!leads && !request.followerMayServe()) {
            refuseNotLeader(request, args);
        } else if (reads.waitingBytes() > config.waitingMaxBytes()) {
            request.notExecuted(new Refusal.Busy("too many reads are waiting"), args);
        } else {
            reads.add(request, args);
            scheduleFlush();
        }
    }

    @Override
    public boolean unblock(Request request) {
        if (loop.inEventLoop()) {
            blocked.unblock(request);
        } else {
            loop.execute(() -> blocked.unblock(request));
        }
        return true;
    }

    @Override
    public void write(Request request, Args args) {
        int bytes = args.end() - args.start();
        waitingBytes += bytes;
        batchWithRoom(bytes).addWrite(request, args);
        scheduleFlush();
    }

    private Batch batchWithRoom(int bytes) {
        Batch last = waiting.peekLast();
        if (last == null
                || last.size() >= config.entryMaxCommands()
                || !last.isEmpty() && last.bytes() + bytes > config.entryMaxBytes()) {
            last = batches.take();
            waiting.add(last);
        }
        return last;
    }

    // -- one turn -------------------------------------------------------------------------------------------------

    private void scheduleFlush() {
        if (!flushScheduled) {
            flushScheduled = true;
            // Runs when this turn's sockets have been read: all that arrived together leaves together.
            loop.execute(flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        while (leads && quiet == null && raft != null && inFlight.size() < config.entriesInFlightMax() && !waiting.isEmpty()) {
            propose(waiting.remove());
        }
        if (raft != null) {
            reads.startIfPossible(raft);
        }
    }

    private void propose(Batch batch) {
        waitingBytes -= batch.writeBytes();
        if (batch.hasNoEntry()) {
            if (inFlight.isEmpty()) {
                runWithoutEntry(batch);
                return;
            }
            // These reads follow writes that are still on their way: an empty entry keeps their place.
            batch.tick();
        }
        long millis = clock.nowMillis();
        Flight flight = new Flight(batch, batch.finish(millis, seeds.next()), millis, reads.unanswered());
        inFlight.add(flight);
        log().propose(flight.data, flight);
    }

    /** Only reads, and the writes that they followed have been answered meanwhile. */
    private void runWithoutEntry(Batch batch) {
        Args args = new Args();
        int at = 0;
        for (int i = 0; i < batch.size(); i++) {
            at = batch.readFrom(at, i, args);
            if (!log().leadsAlone()) {
                reads.add(batch.request(i), args);
                continue;
            }
            runner.beginReads(clock.nowMillis());
            if (!runner.read(batch.request(i), args, seeds.next())) {
                readMetDueKey(batch.request(i), args);
            }
        }
        batches.giveBack(batch);
    }

    /**
     * Log time has to move on before this read can say that the key is dead, so that a key once seen dead stays dead,
     * also after a failover to a node with a slow clock. The read runs again before the entry in flight, if that one's
     * time is late enough, or behind a tick that goes before all that waits. Only a read that stood between writes of
     * its connection has to come before any entry in flight, which may hold the write behind it; the front lets no
     * write follow any other read.
     */
    @Override
    public void readMetDueKey(Request request, Args args) {
        Batch again = batches.take();
        again.addRead(request, args);
        Flight next = inFlight.peekFirst();
        if (next == null || !request.followsWrite() && next.millis < clock.nowMillis()) {
            again.tick();
            waiting.addFirst(again);
            scheduleFlush();
        } else {
            next.answerBefore(new ReadRound(again, true));
        }
    }

    // -- out of the log -------------------------------------------------------------------------------------------

    /** The committed entry {@code index}, in order, on the loop. */
    void apply(long index, long term, ByteBuffer data, @Nullable Proposal proposal) {
        if (proposal instanceof Flight flight) {
            inFlight.remove(flight);
            runner.beginEntry(term, data);
            reads.answer(flight.readsBefore);
            runner.apply(index, flight.batch);
            batches.giveBack(flight.batch);
            tellIfQuiet();
        } else {
            runner.apply(index, term, data);
        }
        runner.longReplies().limit(keyspace().space().heldBackBytes());
        clock.applied(runner.logMillis());
        pulse.changed();
        blocked.look();
        scheduleHousekeeping(keyspace().reclaim(1));
        scheduleFlushIfNeeded();
    }

    /**
     * Writes that arrive wait here until {@link #release}. A leader that hands over does so in this silence: what is in flight when it steps down would
     * have an unknown outcome, and cost clients their connections. On the loop.
     *
     * @param done completed when the outcome of all that left before is known
     */
    void quiesce(CompletableFuture<Void> done) {
        quiet = done;
        tellIfQuiet();
    }

    /** Ends {@link #quiesce}. On the loop. */
    void release() {
        quiet = null;
        scheduleFlushIfNeeded();
    }

    private void tellIfQuiet() {
        if (quiet != null && inFlight.isEmpty()) {
            quiet.complete(null);
        }
    }

    void leaderStart() {
        leads = true;
        runner.answers(true);
        pulse.changed();
        shareSettings();
        if (!keyspace().waiters().isEmpty()) {
            // The first entry of the term ends their waiting.
            tick();
        }
        scheduleFlushIfNeeded();
    }

    /** If this replica leads, every replica gets the settings of its node; on the loop. */
    void shareSettings() {
        if (leads && raft != null && SharedSettings.differ(environment, keyspace())) {
            // Should it get lost, the next leader has its own.
            log().propose(SharedSettings.entry(environment, clock.nowMillis(), seeds.next()), failure -> {});
        }
    }

    void leaderStop() {
        leads = false;
        runner.endReads();
        runner.answers(false);
        RaftFailure why = new RaftFailure.NotLeader(raft == null ? null : raft.leadership().leader());
        while (!waiting.isEmpty()) {
            Batch batch = waiting.remove();
            waitingBytes -= batch.writeBytes();
            refuseAll(batch, batch.hasNoEntry() ? null : batch.finish(0, 0), why);
            batches.giveBack(batch);
        }
    }

    /** An entry on its way, and who waits for it. */
    private final class Flight implements Proposal {
        final Batch batch;
        final ByteBuffer data;
        /** Log time that it brings. */
        final long millis;
        /** Reads that arrived before it was proposed: its commit answers those that no round has answered by then. */
        List<ReadRound> readsBefore;

        Flight(Batch batch, ByteBuffer data, long millis, List<ReadRound> readsBefore) {
            this.batch = batch;
            this.data = data;
            this.millis = millis;
            this.readsBefore = readsBefore;
        }

        void answerBefore(ReadRound round) {
            readsBefore = new ArrayList<>(readsBefore);
            readsBefore.add(round);
        }

        @Override
        public void failed(RaftFailure failure) {
            applied.execute(() -> flightFailed(this, failure));
        }
    }

    private void flightFailed(Flight flight, RaftFailure failure) {
        inFlight.remove(flight);
        for (ReadRound round : flight.readsBefore) {
            if (round.leftToEntry && !round.answered) {
                round.answered = true;
                refused(round.reads, failure);
                batches.giveBack(round.reads);
            }
        }
        refuseAll(flight.batch, flight.data, failure);
        batches.giveBack(flight.batch);
        tellIfQuiet();
        scheduleFlushIfNeeded();
    }

    private void scheduleFlushIfNeeded() {
        if (!waiting.isEmpty() || reads.hasWaiting()) {
            scheduleFlush();
        }
    }

    // -- refusals -------------------------------------------------------------------------------------------------

    @Override
    public void refused(Batch refusedReads, RaftFailure failure) {
        refuseAll(refusedReads, null, failure);
    }

    @Override
    public void roundOver() {
        scheduleFlushIfNeeded();
    }

    private void refuseAll(Batch batch, @Nullable ByteBuffer data, RaftFailure failure) {
        new BatchRefusal(batch, data, refusal(failure), failure).tellAll();
    }

    private Refusal refusal(RaftFailure failure) {
        return switch (failure) {
            case RaftFailure.NotLeader(var leader) -> new Refusal.NotLeader(environment.clusterAddress(leader));
            case RaftFailure.Busy(var reason) -> new Refusal.Busy(reason);
            case RaftFailure.Closed(var reason) ->
                new Refusal.Unavailable("MISCONF Errors writing to the AOF file: " + reason);
            case RaftFailure.OutcomeUnknown _ -> new Refusal.NotLeader("");
        };
    }

    @Override
    public void refuseNotLeader(Request request, Args args) {
        request.notExecuted(new Refusal.NotLeader(environment.clusterAddress(log().leadership().leader())), args);
    }

    private static void error(Request request, String line) {
        byte[] bytes = ("-" + line + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        request.reply(bytes, 0, bytes.length);
    }

    // -- housekeeping ---------------------------------------------------------------------------------------------

    @Override
    public long clockMillis() {
        return clock.nowMillis();
    }

    /** Lets others see what has changed, and moves log time on if a key is due. @return milliseconds to the next deadline */
    private long beat() {
        tickIfDue();
        evictMore();
        onPulse.run();
        long deadline = leads && activeExpire ? keyspace().nextDeadlineMillis() : Pulse.NEVER;
        return deadline == Pulse.NEVER ? Pulse.NEVER : Math.max(0, deadline - clock.nowMillis());
    }

    /** Moves log time on if a key is due and no write does it anyway. */
    void tickIfDue() {
        if (leads && activeExpire && keyspace().nextDeadlineMillis() <= clock.nowMillis()) {
            tick();
        }
        scheduleHousekeeping(false);
    }

    @Override
    public void tick() {
        if (inFlight.isEmpty() && waiting.isEmpty()) {
            Batch tick = batches.take();
            tick.tick();
            waiting.add(tick);
            scheduleFlush();
        }
    }

    /** The state is that of a snapshot from now on. */
    void restored() {
        evictionChanged();
    }

    void resetCounts() {
        runner.resetCounts();
        pulse.changed();
    }

    void activeExpire(boolean on) {
        activeExpire = on;
        pulse.changed();
        scheduleHousekeeping(false);
    }

    private void scheduleHousekeeping(boolean garbage) {
        if (!housekeeping && (garbage || activeExpire && keyspace().nextDeadlineMillis() <= runner.logMillis())) {
            housekeeping = true;
            // Not execute: a task that puts itself in again keeps the loop from its sockets, in Netty for up to a second.
            var _ = loop.schedule(housekeep, 0, TimeUnit.NANOSECONDS);
        }
    }

    private void housekeep() {
        housekeeping = false;
        if (!closed) {
            pulse.changed();
            keyspace().time(runner.logMillis(), runner.logMillis());
            if (activeExpire) {
                keyspace().removeDue(SLICE);
            }
            scheduleHousekeeping(keyspace().reclaim(SLICE));
        }
    }

    /** Refuses everything from now on. */
    void close() {
        runner.longReplies().finish();
        closed = true;
        leads = false;
        pulse.close();
        blocked.close();
    }

    private RaftGroup log() {
        RaftGroup group = raft;
        if (group == null) {
            throw new IllegalStateException("group " + name + " is not open");
        }
        return group;
    }
}
