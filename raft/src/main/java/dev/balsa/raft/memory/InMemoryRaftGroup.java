package dev.balsa.raft.memory;

import dev.balsa.raft.GroupStatus;
import dev.balsa.raft.Leadership;
import dev.balsa.raft.Proposal;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.StateMachine;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One replica of an {@link InMemoryRaft}. Owned by the thread that runs the simulation; what others may call only
 * there.
 */
public final class InMemoryRaftGroup implements RaftGroup {
    private record Snapshot(Path directory, long lastIndex, long lastTerm) {}

    private final InMemoryRaft raft;
    private final int number;
    private StateMachine machine;
    private boolean up = true;
    private boolean connected = true;
    private @Nullable Snapshot snapshot;

    private long applied;
    /** How much of the log this replica has on its own disk; survives a crash. */
    private long persisted;
    /** Term this replica believes to lead, 0 = none. */
    private long leads;

    private Leadership leadership = new Leadership(0, null, false);
    private final List<InMemoryRaft.Entry> tail = new ArrayList<>();
    private final ArrayDeque<Proposal> tailProposals = new ArrayDeque<>();
    /** Committed, not applied yet: index to proposal. */
    private final TreeMap<Long, Proposal> committedProposals = new TreeMap<>();

    private final TreeMap<Long, List<ReadDone>> readsThatWait = new TreeMap<>();

    InMemoryRaftGroup(InMemoryRaft raft, int number, StateMachine machine) {
        this.raft = raft;
        this.number = number;
        this.machine = machine;
    }

    @Override
    public String name() {
        return "memory";
    }

    /** Its Raft address. */
    public String address() {
        return "replica-" + number + ":1";
    }

    @Override
    public void propose(ByteBuffer entry, Proposal proposal) {
        if (!up) {
            proposal.failed(new RaftFailure.Closed("crashed"));
        } else if (leads == 0) {
            proposal.failed(new RaftFailure.NotLeader(leadership.leader()));
        } else {
            tail.add(new InMemoryRaft.Entry(leads, entry));
            tailProposals.add(proposal);
            long term = leads;
            raft.send(() -> {
                if (leads == term && raft.isNewestTerm(term) && raft.hasMajority(this)) {
                    raft.commit(this);
                }
            });
        }
    }

    @Override
    public void readIndex(ReadDone done) {
        if (!up) {
            done.failed(new RaftFailure.Closed("crashed"));
            return;
        }
        long index = raft.log().size();
        long term = leadership.term();
        raft.send(() -> {
            if (!up || leadership.term() != term || !raft.isNewestTerm(term) || !raft.hasMajority(this)) {
                done.failed(new RaftFailure.Busy("no majority confirmed the leader"));
            } else if (applied >= index) {
                done.ready(index);
            } else {
                readsThatWait.computeIfAbsent(index, i -> new ArrayList<>()).add(done);
            }
        });
    }

    // What happens to it

    void lead(long term) {
        fail("elected in another term");
        apply(raft.log().size());
        leads = term;
        leadership = new Leadership(term, address(), true);
        machine.leaderStart(term);
    }

    void follow(InMemoryRaftGroup leader, long term) {
        if (leads > 0) {
            leads = 0;
            fail("leadership is lost");
            machine.leaderStop(new RaftFailure.NotLeader(leader.address()));
        }
        leadership = new Leadership(term, leader.address(), false);
        machine.following(leader.address(), term);
    }

    private void fail(String reason) {
        tail.clear();
        for (Proposal proposal = tailProposals.poll(); proposal != null; proposal = tailProposals.poll()) {
            proposal.failed(new RaftFailure.OutcomeUnknown(reason));
        }
        // What another leader committed of the old tail is applied without its proposal.
        for (Proposal proposal : List.copyOf(committedProposals.values())) {
            proposal.failed(new RaftFailure.OutcomeUnknown(reason));
        }
        committedProposals.clear();
    }

    void committed(int index) {
        if (up && connected) {
            apply(index);
        }
    }

    private void apply(long index) {
        installIfBehind();
        while (applied < index) {
            InMemoryRaft.Entry entry = raft.log().get((int) applied);
            applied++;
            persisted = Math.max(persisted, applied);
            machine.apply(applied, entry.term(), entry.data().duplicate(), committedProposals.remove(applied));
        }
        for (var reads = readsThatWait.firstEntry();
                reads != null && reads.getKey() <= applied;
                reads = readsThatWait.firstEntry()) {
            readsThatWait.remove(reads.getKey());
            for (ReadDone read : reads.getValue()) {
                read.ready(reads.getKey());
            }
        }
    }

    /** What the others no longer have in their logs comes as a snapshot, unless this replica's own log has it. */
    private void installIfBehind() {
        for (InMemoryRaftGroup other : raft.replicas()) {
            Snapshot theirs = other.snapshot;
            if (other.leads > 0 && other != this && theirs != null && theirs.lastIndex > Math.max(applied, persisted)) {
                load(theirs);
                snapshot = theirs;
            }
        }
    }

    private void load(Snapshot source) {
        if (!machine.load(source.directory, source.lastIndex, source.lastTerm)) {
            throw new IllegalStateException("replica " + number + " cannot load " + source);
        }
        applied = source.lastIndex;
        persisted = Math.max(persisted, applied);
    }

    void crash() {
        up = false;
        leads = 0;
        tail.clear();
        tailProposals.clear();
        committedProposals.clear();
        readsThatWait.clear();
        leadership = new Leadership(leadership.term(), null, false);
    }

    void restart(StateMachine fresh) {
        machine = fresh;
        up = true;
        applied = 0;
        Snapshot own = snapshot;
        if (own != null) {
            load(own);
        }
        apply(persisted);
    }

    void connect(boolean on) {
        connected = on;
    }

    boolean isUp() {
        return up;
    }

    boolean isConnected() {
        return connected;
    }

    long leadsTerm() {
        return up ? leads : 0;
    }

    List<InMemoryRaft.Entry> tail() {
        return tail;
    }

    /** The whole tail is in the committed log now, at its end. */
    void committedTail() {
        long first = raft.log().size() - tail.size() + 1L;
        for (Proposal proposal = tailProposals.poll(); proposal != null; proposal = tailProposals.poll()) {
            committedProposals.put(first++, proposal);
        }
        tail.clear();
    }

    /** Another leader has decided about the tail; its proposals wait until this one hears of it. */
    void forgetTail() {
        tail.clear();
    }

    // Figures and the rest

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public GroupStatus status() {
        long last = (long) raft.log().size() + tail.size();
        String role = leads > 0 ? "leader" : up ? "follower" : "error";
        Snapshot own = snapshot;
        return new GroupStatus(
                role, leadership.term(), leadership.leader(), 1, last, raft.log().size(), applied,
                own == null ? 0 : own.lastIndex, 0, List.of(), null);
    }

    /** The state machine may write in the background; the simulation waits for it. */
    @Override
    public CompletableFuture<Void> snapshot() {
        Path directory = raft.newDirectory("snapshot-" + number);
        long index = applied;
        long term = index == 0 ? 0 : raft.log().get((int) index - 1).term();
        var result = new CompletableFuture<Void>();
        machine.save(directory, new StateMachine.SnapshotDone() {
            @Override
            public void saved(List<String> fileNames) {
                result.complete(null);
            }

            @Override
            public void failed(Throwable cause) {
                result.completeExceptionally(cause);
            }
        });
        result.join();
        snapshot = new Snapshot(directory, index, term);
        return result;
    }

    @Override
    public CompletableFuture<Boolean> transferLeadership(String peer) {
        for (InMemoryRaftGroup replica : raft.replicas()) {
            if (leads > 0 && replica.address().equals(peer) && replica != this && replica.up
                    && raft.hasMajority(replica)) {
                raft.elect(replica.number);
                return CompletableFuture.completedFuture(true);
            }
        }
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public CompletableFuture<Void> addPeer(String peer) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException(
                "the members of a simulation are fixed"));
    }

    @Override
    public CompletableFuture<Void> removePeer(String peer) {
        return addPeer(peer);
    }

    @Override
    public List<String> peers() {
        return raft.replicas().stream().map(InMemoryRaftGroup::address).toList();
    }

    @Override
    public void close() {
        fail("closed");
        crash();
    }
}
