package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import dev.balsa.raft.Proposal;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.StateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what JRaft says to the group's state machine. Never throws into JRaft: an exception there is only logged, or
 * leaves a flag
 * set for ever. What the state machine throws ends the replica.
 *
 * <p>It outlives a JRaft node: when the node is opened again in place, it replays from its last snapshot, and what the
 * state machine
 * has already is skipped. So the state machine sees each entry once.
 *
 * <p>Owned by JRaft's apply thread (of one node at a time); the indexes may be read by anyone.
 */
final class JRaftStateMachine implements com.alipay.sofa.jraft.StateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(JRaftStateMachine.class);
    private static final long NO_TERM = -1;

    private final JRaftGroup group;
    private final StateMachine machine;
    private volatile long appliedIndex;
    private volatile long handedIndex;
    private volatile long snapshotIndex;
    private volatile @Nullable String refusal;
    private long leadingTerm = NO_TERM;

    JRaftStateMachine(JRaftGroup group, StateMachine machine) {
        this.group = group;
        this.machine = machine;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /** The last entry that the state machine has got; {@link #appliedIndex} runs ahead of it. */
    long handedIndex() {
        return handedIndex;
    }

    long snapshotIndex() {
        return snapshotIndex;
    }

    /** Why the snapshot was not loaded, null = it was. */
    @Nullable String refusal() {
        return refusal;
    }

    @Override
    public void onApply(Iterator entries) {
        try {
            while (entries.hasNext()) {
                long index = entries.getIndex();
                if (index > appliedIndex) {
                    Proposal proposal = entries.done() instanceof InFlight inFlight ? inFlight.take() : null;
                    // The log keeps reading the same bytes for slow followers: they get a position of their own.
                    ByteBuffer data = entries.getData().duplicate();
                    // Before it is handed over: who learns of the entry from the state machine must not read an older index.
                    appliedIndex = index;
                    machine.apply(index, entries.getTerm(), data, proposal);
                }
                entries.next();
            }
            handedIndex = appliedIndex;
            group.handed();
        } catch (Throwable t) {
            LOG.error("group {}: the state machine failed at entry {}", group.name(), appliedIndex, t);
            group.fail(t);
            entries.setErrorAndRollback(1, new Status(RaftError.ESTATEMACHINE, "the state machine threw %s", t));
        }
    }

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
        var saving = new Saving(writer, done);
        try {
            machine.save(saving.directory, saving);
        } catch (Throwable t) {
            saving.failed(t);
        }
    }

    /** One snapshot on its way to disk; ends once. */
    private final class Saving implements StateMachine.SnapshotDone {
        private final SnapshotWriter writer;
        private final SnapshotMeta meta;
        private final Closure done;
        private final Path directory;
        private final AtomicBoolean ended = new AtomicBoolean();

        Saving(SnapshotWriter writer, Closure done) {
            this.writer = writer;
            this.meta = writer.getCurrentMeta();
            this.done = done;
            this.directory = Path.of(writer.getPath());
        }

        @Override
        public void saved(List<String> fileNames) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            Status status = Status.OK();
            try {
                SnapshotManifest.write(directory, meta, fileNames);
                boolean added = writer.addFile(SnapshotManifest.FILE_NAME);
                for (String name : fileNames) {
                    added &= writer.addFile(name);
                }
                if (!added) {
                    throw new IOException("a file name was given twice: " + fileNames);
                }
                snapshotIndex = meta.getLastIncludedIndex();
            } catch (Throwable t) {
                LOG.error("group {}: the snapshot in {} cannot be completed", group.name(), directory, t);
                status = failure(t);
            }
            done.run(status);
        }

        @Override
        public void failed(Throwable cause) {
            if (ended.compareAndSet(false, true)) {
                LOG.error("group {}: the snapshot in {} failed", group.name(), directory, cause);
                done.run(failure(cause));
            }
        }

        /** Not EIO, which would end the replica: the log is whole, the next snapshot may succeed. */
        private static Status failure(Throwable cause) {
            return new Status(RaftError.ECANCELED, "%s", cause);
        }
    }

    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
        try {
            SnapshotMeta meta = reader.load();
            Path directory = Path.of(reader.getPath());
            SnapshotManifest.verify(directory, meta);
            long lastIndex = meta.getLastIncludedIndex();
            if (lastIndex > appliedIndex) {
                if (!machine.load(directory, lastIndex, meta.getLastIncludedTerm())) {
                    refusal = "the state machine cannot read the snapshot in " + directory;
                    return false;
                }
                appliedIndex = lastIndex;
            }
            snapshotIndex = lastIndex;
            return true;
        } catch (Throwable t) {
            LOG.error("group {}: the snapshot is not loaded", group.name(), t);
            refusal = t instanceof IOException ? t.getMessage() : t.toString();
            return false;
        }
    }

    /** Comes again in the same term after a transfer of leadership that did not happen, and at times for no reason. */
    @Override
    public void onLeaderStart(long term) {
        if (leadingTerm == term) {
            return;
        }
        leadingTerm = term;
        group.leads(term);
        guarded(() -> machine.leaderStart(term));
    }

    @Override
    public void onLeaderStop(Status status) {
        stopLeading();
    }

    private void stopLeading() {
        group.leadsNoLonger();
        if (leadingTerm != NO_TERM) {
            leadingTerm = NO_TERM;
            guarded(() -> machine.leaderStop(new RaftFailure.NotLeader(null)));
        }
    }

    @Override
    public void onStartFollowing(LeaderChangeContext context) {
        String leader = context.getLeaderId().getEndpoint().toString();
        group.follows(leader, context.getTerm());
        guarded(() -> machine.following(leader, context.getTerm()));
    }

    @Override
    public void onStopFollowing(LeaderChangeContext context) {
        group.followsNobody(context.getTerm());
    }

    @Override
    public void onConfigurationCommitted(Configuration configuration) {
        group.configurationCommitted(configuration);
    }

    @Override
    public void onError(RaftException error) {
        group.broken(error);
    }

    @Override
    public void onShutdown() {
        stopLeading();
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (Throwable t) {
            LOG.error("group {}: the state machine failed", group.name(), t);
            group.fail(t);
        }
    }
}
