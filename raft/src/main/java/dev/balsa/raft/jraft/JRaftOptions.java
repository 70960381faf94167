package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.StateMachine;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import com.alipay.sofa.jraft.storage.snapshot.ThroughputSnapshotThrottle;
import dev.balsa.raft.RaftConfig;

/** Every setting of JRaft that matters, with its reason. Stateless. */
final class JRaftOptions {
    /**
     * More would cost CPU while idle and gain nothing: what delays a heartbeat delays them all. With {@link AlignedTimers}
     * that is one every 80 ms at an election timeout of 350: a follower waits for 270 ms after one that is missing.
     */
    private static final int HEARTBEATS_PER_ELECTION_TIMEOUT = 4;
    private static final int CONNECT_TIMEOUT_MILLIS = 200;
    private static final int RPC_TIMEOUT_MILLIS = 1_000;
    private static final int RING_MIN = 1_024;

    private JRaftOptions() {}

    /**
     * What JRaft reads from system properties when its classes load: call before the first use of one. A property that
     * is set already
     * stays.
     */
    static void setProperties() {
        // Timers are shared by all groups: a wheel timer per group would wake up a thousand times a second. An election
        // may wait for
        // a connection to a dead member, so elections get a few threads of which the others do not depend.
        property("jraft.timer.global_election_timer_workers", "4");
        property("jraft.timer.global_vote_timer_workers", "1");
        property("jraft.timer.global_step_down_timer_workers", "1");
        property("jraft.timer.global_snapshot_timer_workers", "1");
        property("jraft.timer.global_scheduler_workers", "2");
        property("jraft.closure.threadpool.size.min", "0");
        property("jraft.internal.closure.threadpool.size.min", "0");
        property("jraft.rpc.closure.threadpool.size.min", "0");
        property("com.google.protobuf.use_unsafe_pre22_gencode", "true");
    }

    private static void property(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    /** Fills the empty {@code options} of a host's port. */
    static NodeOptions node(NodeOptions options, RaftConfig config, Configuration initial, StateMachine machine,
            Storages storages) {
        options.setElectionTimeoutMs(config.elections().timeoutMillis());
        AlignedTimers.electionTimeout(config.elections().timeoutMillis());
        options.setInitialConf(initial);
        options.setFsm(machine);
        options.setServiceFactory(storages);
        options.setLogUri(Storages.logDirectory(config).toString());
        options.setRaftMetaUri(Storages.votesDirectory(config).toString());
        options.setSnapshotUri(Storages.snapshotDirectory(config).toString());
        // The state machine says when a snapshot is due: it knows what its log costs.
        options.setSnapshotIntervalSecs(0);
        // Stop-and-wait at one RPC per file chunk already; the throttle keeps a recovering replica from starving the
        // others.
        options.setSnapshotThrottle(
                new ThroughputSnapshotThrottle(Math.max(config.limits().snapshotBytesPerSecondMax(), 1 << 20), 10));
        // Membership changes come through RaftGroup only, one replica at a time.
        options.setDisableCli(true);
        options.setSharedElectionTimer(true);
        options.setSharedVoteTimer(true);
        options.setSharedStepDownTimer(true);
        options.setSharedSnapshotTimer(true);
        options.setSharedTimerPool(true);
        options.setRpcConnectTimeoutMs(CONNECT_TIMEOUT_MILLIS);
        options.setRpcDefaultTimeout(RPC_TIMEOUT_MILLIS);
        // JRaft starts a third of these per group, busy or not.
        options.setRpcProcessorThreadPoolSize(6);
        options.setRaftOptions(raft(config));
        return options;
    }

    private static RaftOptions raft(RaftConfig config) {
        var options = new RaftOptions();
        options.setMaxElectionDelayMs(config.elections().spreadMillis());
        options.setElectionHeartbeatFactor(HEARTBEATS_PER_ELECTION_TIMEOUT);
        options.setSync(config.log().sync().getAsBoolean());
        // Whatever the log does: snapshot metadata is synced here, term and vote by VoteStorage.
        options.setSyncMeta(true);
        // JRaft's CRC64 of each entry, taken once on the leader and twice on each follower, a byte at a time, was a fifth
        // of what a replicated write cost. Segments have a CRC32C for each record, and so has each frame between two
        // processes; RocksDB's log is verified by JRaft's.
        options.setEnableLogEntryChecksum(!config.log().store().equals("segments"));
        // Lease reads are unsafe under a suspended machine, clock drift, or a follower's fast restart.
        options.setReadOnlyOptions(ReadOnlyOption.ReadOnlySafe);
        options.setReplicatorPipeline(true);
        // 32 requests of 512 KiB fill any disk or network. JRaft's 256 would put 128 MiB before the next heartbeat,
        // more than the
        // transport lets wait, and a refused request makes JRaft send everything unacknowledged again.
        options.setMaxReplicatorInflightMsgs(32);
        options.setMaxLogsInMemoryBytes(config.log().inMemoryMaxBytes());
        options.setOpenStatistics(false);
        // Larger than what may be in flight, so that a ring is never the first to be full.
        options.setDisruptorBufferSize(ring(config.limits().entriesInFlightMax() + config.limits().readsInFlightMax()));
        return options;
    }

    private static int ring(int inFlightMax) {
        return Math.max(RING_MIN, Integer.highestOneBit(inFlightMax) << 1);
    }
}
