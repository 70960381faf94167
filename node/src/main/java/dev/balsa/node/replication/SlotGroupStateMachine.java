package dev.balsa.node.replication;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.raft.Proposal;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.StateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the log meets a slot group: everything committed is handed to the group's loop, in order. A snapshot's view is taken in that order too, so it is the
 * state after exactly the entries before it. Called by the log's apply thread.
 */
public final class SlotGroupStateMachine implements StateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(SlotGroupStateMachine.class);

    private final SlotGroup group;
    private final ApplyQueue queue;
    private final Supplier<Keyspace> emptyKeyspace;
    private final ExecutorService background;
    private final SnapshotTrigger trigger;
    private final Consumer<Throwable> onFailure;
    private final boolean compress;
    private final long snapshotBytesPerSecondMax;
    private final Views views;
    private final SavedState saved;
    private final LeaderHeard leaders;
    private final String self;
    private volatile long term;

    /** What a state machine needs beside its group.
     *
     * @param emptyKeyspace makes the keyspace that a snapshot is loaded into
     * @param background writes snapshots; one thread is enough
     * @param self this replica's Raft address
     * @param onFailure ends the process: this replica cannot go on
     */
    public record Parts(
            Supplier<Keyspace> emptyKeyspace,
            ExecutorService background,
            SnapshotTrigger trigger,
            Views views,
            SavedState saved,
            LeaderHeard leaders,
            String self,
            Consumer<Throwable> onFailure) {}

    /** Hears who leads this group. Thread-safe. */
    @FunctionalInterface
    public interface LeaderHeard {
        /** @param raftAddress empty: nobody is known to */
        void heard(long term, String raftAddress);
    }

    public SlotGroupStateMachine(SlotGroup group, SlotGroupConfig config, Parts parts) {
        this.group = group;
        this.queue = group.applied();
        this.compress = config.rdbCompression();
        this.snapshotBytesPerSecondMax = config.snapshotBytesPerSecondMax();
        this.emptyKeyspace = parts.emptyKeyspace();
        this.background = parts.background();
        this.trigger = parts.trigger();
        this.views = parts.views();
        this.saved = parts.saved();
        this.leaders = parts.leaders();
        this.self = parts.self();
        this.onFailure = parts.onFailure();
    }

    @Override
    public void apply(long index, long term, ByteBuffer data, @Nullable Proposal proposal) {
        int bytes = data.remaining();
        Runnable work = () -> {
            guarded(() -> group.apply(index, term, data, proposal));
            trigger.applied(bytes, group.keyspace().usedBytes());
        };
        if (proposal == null) {
            // On a follower. A read here, or leading, comes through the same loop, and so after it.
            queue.putLazily(bytes, work);
        } else {
            queue.put(bytes, work);
        }
    }

    @Override
    public void save(Path directory, SnapshotDone done) {
        queue.put(0, () -> {
            if (!views.tryOpen()) {
                done.failed(new IOException("another view of the data is being read: try again"));
                return;
            }
            try {
                Snapshot view = group.keyspace().snapshot();
                saved.writing(System.currentTimeMillis(), group.runner().appliedWrites());
                var options = new SnapshotFiles.SaveOptions(
                        System.currentTimeMillis(), group.keyspace().usedBytes(), compress, snapshotBytesPerSecondMax);
                background.execute(() -> write(directory, view, options, done));
            } catch (RuntimeException e) {
                views.closed();
                done.failed(e);
            }
        });
    }

    private void write(Path directory, Snapshot view, SnapshotFiles.SaveOptions options, SnapshotDone done) {
        boolean ok = false;
        try {
            SnapshotFiles.write(directory, view, options);
            ok = true;
            trigger.saved();
            saved.written(System.currentTimeMillis(), true);
            done.saved(List.of(SnapshotFiles.FILE));
        } catch (IOException | RuntimeException e) {
            LOG.error("group {}: snapshot failed", group.name(), e);
            done.failed(e);
        } finally {
            if (!ok) {
                saved.written(System.currentTimeMillis(), false);
            }
            group.loop().execute(() -> {
                view.close();
                views.closed();
            });
        }
    }

    /** The new state is loaded beside the loop; the old one is given up first, so that memory is not needed twice. */
    @Override
    public boolean load(Path directory, long lastIndex, long lastTerm) {
        Keyspace loading = emptyKeyspace.get();
        try {
            onLoopAndWait(() -> {
                Keyspace old = group.keyspace();
                group.runner().restore(emptyKeyspace.get(), 0, 0);
                views.whenClosed(old::close);
            });
            long logMillis = SnapshotFiles.load(directory, loading);
            onLoopAndWait(() -> {
                group.keyspace().close();
                group.runner().restore(loading, lastIndex, logMillis);
                group.restored();
            });
            LOG.info("group {}: loaded the snapshot up to index {}", group.name(), lastIndex);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.error("group {}: the snapshot in {} cannot be loaded", group.name(), directory, e);
            loading.close();
            return false;
        }
    }

    /** The snapshot that the trigger asked for did not come: ask again after as much log. */
    void snapshotFailed() {
        trigger.saved();
    }

    @Override
    public void leaderStart(long newTerm) {
        term = newTerm;
        queue.put(0, () -> {
            LOG.info("group {}: leads in term {}", group.name(), newTerm);
            group.leaderStart();
            leaders.heard(newTerm, self);
        });
    }

    @Override
    public void leaderStop(RaftFailure reason) {
        queue.put(0, () -> {
            LOG.info("group {}: leads no longer: {}", group.name(), reason);
            group.leaderStop();
            leaders.heard(term, "");
        });
    }

    @Override
    public void following(String leader, long newTerm) {
        queue.put(0, () -> {
            LOG.info("group {}: follows {} in term {}", group.name(), leader, newTerm);
            leaders.heard(newTerm, leader);
        });
    }

    @Override
    public void failed(Throwable cause) {
        onFailure.accept(cause);
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error broken) {
            // This replica may differ from the others from here on: it must not answer anyone any more.
            LOG.error("group {}: applying failed, this replica stops", group.name(), broken);
            group.close();
            onFailure.accept(broken);
        }
    }

    private void onLoopAndWait(Runnable work) {
        if (group.loop().inEventLoop()) {
            work.run();
        } else {
            CompletableFuture.runAsync(work, queue).join();
        }
    }

    /** One view of a keyspace at a time: a snapshot, or a digest. Thread-safe. */
    public static final class Views {
        private final AtomicBoolean open = new AtomicBoolean();
        private @Nullable Runnable afterwards;

        boolean tryOpen() {
            return open.compareAndSet(false, true);
        }

        synchronized void closed() {
            open.set(false);
            Runnable work = afterwards;
            afterwards = null;
            if (work != null) {
                work.run();
            }
        }

        /** Runs {@code work} now, or when the open view is closed. */
        synchronized void whenClosed(Runnable work) {
            if (open.get()) {
                afterwards = work;
            } else {
                work.run();
            }
        }
    }
}
