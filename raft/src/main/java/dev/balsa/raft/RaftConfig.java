package dev.balsa.raft;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What a group needs to know. Immutable.
 *
 * @param directory of this group alone: log, metadata, snapshots
 * @param self this replica's Raft address {@code host:port}
 * @param initialPeers members when the group is founded; ignored once this replica is a member. Without {@code self} in
 *     it the replica founds nothing and waits to be added
 */
public record RaftConfig(
        String group,
        Path directory,
        String self,
        List<String> initialPeers,
        Elections elections,
        Log log,
        RaftLimits limits) {

    public RaftConfig {
        initialPeers = List.copyOf(initialPeers);
    }

    /** A follower waits {@code timeoutMillis} for its leader, plus a random part of {@code spreadMillis}. */
    public record Elections(int timeoutMillis, int spreadMillis) {}

    /**
     * How the log is kept.
     *
     * @param store {@code segments} or {@code rocksdb}
     * @param sync whether an entry is fsynced before it counts as written, asked for each batch (RocksDB: at the
     *     start); votes and term are synced always
     * @param inMemoryMaxBytes how much of the log's end is kept in memory for followers
     */
    public record Log(String store, BooleanSupplier sync, long inMemoryMaxBytes) {}

    public RaftConfig withLimits(RaftLimits changed) {
        return new RaftConfig(group, directory, self, initialPeers, elections, log, changed);
    }
}
