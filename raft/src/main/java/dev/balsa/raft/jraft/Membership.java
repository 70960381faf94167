package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.CliRequests.AddPeerRequest;
import com.alipay.sofa.jraft.rpc.CliRequests.AddPeerResponse;
import com.alipay.sofa.jraft.rpc.CliRequests.GetLeaderRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves leadership and changes members, one at a time: the joint change of several members in one step counts only the
 * new ones in a
 * ReadIndex round. What JRaft calls under its write lock may wait for a connection, so it runs on the host's workers.
 *
 * <p>Thread-safe.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final int TRANSFER_MILLIS_MIN = 2_000;
    private static final int ADMIT_MILLIS_MAX = 5_000;
    /** A successor may take so long to apply the last entries; nobody can write meanwhile. */
    private static final int CATCH_UP_MILLIS_MAX = 200;
    private static final int CATCH_UP_LOOK_MILLIS = 10;
    /** Committed entries that it may not have heard of as committed: they come with the next entry or heartbeat. */
    private static final long UNHEARD_MAX = 256;

    private final JRaftHost host;
    private final JRaftGroup group;
    private final RaftConfig config;
    /** Transfers that wait for the next leader. */
    private final Queue<CompletableFuture<Boolean>> transfers = new ConcurrentLinkedQueue<>();

    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean rejoining = new AtomicBoolean();

    Membership(JRaftHost host, JRaftGroup group, RaftConfig config) {
        this.host = host;
        this.group = group;
        this.config = config;
    }

    /**
     * JRaft answers OK when it has begun; what counts is who leads next. JRaft waits until the peer has the log. This one
     * waits a moment until it has applied it, too: a replica that was just started may have much to apply, and as the
     * leader could serve nobody until it has.
     */
    CompletableFuture<Boolean> transferLeadership(String peer) {
        var result = new CompletableFuture<Boolean>();
        var to = new PeerId(JRaftHost.endpoint(peer), 0);
        host.work(() -> {
            Node node = group.node();
            if (node == null || !group.leadership().isLeader()) {
                result.complete(false);
                return;
            }
            if (to.equals(group.selfPeer())) {
                result.complete(true);
                return;
            }
            if (!hasApplied(peer, JRaftGroup.committedIndex(node))) {
                LOG.info("group {}: {} has not applied what is committed, and is not handed leadership", group.name(), peer);
                result.complete(false);
                return;
            }
            transfers.removeIf(CompletableFuture::isDone);
            transfers.add(result);
            try {
                Status status = node.transferLeadershipTo(to);
                if (!status.isOk()) {
                    LOG.warn("group {}: leadership is not handed to {}: {}", group.name(), peer, status);
                    result.complete(false);
                }
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        long millisMax = TRANSFER_MILLIS_MIN + 4L * config.elections().timeoutMillis();
        return result.completeOnTimeout(false, millisMax, TimeUnit.MILLISECONDS);
    }

    private boolean hasApplied(String peer, long index) {
        GetLeaderRequest question = GetLeaderRequest.newBuilder().setGroupId(config.group()).setPeerId(peer).build();
        long begun = System.nanoTime();
        try {
            while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(CATCH_UP_MILLIS_MAX)) {
                Object answer = host.port().ask(JRaftHost.endpoint(peer), question, CATCH_UP_MILLIS_MAX);
                if (!(answer instanceof ReadIndexResponse response)) {
                    return false;
                }
                if (response.getSuccess() && response.getIndex() + UNHEARD_MAX >= index) {
                    return true;
                }
                TimeUnit.MILLISECONDS.sleep(CATCH_UP_LOOK_MILLIS);
            }
        } catch (RemotingException e) {
            LOG.debug("group {}: {} cannot be asked: {}", group.name(), peer, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** Someone leads from now on: a transfer has happened, or was given up. */
    void leaderIs(String leader, long term) {
        boolean moved = !leader.equals(config.self());
        for (CompletableFuture<Boolean> transfer : transfers) {
            transfer.complete(moved);
        }
    }

    /**
     * Adds a replica. First a majority confirms that this replica leads, then the new one is told that it is admitted:
     * a leader that
     * was deposed without knowing must not wake a replica that lost its data.
     */
    CompletableFuture<Void> add(String peer) {
        var confirmed = new CompletableFuture<Void>();
        group.readIndex(new RaftGroup.ReadDone() {
            @Override
            public void ready(long index) {
                confirmed.complete(null);
            }

            @Override
            public void failed(RaftFailure failure) {
                confirmed.completeExceptionally(new IllegalStateException("leadership is not confirmed: " + failure));
            }
        });
        return confirmed.thenCompose(done -> change(peer, node -> {
            if (group.peers().contains(peer)) {
                throw new IllegalStateException(peer + " is a member already");
            }
            admit(peer);
            group.notAlone();
        }, Node::addPeer));
    }

    private void admit(String peer) {
        AddPeerRequest request = AddPeerRequest.newBuilder()
                .setGroupId(config.group())
                .setLeaderId(config.self())
                .setPeerId(peer)
                .build();
        try {
            Object answer = host.port().ask(JRaftHost.endpoint(peer), request, ADMIT_MILLIS_MAX);
            if (!(answer instanceof AddPeerResponse response) || response.getNewPeersCount() != 1) {
                throw new IllegalStateException(peer + " cannot be added: " + answer);
            }
        } catch (RemotingException e) {
            throw new IllegalStateException(peer + " cannot be reached: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    CompletableFuture<Void> remove(String peer) {
        return change(peer, node -> {
            if (!group.peers().contains(peer)) {
                throw new IllegalStateException(peer + " is no member");
            }
        }, Node::removePeer);
    }

    /**
     * Takes out and in again a member that has lost its data; at most one at a time.
     *
     * <p>The leader may change in between. Then the replica is no member any more, and it asks the next leader: that one
     * adds it if its own configuration names it. If the leader changes after the replica was admitted and before it
     * counts, it hears of no leader, and asks in the same way. A replica that was taken out by hand stays out unless it
     * is named there and comes back empty, or had come back so before; adding it is safe in any case, because it gets
     * all data before it counts.
     */
    void rejoin(String peer) {
        if (!rejoining.compareAndSet(false, true)) {
            return;
        }
        host.work(() -> {
            CompletableFuture<Void> removed = CompletableFuture.completedFuture(null);
            if (group.peers().contains(peer)) {
                LOG.warn("group {}: member {} has lost its data, it is removed and added again", group.name(), peer);
                lost.add(peer);
                removed = remove(peer);
            }
            boolean wanted = lost.contains(peer) || config.initialPeers().contains(peer);
            var _ = removed.thenCompose(done -> wanted ? add(peer) : removedByHand())
                    .thenRun(() -> lost.remove(peer))
                    .whenComplete((done, failure) -> {
                        rejoining.set(false);
                        if (failure != null) {
                            LOG.warn("group {}: {} is not back: {}", group.name(), peer, failure.toString());
                        }
                    });
        });
    }

    /**
     * A new replica that is no member, was not taken out by {@link #rejoin} and is not configured: someone else decides when
     * it is added.
     */
    private static CompletableFuture<Void> removedByHand() {
        return CompletableFuture.completedFuture(null);
    }

    private interface Change {
        void begin(Node node, PeerId peer, Closure done);
    }

    private CompletableFuture<Void> change(String peer, Consumer<Node> prepare, Change change) {
        var result = new CompletableFuture<Void>();
        var member = new PeerId(JRaftHost.endpoint(peer), 0);
        host.work(() -> {
            try {
                Node node = group.node();
                if (node == null || !group.leadership().isLeader()) {
                    throw new IllegalStateException("members are changed by the leader: "
                            + group.leadership().leader());
                }
                prepare.accept(node);
                group.membersUnsettled();
                change.begin(node, member, status -> {
                    group.membersSettled();
                    JRaftGroup.complete(result, status);
                });
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
