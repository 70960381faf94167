package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.CliRequests.TransferLeaderRequest;
import dev.balsa.raft.GroupStatus;
import dev.balsa.raft.RaftConfig;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the members of a group have room on their disks. Entries are refused while there is still room to keep what has
 * been accepted: an append that fails ends the JRaft node.
 *
 * <p>A member without room tells the others, again and again; one that is not heard of any more has room, so nothing is
 * sent while all is well. A leader without room hands over to a member that has; if none can take over, or if so few
 * members have room that they are no majority, the leader refuses entries.
 *
 * <p>Driven by the host's clock; {@link #heard} and the questions are thread-safe.
 */
final class DiskRoom {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);
    private static final int CHECK_TICKS = 2;
    private static final int TELL_TICKS = 10;
    private static final int TELL_MILLIS_MAX = 300;
    /** Three messages may be lost. */
    private static final int FORGET_TICKS = 40;

    private static final int HAND_OVER_TICKS = 50;

    private final JRaftHost host;
    private final JRaftGroup group;
    private final RaftConfig config;
    /** Other members without room, and when they last said so. */
    private final Map<String, Long> others = new ConcurrentHashMap<>();

    private final AtomicBoolean telling = new AtomicBoolean();
    private volatile @Nullable String full;
    private volatile @Nullable String majorityFull;
    private volatile long now;
    private @Nullable FileStore store;
    private long tellTicks;
    private long handOverTicks;

    DiskRoom(JRaftHost host, JRaftGroup group, RaftConfig config) {
        this.host = host;
        this.group = group;
        this.config = config;
    }

    /** Why this replica takes no entries, null = it has room. */
    @Nullable String full() {
        return full;
    }

    /** Why a leader here must refuse entries, null = it need not. */
    @Nullable String refusal() {
        String own = full;
        return own == null ? majorityFull : own;
    }

    /** A member says that it has no room. */
    void heard(String peer) {
        if (!peer.equals(config.self())
                && (config.initialPeers().contains(peer) || group.peers().contains(peer))
                && others.put(peer, now) == null) {
            LOG.warn("group {}: the disk of {} is full", config.group(), peer);
        }
    }

    void tick(long ticks) {
        now = ticks;
        if (config.limits().diskFreeBytesMin() <= 0 || ticks % CHECK_TICKS != 0) {
            return;
        }
        check();
        others.values().removeIf(heardTicks -> ticks - heardTicks > FORGET_TICKS);
        boolean leads = group.leadership().isLeader();
        majorityFull = leads && !others.isEmpty() ? missingMajority() : null;
        if (full != null && ticks >= tellTicks) {
            tellTicks = ticks + TELL_TICKS;
            tell();
        }
        if (full != null && leads && majorityFull == null && ticks >= handOverTicks) {
            handOverTicks = ticks + HAND_OVER_TICKS;
            host.work(this::handOver);
        }
    }

    private void check() {
        long min = config.limits().diskFreeBytesMin();
        try {
            FileStore disk = store;
            if (disk == null) {
                // Finding it reads the table of mounts; asking it is one system call.
                disk = Files.getFileStore(config.directory());
                store = disk;
            }
            long free = disk.getUsableSpace();
            if (free < min && full == null) {
                full = "disk full: " + (free >> 20) + " MiB free in " + config.directory() + ", " + (min >> 20)
                        + " MiB needed";
                LOG.error("group {} refuses writes: {}", config.group(), full);
                tellTicks = now;
                // What the others say about themselves arrives meanwhile.
                handOverTicks = now + 2 * CHECK_TICKS;
            } else if (free >= min + min / 4 && full != null) {
                full = null;
                LOG.warn("group {} admits writes again: {} MiB free", config.group(), free >> 20);
            }
        } catch (IOException e) {
            LOG.warn("group {}: cannot ask how much space is free in {}", config.group(), config.directory(), e);
        }
    }

    private @Nullable String missingMajority() {
        List<String> without = new ArrayList<>();
        List<String> members = group.peers();
        for (String member : members) {
            if (member.equals(config.self()) ? full != null : others.containsKey(member)) {
                without.add(member);
            }
        }
        boolean majority = members.size() - without.size() > members.size() / 2;
        return majority ? null : "disk full: no room at " + String.join(", ", without) + " of " + members.size()
                + " members";
    }

    private void tell() {
        if (!telling.compareAndSet(false, true)) {
            return;
        }
        List<String> members = group.peers();
        List<String> to = new ArrayList<>(members.isEmpty() ? config.initialPeers() : members);
        to.remove(config.self());
        host.work(() -> {
            try {
                to.forEach(this::tell);
            } finally {
                telling.set(false);
            }
        });
    }

    /** On the wire it is JRaft's TransferLeaderRequest, which has no other use here: "do not count on me". */
    private void tell(String peer) {
        TransferLeaderRequest message = TransferLeaderRequest.newBuilder()
                .setGroupId(config.group())
                .setLeaderId(config.self())
                .build();
        try {
            host.port().ask(JRaftHost.endpoint(peer), message, TELL_MILLIS_MAX);
        } catch (RemotingException e) {
            LOG.debug("group {}: {} cannot be told: {}", config.group(), peer, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handOver() {
        GroupStatus.Follower successor = group.status().followers().stream()
                .filter(follower -> follower.alive() && !others.containsKey(follower.peer()))
                .min(Comparator.comparingLong(GroupStatus.Follower::lag))
                .orElse(null);
        if (successor != null) {
            LOG.warn("group {}: the disk is full, {} is asked to lead", config.group(), successor.peer());
            var _ = group.transferLeadership(successor.peer());
        }
    }
}
