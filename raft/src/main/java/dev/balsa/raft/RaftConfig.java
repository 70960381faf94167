package dev.balsa.raft;

import java.nio.file.Path;
import java.util.List;

/**
 * What a group needs to know. Immutable.
 *
 * @param directory of this group alone: log, metadata, snapshots
 * @param self this replica's Raft address {@code host:port}
 * @param initialPeers members when the group is founded; ignored once this replica is a member. Without {@code self} in
 *     it the
 *     replica founds nothing and waits to be added
 * @param electionTimeoutMillis a follower waits this long for its leader, plus a random part of {@code
 *     electionSpreadMillis}
 * @param maxInFlightEntries proposals that may be on their way at once; one more is refused as Busy
 * @param logInMemoryMaxBytes how much of the log's end is kept in memory for followers
 * @param logStore {@code segments} or {@code rocksdb}
 * @param sync fsync before an entry counts as written; votes and term are synced always
 */
public record RaftConfig(
        String group,
        Path directory,
        String self,
        List<String> initialPeers,
        int electionTimeoutMillis,
        int electionSpreadMillis,
        int maxInFlightEntries,
        long logInMemoryMaxBytes,
        String logStore,
        boolean sync,
        RaftLimits limits) {

    public RaftConfig {
        initialPeers = List.copyOf(initialPeers);
    }

    /** With {@link RaftLimits#DEFAULTS}. */
    public RaftConfig(
            String group,
            Path directory,
            String self,
            List<String> initialPeers,
            int electionTimeoutMillis,
            int electionSpreadMillis,
            int maxInFlightEntries,
            long logInMemoryMaxBytes,
            String logStore,
            boolean sync) {
        this(
                group,
                directory,
                self,
                initialPeers,
                electionTimeoutMillis,
                electionSpreadMillis,
                maxInFlightEntries,
                logInMemoryMaxBytes,
                logStore,
                sync,
                RaftLimits.DEFAULTS);
    }

    public RaftConfig withLimits(RaftLimits changed) {
        return new RaftConfig(
                group,
                directory,
                self,
                initialPeers,
                electionTimeoutMillis,
                electionSpreadMillis,
                maxInFlightEntries,
                logInMemoryMaxBytes,
                logStore,
                sync,
                changed);
    }
}
