package dev.balsa.raft;

import java.nio.file.Path;
import java.util.List;

/**
 * What a group needs to know. Immutable.
 *
 * @param directory of this group alone: log, metadata, snapshots
 * @param self this replica's Raft address {@code host:port}
 * @param initialPeers members when the group is founded; ignored once the group has a configuration of its own in the log
 * @param electionTimeoutMillis a follower waits this long for its leader, plus a random part of {@code electionSpreadMillis}
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
        boolean sync) {}
