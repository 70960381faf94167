package dev.balsa.node.replication;

import dev.balsa.raft.GroupStatus;
import dev.balsa.raft.Leadership;
import dev.balsa.raft.Proposal;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A log that commits when the test says so. Owned by the group's loop, where the test runs its steps. */
final class ScriptedRaft implements RaftGroup {
    record Proposed(ByteBuffer entry, Proposal proposal) {}

    final ArrayDeque<Proposed> proposed = new ArrayDeque<>();
    final ArrayDeque<ReadDone> rounds = new ArrayDeque<>();
    boolean alone;

    @Override
    public String name() {
        return "g0";
    }

    @Override
    public void propose(ByteBuffer entry, Proposal proposal) {
        proposed.add(new Proposed(entry, proposal));
    }

    @Override
    public void readIndex(ReadDone done) {
        rounds.add(done);
    }

    @Override
    public boolean leadsAlone() {
        return alone;
    }

    @Override
    public Leadership leadership() {
        return new Leadership(1, "127.0.0.1:1", true);
    }

    /** Loses the oldest entry. */
    void fail(RaftFailure failure) {
        proposed.remove().proposal().failed(failure);
    }

    @Override
    public GroupStatus status() {
        return new GroupStatus("leader", 1, null, 0, 0, 0, 0, 0, 0, List.of(), null);
    }

    @Override
    public CompletableFuture<Void> snapshot() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> transferLeadership(String peer) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public CompletableFuture<Void> addPeer(String peer) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> removePeer(String peer) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public List<String> peers() {
        return List.of();
    }

    @Override
    public void close() {}
}
