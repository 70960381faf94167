package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.core.State;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.google.protobuf.Message;
import dev.balsa.raft.GroupStatus;
import dev.balsa.raft.Leadership;
import dev.balsa.raft.Proposal;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.StateMachine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica of one group on JRaft: proposals, read barriers, figures. {@link Replica} opens and closes the JRaft node
 * below it,
 * {@link Membership} moves leadership and members.
 *
 * <p>Thread-safe: what changes is volatile or concurrent; the JRaft node may be absent at any time (not founded yet,
 * reopening,
 * closed), and whoever meets null answers that it does not lead.
 */
final class JRaftGroup implements RaftGroup {
    private static final Logger LOG = LoggerFactory.getLogger(JRaftGroup.class);
    private static final byte[] NO_CONTEXT = new byte[0];
    private static final Leadership NOBODY = new Leadership(0, null, false);

    private final RaftConfig config;
    private final StateMachine machine;
    private final JRaftStateMachine adapter;
    private final Replica replica;
    private final Membership membership;
    private final DiskRoom room;
    private final Confirmations confirmations;
    private final PeerId self;

    private final AtomicInteger proposalsInFlight = new AtomicInteger();
    private final AtomicInteger readsInFlight = new AtomicInteger();
    private final Set<InFlight> proposals = ConcurrentHashMap.newKeySet();
    private final Set<ReadInFlight> reads = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean failed = new AtomicBoolean();
    private final ApplyWatchdog watchdog;
    private final long stallTicks;

    private volatile Leadership leadership = NOBODY;
    /** This replica is the only voter, so everything that was ever answered has been applied here. */
    private volatile boolean alone;

    private volatile @Nullable String closed;
    /** JRaft met an error of its files and is being opened again. */
    private volatile @Nullable String paused;

    private volatile long tick;
    JRaftGroup(JRaftHost host, RaftConfig config, StateMachine machine) {
        this.config = config;
        this.machine = machine;
        this.self = new PeerId(JRaftHost.endpoint(config.self()), 0);
        this.adapter = new JRaftStateMachine(this, machine);
        this.replica = new Replica(host, this, config, adapter);
        this.membership = new Membership(host, this, config);
        this.room = new DiskRoom(host, this, config);
        this.confirmations = new Confirmations(this, config, host.port().readRpc());
        this.stallTicks = Math.max(1, config.limits().applyStallMaxMillis() / JRaftHost.TICK_MILLIS);
        this.watchdog = new ApplyWatchdog(stallTicks);
    }

    void start() {
        replica.start();
    }

    @Override
    public String name() {
        return config.group();
    }

    String self() {
        return config.self();
    }

    PeerId selfPeer() {
        return self;
    }

    @Nullable Node node() {
        return replica.node();
    }

    // What other replicas ask

    /**
     * Answers a new replica; a leader whose member it was takes it out and in again, because it has lost its data. One
     * that was admitted, and waits outside because the leader changed before it was added, is added.
     */
    Message answerNew(String address, String id) {
        ReplicaIdentity identity = replica.identity();
        boolean missed = id.endsWith(Founding.OUTSIDE) ? !peers().contains(address)
                : identity != null && !identity.isFounder(address, id);
        if (identity != null && identity.member() && missed && leadership.isLeader()) {
            membership.rejoin(address);
        }
        return Founding.answer(identity, address, id);
    }

    /** A leader is about to add this replica. Returns why not, null = welcome. */
    @Nullable String admit() {
        return replica.admit();
    }

    // Proposals

    @Override
    public void propose(ByteBuffer entry, Proposal proposal) {
        Leadership seen = leadership;
        Node node = replica.node();
        String stopped = closed;
        String noRoom = room.refusal();
        if (stopped != null) {
            proposal.failed(new RaftFailure.Closed(stopped));
        } else if (!seen.isLeader() || node == null) {
            // While the files of the only voter fail there is nobody else to ask.
            String reason = paused;
            proposal.failed(reason != null && alone
                    ? new RaftFailure.Closed(reason)
                    : new RaftFailure.NotLeader(seen.leader()));
        } else if (noRoom != null) {
            proposal.failed(new RaftFailure.Closed(noRoom));
        } else if (proposalsInFlight.incrementAndGet() > config.limits().entriesInFlightMax()) {
            proposalsInFlight.decrementAndGet();
            proposal.failed(new RaftFailure.Busy(config.limits().entriesInFlightMax() + " entries are in flight"));
        } else {
            var inFlight = new InFlight(this, proposal, tick);
            proposals.add(inFlight);
            apply(node, new Task(entry, inFlight, seen.term()), inFlight);
        }
    }

    /** Why this replica takes no part, or no entries; null = it does. */
    private @Nullable String problem() {
        String reason = closed;
        if (reason == null) {
            reason = paused;
        }
        return reason == null ? room.refusal() : reason;
    }

    private void apply(Node node, Task task, InFlight inFlight) {
        try {
            node.apply(task);
        } catch (IllegalStateException e) {
            // "Node is shutting down": JRaft checks it before it queues the task, and may run the closure too.
            inFlight.fail(new RaftFailure.Closed("the replica is closing"));
        } catch (RuntimeException e) {
            inFlight.fail(new RaftFailure.OutcomeUnknown(e.toString()));
        }
        if (closed != null) {
            // The sweep of a close may have passed before the proposal was entered.
            inFlight.fail(new RaftFailure.OutcomeUnknown("the replica has closed"));
        }
    }

    void ended(InFlight inFlight) {
        proposals.remove(inFlight);
        proposalsInFlight.decrementAndGet();
    }

    // Read barriers

    @Override
    public void readIndex(ReadDone done) {
        Leadership seen = leadership;
        Node node = replica.node();
        String stopped = closed;
        if (stopped != null) {
            done.failed(new RaftFailure.Closed(stopped));
        } else if (node == null) {
            done.failed(new RaftFailure.NotLeader(seen.leader()));
        } else if (alone && seen.isLeader() && node.isLeader(false)) {
            // The only voter leads for as long as it lives: no other replica can have answered anything. What this one
            // answered it
            // had applied before.
            done.ready(adapter.appliedIndex());
        } else if (readsInFlight.incrementAndGet() > config.limits().readsInFlightMax()) {
            readsInFlight.decrementAndGet();
            done.failed(new RaftFailure.Busy(config.limits().readsInFlightMax() + " read barriers are in flight"));
        } else {
            var inFlight = new ReadInFlight(this, done, tick);
            reads.add(inFlight);
            if (!seen.isLeader() || !confirmations.start(node, seen.term(), inFlight)) {
                readByJRaft(node, inFlight);
            }
            if (closed != null) {
                inFlight.fail(new RaftFailure.Closed("the replica has closed"));
            }
        }
    }

    /** A round of our own could not decide. */
    void readByJRaft(ReadInFlight inFlight) {
        Node node = replica.node();
        if (node == null) {
            inFlight.fail(new RaftFailure.NotLeader(leadership.leader()));
        } else {
            readByJRaft(node, inFlight);
        }
    }

    private static void readByJRaft(Node node, ReadInFlight inFlight) {
        try {
            node.readIndex(NO_CONTEXT, inFlight);
        } catch (RuntimeException e) {
            inFlight.fail(new RaftFailure.Closed(e.toString()));
        }
    }

    /** The term that this replica has written down last; it votes in none before that. */
    long writtenTerm() {
        return replica.writtenTerm();
    }

    /** Whether this replica is open and in exactly that term: what another's leader asks. */
    boolean isTerm(long term) {
        return replica.node() != null && closed == null && writtenTerm() == term;
    }

    /** Whether every entry up to this one has been handed to the state machine. */
    boolean hasHanded(long index) {
        Node node = replica.node();
        return adapter.handedIndex() >= index || node != null && appliedIndexOfNode(node) >= index;
    }

    /** JRaft's apply thread: the state machine has got more entries. */
    void handed() {
        confirmations.handed();
    }

    void ended(ReadInFlight inFlight) {
        reads.remove(inFlight);
        readsInFlight.decrementAndGet();
    }

    // What JRaft tells, on its apply thread

    @Override
    public boolean leadsAlone() {
        return alone && leadership.isLeader();
    }

    void leads(long term) {
        leadership = new Leadership(term, config.self(), true);
        alone = isAlone(configuration());
        confirmations.leads(term, replica.steadyMembers());
        membership.leaderIs(config.self(), term);
    }

    void leadsNoLonger() {
        confirmations.stop();
        Leadership before = leadership;
        if (before.isLeader()) {
            leadership = new Leadership(before.term(), null, false);
        }
    }

    void follows(String leader, long term) {
        leadership = new Leadership(term, leader, false);
        membership.leaderIs(leader, term);
    }

    void followsNobody(long term) {
        leadership = new Leadership(term, null, false);
    }

    void configurationCommitted(Configuration configuration) {
        alone = isAlone(configuration);
    }

    /** Before a member is added: from now on rounds are needed, whether the change succeeds or not. */
    void notAlone() {
        alone = false;
    }

    /** Before members are changed: what a majority is, is JRaft's to say until {@link #membersSettled}. */
    void membersUnsettled() {
        confirmations.stop();
    }

    /** A change of members has ended, or failed. */
    void membersSettled() {
        Leadership seen = leadership;
        if (seen.isLeader()) {
            confirmations.leads(seen.term(), replica.steadyMembers());
        }
    }

    private boolean isAlone(@Nullable Configuration configuration) {
        return configuration != null && configuration.size() == 1 && configuration.contains(self);
    }

    void broken(RaftException error) {
        replica.broken(error);
    }

    /** Ends the replica, once. */
    void fail(Throwable cause) {
        if (failed.compareAndSet(false, true)) {
            closed = "the replica failed: " + cause.getMessage();
            LOG.error("group {} cannot go on", name(), cause);
            sweep();
            // Not on JRaft's thread: who ends the process waits for that one.
            Thread.ofPlatform().name("raft-" + name() + "-failed").start(() -> machine.failed(cause));
        }
    }

    // Housekeeping, on the host's clock

    void tick() {
        long now = tick + 1;
        tick = now;
        long readTicks = Math.max(1, config.limits().readTimeoutMillis() / JRaftHost.TICK_MILLIS);
        for (ReadInFlight read : reads) {
            if (now - read.sinceTick > readTicks) {
                read.fail(new RaftFailure.Busy(
                        "the read barrier was not passed in " + config.limits().readTimeoutMillis() + " ms"));
            }
        }
        room.tick(now);
        confirmations.handed();
        Node node = replica.node();
        if (node != null && closed == null) {
            watch(node, now);
        }
        replica.tick(now);
    }

    private void watch(Node node, long now) {
        long applied = appliedIndexOfNode(node);
        boolean waiting = false;
        for (InFlight proposal : proposals) {
            waiting |= proposal.sinceTick < now;
            if (now - proposal.sinceTick > stallTicks) {
                // In the log, but no majority has written it: the disks of others hang. Nobody can say what becomes of
                // it.
                proposal.fail(new RaftFailure.OutcomeUnknown("not committed in "
                        + config.limits().applyStallMaxMillis() + " ms"));
            }
        }
        // Not even in the log: it was lost on the way there.
        boolean lost = waiting && leadership.isLeader() && lastIndex(node) <= applied;
        String stall = watchdog.check(now, committedIndex(node), applied, lost);
        if (stall != null) {
            fail(new IllegalStateException(stall));
        }
    }

    boolean isDiskFull() {
        return room.full() != null;
    }

    void peerIsFull(String peer) {
        room.heard(peer);
    }

    boolean isClosed() {
        return closed != null;
    }

    /** Answers proposals with {@code reason} until {@link #resume}. */
    void pause(String reason) {
        paused = reason;
    }

    void resume() {
        paused = null;
    }

    /** Fails everything that waits. What was proposed may be in the log. */
    void sweep() {
        for (InFlight proposal : proposals) {
            proposal.fail(new RaftFailure.OutcomeUnknown("the replica has closed"));
        }
        for (ReadInFlight read : reads) {
            read.fail(new RaftFailure.Closed("the replica has closed"));
        }
    }

    // Figures

    @Override
    public Leadership leadership() {
        return leadership;
    }

    private @Nullable Configuration configuration() {
        return replica.node() instanceof NodeImpl node ? node.getCurrentConf() : null;
    }

    @Override
    public List<String> peers() {
        Configuration configuration = configuration();
        List<String> peers = new ArrayList<>();
        if (configuration != null) {
            for (PeerId peer : configuration.getPeers()) {
                peers.add(peer.getEndpoint().toString());
            }
        }
        return peers;
    }

    @Override
    public GroupStatus status() {
        Leadership seen = leadership;
        Node node = replica.node();
        long last = node == null ? 0 : lastIndex(node);
        return new GroupStatus(
                role(node, seen),
                seen.term(),
                seen.leader(),
                replica.firstLogIndex(),
                last,
                node == null ? 0 : committedIndex(node),
                // Entries without data (configurations, and the first one of a term) never reach the adapter.
                Math.max(adapter.appliedIndex(), node == null ? 0 : appliedIndexOfNode(node)),
                adapter.snapshotIndex(),
                replica.logBytes(),
                node != null && seen.isLeader() ? FollowerFigures.of(node, last) : List.of(),
                problem());
    }

    private String role(@Nullable Node node, Leadership seen) {
        if (node == null) {
            return closed == null && paused == null ? "waiting" : "error";
        }
        State state = node.getNodeState();
        return switch (state) {
            case STATE_LEADER, STATE_TRANSFERRING -> seen.isLeader() ? "leader" : "candidate";
            case STATE_CANDIDATE -> "candidate";
            case STATE_FOLLOWER, STATE_UNINITIALIZED -> "follower";
            case STATE_ERROR, STATE_SHUTTING, STATE_SHUTDOWN, STATE_END -> "error";
        };
    }

    /** JRaft throws for a node that is not active. */
    private static long lastIndex(Node node) {
        try {
            return node.getLastLogIndex();
        } catch (IllegalStateException e) {
            return 0;
        }
    }

    static long committedIndex(Node node) {
        try {
            return node.getLastCommittedIndex();
        } catch (IllegalStateException e) {
            return 0;
        }
    }

    private static long appliedIndexOfNode(Node node) {
        try {
            return node.getLastAppliedLogIndex();
        } catch (IllegalStateException e) {
            return 0;
        }
    }

    /** As {@link AppliedProcessor} says. */
    ReadIndexResponse applied() {
        Node node = replica.node();
        long committed = node == null ? 0 : committedIndex(node);
        return ReadIndexResponse.newBuilder()
                .setIndex(committed)
                .setSuccess(node != null && appliedIndexOfNode(node) >= committed)
                .build();
    }

    // The rest

    @Override
    public CompletableFuture<Void> snapshot() {
        var result = new CompletableFuture<Void>();
        Node node = replica.node();
        if (node == null) {
            result.completeExceptionally(new IllegalStateException("group " + name() + " is not open"));
            return result;
        }
        try {
            node.snapshot(status -> complete(result, status));
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    static void complete(CompletableFuture<Void> result, Status status) {
        if (status.isOk()) {
            result.complete(null);
        } else {
            result.completeExceptionally(new IllegalStateException(Failures.text(status)));
        }
    }

    @Override
    public CompletableFuture<Boolean> transferLeadership(String peer) {
        return membership.transferLeadership(peer);
    }

    @Override
    public CompletableFuture<Void> addPeer(String peer) {
        return membership.add(peer);
    }

    @Override
    public CompletableFuture<Void> removePeer(String peer) {
        return membership.remove(peer);
    }

    @Override
    public void close() {
        if (closed == null) {
            closed = "the group is closed";
        }
        replica.close();
        sweep();
        leadership = new Leadership(leadership.term(), null, false);
    }
}
