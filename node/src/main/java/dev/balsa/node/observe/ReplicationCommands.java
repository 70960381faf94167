package dev.balsa.node.observe;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.route.Request;
import dev.balsa.raft.GroupStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ROLE, WAIT, WAITAOF, FAILOVER: Raft in the words of Redis replication. Immutable. */
final class ReplicationCommands {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationCommands.class);

    /** How often a waiting WAIT looks again. */
    private static final long LOOK_MILLIS = 5;

    private final NodeState node;
    private final Settings settings;

    ReplicationCommands(NodeState node, Settings settings) {
        this.node = node;
        this.settings = settings;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("role", 1, this::role),
                new AdminRow("wait", 3, this::await),
                new AdminRow("waitaof", 4, this::awaitAof),
                new AdminRow("failover", -1, this::failover));
    }

    // ROLE
    private void role(AdminCall call) {
        ReplicationFigures figures = ReplicationFigures.of(node);
        RespWriter reply = call.reply();
        if (figures.master()) {
            reply.array(3);
            reply.bulk("master");
            reply.integer(figures.offset());
            List<ReplicationFigures.Replica> live = figures.replicas().stream()
                    .filter(ReplicationFigures.Replica::alive).toList();
            reply.array(live.size());
            for (ReplicationFigures.Replica replica : live) {
                reply.array(3);
                reply.bulk(replica.node().host());
                reply.bulk(Integer.toString(ReplicationFigures.shownPort(replica.node())));
                reply.bulk(Long.toString(replica.offset()));
            }
            return;
        }
        ClusterMap.Node leader = figures.leader();
        reply.array(5);
        reply.bulk("slave");
        reply.bulk(leader == null ? "?" : leader.host());
        reply.integer(leader == null ? 0 : ReplicationFigures.shownPort(leader));
        reply.bulk(leader == null ? "connect" : "connected");
        reply.integer(figures.offset());
    }

    // WAIT numreplicas timeout
    private void await(AdminCall call) {
        Long wanted = call.number(1, "value is not an integer or out of range");
        Long timeout = wanted == null ? null : call.number(2, "timeout is not an integer or out of range");
        if (wanted == null || timeout == null) {
            return;
        }
        if (timeout < 0) {
            call.reply().error("ERR timeout is negative");
            return;
        }
        new Wait(call, wanted, timeout, (reply, replicas) -> reply.integer(replicas)).look();
    }

    // WAITAOF numlocal numreplicas timeout
    private void awaitAof(AdminCall call) {
        Long local = call.number(1, "value is not an integer or out of range");
        Long wanted = local == null ? null : call.number(2, "value is not an integer or out of range");
        Long timeout = wanted == null ? null : call.number(3, "timeout is not an integer or out of range");
        if (local == null || wanted == null || timeout == null) {
            return;
        }
        if (local < 0 || local > 1) {
            call.reply().error("ERR value is out of range, value must between 0 and 1");
        } else if (timeout < 0) {
            call.reply().error("ERR timeout is negative");
        } else if (!settings.value("appendfsync").equals("always")) {
            call.reply().error("ERR WAITAOF cannot know what is on disk with appendfsync "
                    + settings.value("appendfsync")
                    + ". Use appendfsync always, where every acknowledged write is.");
        } else {
            // Every replica syncs an entry before it acknowledges it, and this one before it counts itself.
            new Wait(call, wanted, timeout, (reply, replicas) -> {
                        reply.array(2);
                        reply.integer(1);
                        reply.integer(replicas);
                    })
                    .look();
        }
    }

    /** How a count of replicas is replied. */
    private interface Answer {
        void write(RespWriter reply, long replicas);
    }

    /** A client that waits for replicas. On its loop. */
    private final class Wait {
        private final AdminCall call;
        private final long wanted;
        private final long deadlineNanos;
        private final boolean forEver;
        private final Answer answer;
        private final Map<Integer, Long> targets = new HashMap<>();

        Wait(AdminCall call, long wanted, long timeoutMillis, Answer answer) {
            this.call = call;
            this.wanted = wanted;
            this.forEver = timeoutMillis == 0;
            this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(timeoutMillis,
                    Long.MAX_VALUE / 2_000_000));
            this.answer = answer;
            for (GroupState group : node.groups()) {
                if (group.leads()) {
                    targets.put(group.id(), group.raft().lastIndex());
                }
            }
            call.later();
        }

        void look() {
            long replicas = acknowledged(targets);
            Request.Unblock unblocked = call.request().unblocked();
            if (unblocked == Request.Unblock.ERROR) {
                RespWriter reply = new RespWriter(64);
                reply.error("UNBLOCKED client unblocked via CLIENT UNBLOCK");
                call.answer(reply);
            } else if (unblocked != null || replicas >= wanted || (!forEver && System.nanoTime() - deadlineNanos >= 0)
                    || call.request().loop().isShuttingDown()) {
                RespWriter reply = new RespWriter(64).protocol(call.request().protocol());
                answer.write(reply, replicas);
                call.answer(reply);
            } else {
                var _ = call.request().loop().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    /**
     * How many other replicas have everything up to {@code targets}. Groups led here know it exactly; of a group led
     * elsewhere, what was acknowledged is on a
     * majority, and no more can be said here.
     */
    private long acknowledged(Map<Integer, Long> targets) {
        long fewest = Long.MAX_VALUE;
        for (GroupState group : node.groups()) {
            Long target = targets.get(group.id());
            long others = group.members().size() / 2;
            if (group.leads() && target != null) {
                long have = 0;
                for (GroupStatus.Follower follower : group.raft().followers()) {
                    have += follower.matchIndex() >= target ? 1 : 0;
                }
                others = have;
            }
            fewest = Math.min(fewest, others);
        }
        return fewest == Long.MAX_VALUE ? 0 : fewest;
    }

    // FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]
    private void failover(AdminCall call) {
        String target = null;
        for (int i = 1; i < call.args().count(); i++) {
            switch (call.word(i)) {
                case "to" -> {
                    target = i + 2 < call.args().count() ? nodeAt(call.args().text(i + 1), call.args().text(i + 2))
                            : null;
                    if (target == null) {
                        call.reply().error("ERR FAILOVER target HOST and PORT is not a replica.");
                        return;
                    }
                    i += 2;
                }
                case "timeout" -> i++;
                case "force" -> {
                    call.reply().error("ERR FAILOVER FORCE is not supported: it could lose acknowledged writes. Use "
                            + "FAILOVER TO without it.");
                    return;
                }
                case "abort" -> {
                    call.reply().error("ERR No failover in progress.");
                    return;
                }
                default -> {
                    call.syntaxError();
                    return;
                }
            }
        }
        transfer(call, target);
    }

    private void transfer(AdminCall call, @Nullable String target) {
        if (node.map().nodes().size() == 1) {
            call.reply().error("ERR FAILOVER requires connected replicas.");
        } else if (!node.leaders().leadsAny(node.nodeId())) {
            call.reply().error("ERR FAILOVER is not valid when server is a replica.");
        } else {
            var _ = node.transferAll(target).whenComplete((done, failure) -> {
                if (failure != null || !done) {
                    LOG.warn("FAILOVER left groups led here", failure);
                }
            });
            call.reply().ok();
        }
    }

    /** Id of the other member at a host and one of its client ports, null if there is none. */
    private @Nullable String nodeAt(String host, String port) {
        for (ClusterMap.Node other : node.map().nodes()) {
            boolean here = port.equals(Integer.toString(other.port()))
                    || port.equals(Integer.toString(other.clusterPort()));
            if (other.host().equals(host) && here && !other.id().equals(node.nodeId())) {
                return other.id();
            }
        }
        return null;
    }
}
