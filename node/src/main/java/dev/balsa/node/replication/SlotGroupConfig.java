package dev.balsa.node.replication;

/**
 * Limits of a slot group. Immutable.
 *
 * @param databases as in redis.conf
 * @param arenaMaxBytes address space for keys and values
 * @param entryMaxBytes commands are collected into one entry up to this size (one command may be larger)
 * @param entryMaxCommands … and up to this number
 * @param commandMaxBytes a larger write is refused
 * @param entriesInFlightMax entries that are on their way through the log at once
 * @param waitingMaxBytes commands that wait for their entry; more is refused as Busy
 * @param blockedClientsMax clients that wait in blocking commands; more are refused
 * @param applyQueueMaxBytes committed entries that wait for the loop; beyond it the replay waits
 * @param snapshotLogBytes a snapshot is taken when this much was applied since the last one (and at least as much as the data takes)
 * @param snapshotBytesPerSecondMax how fast a snapshot is written at most, so that the log's disk and the cores stay free
 * @param rdbCompression whether strings in snapshots are compressed
 */
public record SlotGroupConfig(
        int databases,
        long arenaMaxBytes,
        int entryMaxBytes,
        int entryMaxCommands,
        int commandMaxBytes,
        int entriesInFlightMax,
        long waitingMaxBytes,
        int blockedClientsMax,
        long applyQueueMaxBytes,
        long snapshotLogBytes,
        long snapshotBytesPerSecondMax,
        boolean rdbCompression) {}
