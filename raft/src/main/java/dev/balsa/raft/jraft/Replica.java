package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftServiceFactory;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.EnumOutter.ErrorType;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.NodeOptions;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and closes the JRaft node of a group.
 *
 * <pre>
 *   new ──founded, admitted──► open ◄──► reopening (an error of its files)
 *    └────────────────────────► closed ◄──┘
 * </pre>
 *
 * <p>JRaft ends a node for good when a file cannot be written. Most often the disk is full, and it will not be for
 * ever: so the node is
 * closed and opened again in place, with the state machine kept, as soon as there is room. What was being written then
 * was never
 * answered. While the directory cannot be written at all, the replica waits. If it can be, and the replica
 * cannot be opened or fails again and again, the replica fails and its process ends.
 *
 * <p>Thread-safe by its monitor; {@link #node} and {@link #identity} may be read by anyone.
 */
final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final int FOUNDING_TICKS = 3;
    private static final int REOPEN_TICKS_MIN = 5;
    private static final int REOPEN_TICKS_MAX = 300;
    private static final int REOPENS_MAX = 3;
    private static final int UNWRITABLE_TICKS = 20;
    private static final int OUTSIDE_TICKS = 20;
    private static final int FAILED_START_MILLIS_MAX = 1_000;
    private static final int CALM_TICKS = 3_000;

    private final JRaftHost host;
    private final JRaftGroup group;
    private final RaftConfig config;
    private final JRaftStateMachine adapter;
    private final AtomicBoolean busy = new AtomicBoolean();

    private volatile @Nullable Node node;
    private volatile @Nullable Storages storages;
    private volatile @Nullable ReplicaIdentity identity;
    private volatile @Nullable Founding founding;
    private volatile @Nullable Node brokenNode;
    private volatile boolean opening;
    private boolean threads;
    private boolean closed;
    private int reopens;
    private boolean unwritable;
    private volatile long ticks;
    private volatile long nextTicks;
    private volatile long ledTicks;
    private volatile boolean asksOutside;
    private long openedTicks;

    Replica(JRaftHost host, JRaftGroup group, RaftConfig config, JRaftStateMachine adapter) {
        this.host = host;
        this.group = group;
        this.config = config;
        this.adapter = adapter;
    }

    @Nullable Node node() {
        return node;
    }

    @Nullable ReplicaIdentity identity() {
        return identity;
    }

    long firstLogIndex() {
        Storages open = storages;
        return open == null || node == null ? 0 : open.firstLogIndex();
    }

    long logBytes() {
        Storages open = storages;
        return open == null || node == null ? 0 : open.logBytes();
    }

    /** The term that this replica has written down last, 0 while it is not open. */
    long writtenTerm() {
        Storages open = storages;
        return open == null || node == null ? 0 : open.term();
    }

    /** See {@link Storages#steadyMembers}. */
    @Nullable List<PeerId> steadyMembers() {
        Storages open = storages;
        return open == null ? null : open.steadyMembers();
    }

    synchronized void start() {
        GroupThreads.open(config.group());
        threads = true;
        try {
            Files.createDirectories(config.directory());
            ReplicaIdentity known = ReplicaIdentity.readOrDraw(config);
            identity = known;
            if (known.member()) {
                open(known);
            } else if (config.initialPeers().size() == 1 && config.initialPeers().contains(config.self())) {
                become(known.founded(Map.of(config.self(), known.id())));
            } else {
                if (!config.initialPeers().contains(config.self())) {
                    LOG.warn(
                            "group {}: {} is not among the initial members {}, it waits to be added",
                            config.group(),
                            config.self(),
                            config.initialPeers());
                }
                founding = new Founding(host.port(), config, known);
            }
        } catch (IOException e) {
            releaseThreads();
            throw cannotStart(e.getMessage(), e);
        } catch (RaftStartException e) {
            releaseThreads();
            throw e;
        }
    }

    /** First the votes, then the identity: a member without votes would be taken for damaged. */
    private void become(ReplicaIdentity member) throws IOException {
        VoteStorage.create(Storages.votesDirectory(config));
        member.write(config.directory());
        identity = member;
        founding = null;
        open(member);
    }

    private void open(ReplicaIdentity member) {
        var initial = new Configuration();
        member.founders().keySet().forEach(peer -> initial.addPeer(new PeerId(JRaftHost.endpoint(peer), 0)));
        var files = new Storages(config);
        NodeOptions options = JRaftOptions.node(host.port().nodeOptions(), config, initial, adapter, files);
        options.setAppendEntriesExecutors(host.senders());
        Node opened = RaftServiceFactory.createRaftNode(config.group(), group.selfPeer());
        Throwable thrown = null;
        boolean ready = false;
        try {
            storages = files;
            // Published first: JRaft may elect this replica, and run callbacks that ask for the node, before init
            // returns.
            node = opened;
            opening = true;
            ready = opened.init(options);
        } catch (RuntimeException e) {
            thrown = e;
        } finally {
            opening = false;
        }
        if (!ready) {
            node = null;
            // JRaft does not always end what it did not finish to start.
            end(opened, FAILED_START_MILLIS_MAX);
            throw cannotStart(reason(files, thrown), thrown);
        }
        openedTicks = ticks;
    }

    private String reason(Storages files, @Nullable Throwable thrown) {
        String log = files.logProblem();
        if (log != null) {
            return log;
        }
        String snapshot = adapter.refusal();
        if (snapshot != null) {
            return snapshot;
        }
        return thrown == null
                ? "log, votes and snapshot in " + config.directory() + " do not fit together, see the lines above"
                : thrown.toString();
    }

    private RaftStartException cannotStart(@Nullable String reason, @Nullable Throwable cause) {
        String text = "group " + config.group() + " cannot start on " + config.self() + ": " + reason
                + ". Do not delete single files. If a majority of the other members is healthy, move "
                        + config.directory()
                + " away and start again: the replica then rejoins with a copy of their data";
        return cause == null ? new RaftStartException(text) : new RaftStartException(text, cause);
    }

    /** The word of a leader that is about to add this replica. Returns why it cannot be added, null = it is ready. */
    synchronized @Nullable String admit() {
        ReplicaIdentity known = identity;
        if (closed || known == null) {
            return config.self() + " is closed";
        }
        if (known.member()) {
            return null;
        }
        try {
            become(known.admitted());
            LOG.info("group {}: {} is admitted", config.group(), config.self());
            return null;
        } catch (IOException | RaftStartException e) {
            LOG.error("group {}: {} cannot join", config.group(), config.self(), e);
            return config.self() + " cannot join: " + e.getMessage();
        }
    }

    /**
     * JRaft is in its error state: it neither votes nor appends. On its apply thread, so the work is left to a worker.
     */
    void broken(RaftException error) {
        if (opening) {
            // Whoever opens it gets the exception.
            return;
        }
        Node open = node;
        boolean files = error.getType() == ErrorType.ERROR_TYPE_LOG
                || error.getType() == ErrorType.ERROR_TYPE_META
                || error.getType() == ErrorType.ERROR_TYPE_SNAPSHOT;
        if (!files || open == null) {
            group.fail(error);
            return;
        }
        LOG.error("group {}: the files in {} failed, the replica is opened again: {}", config.group(),
                config.directory(), error.getStatus());
        group.pause("the files in " + config.directory() + " cannot be written: " + error.getStatus().getErrorMsg());
        brokenNode = open;
        node = null;
    }

    void tick(long now) {
        ticks = now;
        if (node == null || group.leadership().leader() != null) {
            ledTicks = now;
            asksOutside = false;
        }
        boolean idle = founding == null && brokenNode == null && !isOutside();
        if (idle || ticks < nextTicks || !busy.compareAndSet(false, true)) {
            return;
        }
        host.work(() -> {
            try {
                if (founding != null) {
                    found();
                } else if (brokenNode != null) {
                    reopen();
                } else {
                    waitOutside();
                }
            } finally {
                busy.set(false);
            }
        });
    }

    private void found() {
        Founding asking = founding;
        Map<String, String> founders = asking == null ? null : asking.round();
        synchronized (this) {
            nextTicks = ticks + FOUNDING_TICKS;
            ReplicaIdentity known = identity;
            if (founders == null || closed || known == null || known.member()) {
                return;
            }
            try {
                become(known.founded(founders));
                LOG.info("group {} is founded by {}", config.group(), founders.keySet());
            } catch (IOException | RaftStartException e) {
                group.fail(e);
            }
        }
    }

    /**
     * Whether it may have been admitted by a leader that was deposed before it had added this replica: then nobody sends it
     * anything. Its own list of members says nothing, because it may come from a snapshot of the time before it was removed.
     */
    private boolean isOutside() {
        ReplicaIdentity known = identity;
        return known != null && known.member() && known.founders().isEmpty() && ticks - ledTicks >= OUTSIDE_TICKS;
    }

    /** Asks whoever leads to be added if it is no member. */
    private void waitOutside() {
        nextTicks = ticks + OUTSIDE_TICKS;
        ReplicaIdentity known = identity;
        if (known != null) {
            if (!asksOutside) {
                asksOutside = true;
                LOG.warn("group {}: {} hears of no leader; if it is no member any more, it asks to be added", config.group(),
                        config.self());
            }
            new Founding(host.port(), config, known).waitsOutside();
        }
    }

    private void reopen() {
        Node old = brokenNode;
        if (old == null || group.isDiskFull()) {
            return;
        }
        if (storages != null) {
            storages = null;
            if (!end(old, config.limits().snapshotCloseMaxMillis())) {
                brokenNode = null;
                group.fail(new IllegalStateException(
                        "a replica whose files failed did not end, so it cannot be opened again"));
                return;
            }
        }
        synchronized (this) {
            ReplicaIdentity known = identity;
            if (closed || known == null) {
                return;
            }
            try {
                // Where nothing can be written (read-only, say) JRaft need not try; that is no failed attempt.
                known.write(config.directory());
            } catch (IOException e) {
                nextTicks = ticks + UNWRITABLE_TICKS;
                if (!unwritable) {
                    LOG.error("group {}: the replica waits until {} can be written", config.group(), config.directory(), e);
                }
                unwritable = true;
                return;
            }
            unwritable = false;
            if (ticks - openedTicks > CALM_TICKS) {
                reopens = 0;
            }
            reopens++;
            nextTicks = ticks + Math.min(REOPEN_TICKS_MAX, (long) REOPEN_TICKS_MIN << reopens);
            if (reopens > REOPENS_MAX) {
                brokenNode = null;
                group.fail(new IllegalStateException(
                        "the files in " + config.directory() + " failed " + reopens + " times, with room on the disk"));
                return;
            }
            try {
                brokenNode = null;
                open(known);
                group.resume();
                LOG.warn("group {}: the replica is open again", config.group());
            } catch (RaftStartException e) {
                brokenNode = old;
                LOG.error("group {}: the replica cannot be opened yet", config.group(), e);
            }
        }
    }

    void close() {
        Node open;
        synchronized (this) {
            closed = true;
            founding = null;
            open = node == null && storages != null ? brokenNode : node;
            node = null;
            brokenNode = null;
        }
        if (open != null) {
            end(open, config.limits().snapshotCloseMaxMillis());
        }
        releaseThreads();
        host.closed(group);
    }

    private synchronized void releaseThreads() {
        if (threads) {
            threads = false;
            GroupThreads.close(config.group());
        }
    }

    /**
     * Shuts a node down and waits until its threads and files are closed; bounded, because a snapshot may be on its
     * way.
     */
    private boolean end(Node opened, int millisMax) {
        var down = new CountDownLatch(1);
        try {
            opened.shutdown(status -> down.countDown());
            if (down.await(millisMax, TimeUnit.MILLISECONDS)) {
                return true;
            }
            LOG.error("group {}: JRaft did not end in {} ms", group.name(), millisMax);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("group {}: JRaft did not end cleanly", group.name(), e);
        }
        return false;
    }
}
