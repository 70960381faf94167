package dev.balsa.node.replication;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.SharedUsers;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.StateDigest;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.RaftHost;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One slot group in this process from start to close: its replica, its log, its snapshots, and what other threads may ask of it. Thread-safe: everything that
 * touches the data goes to the group's loop.
 */
public final class HostedGroup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostedGroup.class);

    /** Entries in flight take milliseconds; if they do not, a disk or a network stands still, and this is no time to move. */
    private static final long QUIET_MAX_MILLIS = 500;

    private final ClusterMap.Group spec;
    private final SlotGroup slots;
    private final SlotGroupStateMachine machine;
    private final SlotGroupStateMachine.Views views = new SlotGroupStateMachine.Views();
    private final ExecutorService background;
    private final SavedState saved = new SavedState();
    private final CompletableFuture<Void> leading = new CompletableFuture<>();
    private final AtomicBoolean handingOver = new AtomicBoolean();
    private volatile RaftGroup raft;
    private volatile GroupFigures figures;
    private volatile Consumer<SharedUsers> usersListener = users -> {};
    private SharedUsers heardUsers = SharedUsers.NONE;

    /**
     * What groups of a process share.
     *
     * @param background one thread that writes snapshots and computes digests
     * @param leaders hears who leads
     * @param onFailure ends the process
     */
    public record Surroundings(
            SlotGroup.Environment environment,
            CommandObserver observer,
            ExecutorService background,
            LeaderNews leaders,
            Consumer<Throwable> onFailure) {}

    /** Hears who leads a group. Thread-safe. */
    @FunctionalInterface
    public interface LeaderNews {
        /** @param raftAddress empty: nobody is known to */
        void heard(int group, long term, String raftAddress);
    }

    /** Starts a replica: reads its snapshot and log, and takes part from then on. Blocks until it has read them. */
    @SuppressWarnings("NullAway.Init")
    public HostedGroup(
            ClusterMap.Group spec, SlotGroupConfig config, EventLoop loop, Surroundings shared, RaftHost host, RaftConfig raftConfig, long seed) {
        this.spec = spec;
        this.background = shared.background();
        Keyspace empty = new Keyspace(config.databases(), config.arenaMaxBytes());
        ScriptReach reach = new ScriptReach(spec.slots(), shared.environment().messages());
        EntryRunner runner =
                new EntryRunner(empty, new LongReplies(loop), shared.observer(), System::nanoTime, reach);
        this.slots = new SlotGroup(raftConfig.group(), config, loop, shared.environment(), runner, seed);
        this.figures = GroupFigures.of(runner);
        slots.onPulse(this::publish);
        this.machine = new SlotGroupStateMachine(
                slots,
                config,
                new SlotGroupStateMachine.Parts(
                        () -> new Keyspace(config.databases(), config.arenaMaxBytes()),
                        background,
                        new SnapshotTrigger(config.snapshotLogBytes(), this::saveQuietly),
                        views,
                        saved,
                        (term, address) -> {
                            if (address.equals(raftConfig.self())) {
                                leading.complete(null);
                            }
                            shared.leaders().heard(spec.id(), term, address);
                        },
                        raftConfig.self(),
                        shared.onFailure()));
        this.raft = host.start(raftConfig, machine);
        loop.execute(() -> slots.open(raft));
    }

    public ClusterMap.Group spec() {
        return spec;
    }

    /** The backend for commands. */
    public SlotGroup slots() {
        return slots;
    }

    public RaftGroup raft() {
        return raft;
    }

    public SavedState saved() {
        return saved;
    }

    /** Figures of the data: as of now on the group's own loop, up to a tenth of a second old elsewhere. */
    public GroupFigures figures() {
        return slots.loop().inEventLoop() ? GroupFigures.of(slots.runner()) : figures;
    }

    /** Bytes of keys, values and tables; a little behind on other threads than the group's loop. */
    public long usedBytes() {
        return slots.loop().inEventLoop() ? slots.keyspace().usedBytes() : figures.usedBytes();
    }

    /** Those of {@link #usedBytes} that are not about to be given back. */
    public long neededBytes() {
        if (slots.loop().inEventLoop()) {
            return slots.keyspace().usedBytes() - slots.keyspace().leavingBytes();
        }
        GroupFigures seen = figures;
        return seen.usedBytes() - seen.leavingBytes();
    }

    /** The policy of eviction may have changed. */
    public void evictionChanged() {
        slots.loop().execute(slots::evictionChanged);
    }

    /** Whether dead keys are removed from memory without being touched; no reply depends on it. */
    public void activeExpire(boolean on) {
        slots.loop().execute(() -> slots.activeExpire(on));
    }

    private void publish() {
        figures = GroupFigures.of(slots.runner());
        SharedUsers users = slots.keyspace().users();
        if (users.version() > heardUsers.version()) {
            heardUsers = users;
            usersListener.accept(users);
        }
    }

    /** Hears on the group's loop, at most a tenth of a second late, that the users in this group's state have changed; at once of those that are there. */
    public void onUsers(Consumer<SharedUsers> listener) {
        slots.loop().execute(() -> {
            usersListener = listener;
            heardUsers = SharedUsers.NONE;
            publish();
        });
    }

    /**
     * Hands leadership to another member, between two entries: writes wait meanwhile, and none of them loses its outcome.
     *
     * @param raftAddress of the member
     * @return true when another leads; false or a failure when this one goes on, also while it is being handed over already
     */
    public CompletableFuture<Boolean> handOver(String raftAddress) {
        if (!handingOver.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        slots.loop().execute(() -> slots.quiesce(quiet));
        return quiet.orTimeout(QUIET_MAX_MILLIS, TimeUnit.MILLISECONDS)
                .thenCompose(done -> raft.transferLeadership(raftAddress))
                .whenCompleteAsync((moved, failure) -> {
                    slots.release();
                    handingOver.set(false);
                }, slots.loop());
    }

    // -- snapshots ------------------------------------------------------------------------------------------------

    /** Takes a snapshot and compacts the log; joins the one being written if there is one. */
    public CompletableFuture<Void> save() {
        return saved.joinOrStart(() -> raft.snapshot());
    }

    private void saveQuietly() {
        CompletableFuture<Void> unused = save().whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("group {}: snapshot failed: {}", slots.name(), failure.toString());
                slots.loop().execute(machine::snapshotFailed);
            }
        });
    }

    /** This node's settings have changed. */
    public void shareSettings() {
        slots.loop().execute(slots::shareSettings);
    }

    /** CONFIG RESETSTAT. */
    public void resetCounts() {
        slots.loop().execute(slots::resetCounts);
    }

    // -- looking at the data --------------------------------------------------------------------------------------

    /** Waits until this replica leads: only sensible in a group of one. */
    public void awaitLeading() {
        leading.join();
    }

    /** A digest of all live keys and values, and the index that it is the state after. Fails while another view is being read. */
    public CompletableFuture<Digest> digest() {
        CompletableFuture<Digest> result = new CompletableFuture<>();
        slots.loop().execute(() -> {
            if (!views.tryOpen()) {
                result.completeExceptionally(new IllegalStateException("a snapshot is being written: try again"));
                return;
            }
            long index = slots.runner().appliedIndex();
            Snapshot view = slots.keyspace().snapshot();
            background.execute(() -> digest(view, index, result));
        });
        return result;
    }

    private void digest(Snapshot view, long index, CompletableFuture<Digest> result) {
        try {
            result.complete(new Digest(index, StateDigest.of(view).toString()));
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        } finally {
            slots.loop().execute(() -> {
                view.close();
                views.closed();
            });
        }
    }

    /** @param index the applied index that {@code hex} is the state after */
    public record Digest(long index, String hex) {}

    /** Number of keys of a slot in database 0. */
    public CompletableFuture<Long> countKeysInSlot(int slot) {
        return onLoop(() -> (long) slots.keyspace().database(0).sizeOfSlot(slot));
    }

    /** At most {@code count} keys of a slot in database 0. */
    public CompletableFuture<List<byte[]>> keysInSlot(int slot, int count) {
        return onLoop(() -> {
            List<byte[]> keys = new ArrayList<>();
            var database = slots.keyspace().database(0);
            database.scanSlot(slot, count, ref -> {
                if (keys.size() < count) {
                    byte[] key = new byte[database.keyLength(ref)];
                    java.lang.foreign.MemorySegment.copy(
                            database.segment(), java.lang.foreign.ValueLayout.JAVA_BYTE, database.keyOffset(ref), key, 0, key.length);
                    keys.add(key);
                }
            });
            return keys;
        });
    }

    private <T> CompletableFuture<T> onLoop(java.util.function.Supplier<T> work) {
        if (slots.loop().inEventLoop()) {
            return CompletableFuture.completedFuture(work.get());
        }
        return CompletableFuture.supplyAsync(work, slots.loop());
    }

    @Override
    public void close() {
        slots.loop().submit(slots::close).syncUninterruptibly();
        raft.close();
        slots.loop().submit(() -> views.whenClosed(slots.keyspace()::close)).syncUninterruptibly();
    }
}
