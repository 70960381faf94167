package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.PeerId;
import dev.balsa.raft.RaftConfig;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves leadership and changes members, one at a time: the joint change of several members in one step counts only the new ones in a
 * ReadIndex round. What JRaft calls under its write lock may wait for a connection, so it runs on the host's workers.
 *
 * <p>Thread-safe.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final int TRANSFER_MILLIS_MIN = 2_000;

    private final JRaftHost host;
    private final JRaftGroup group;
    private final RaftConfig config;
    /** Transfers that wait for the next leader. */
    private final Queue<CompletableFuture<Boolean>> transfers = new ConcurrentLinkedQueue<>();

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
        long millisMax = TRANSFER_MILLIS_MIN + 4L * config.electionTimeoutMillis();
        return result.completeOnTimeout(false, millisMax, TimeUnit.MILLISECONDS);
    }

    /** Someone leads from now on: a transfer has happened, or was given up. */
    void leaderIs(String leader, long term) {
        boolean moved = !leader.equals(config.self());
        for (CompletableFuture<Boolean> transfer : transfers) {
            transfer.complete(moved);
        }
    }

    CompletableFuture<Void> add(String peer) {
        return change(peer, (node, member) -> {
            if (group.peers().contains(peer)) {
                throw new IllegalStateException(peer + " is a member already; remove it first if it has lost its data");
            }
            group.notAlone();
        }, Node::addPeer);
    }

    CompletableFuture<Void> remove(String peer) {
        return change(peer, (node, member) -> {
            if (!group.peers().contains(peer)) {
                throw new IllegalStateException(peer + " is no member");
            }
        }, Node::removePeer);
    }

    private interface Change {
        void begin(Node node, PeerId peer, Closure done);
    }

    private CompletableFuture<Void> change(String peer, BiConsumer<Node, PeerId> prepare, Change change) {
        var result = new CompletableFuture<Void>();
        var member = new PeerId(JRaftHost.endpoint(peer), 0);
        host.work(() -> {
            try {
                Node node = group.node();
                if (node == null || !group.leadership().isLeader()) {
                    throw new IllegalStateException("members are changed by the leader: " + group.leadership().leader());
                }
                prepare.accept(node, member);
                change.begin(node, member, status -> JRaftGroup.complete(result, status));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
