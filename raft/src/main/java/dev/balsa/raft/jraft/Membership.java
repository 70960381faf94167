package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.CliRequests.AddPeerRequest;
import com.alipay.sofa.jraft.rpc.CliRequests.AddPeerResponse;
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

    /** JRaft answers OK when it has begun; what counts is who leads next. */
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
     * counts, it notices that it is no member and has no leader, and asks in the same way. A replica that was taken out
     * by hand stays out unless it is named there and comes back empty, or had come back so before; adding it is safe in
     * any case, because it gets all data before it counts.
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
