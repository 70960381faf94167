package dev.balsa.node.replication;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import java.util.ArrayList;
import java.util.List;

/**
 * What a group's loop tells other threads about its data. Immutable.
 *
 * @param keys by database
 * @param leavingBytes those of usedBytes that nobody needs any more and that will be given back
 * @param appliedEntries since the process began
 * @param appliedWrites commands of those entries
 * @param hits lookups of reads that found their key
 */
public record GroupFigures(
        List<Keys> keys,
        long usedBytes,
        long leavingBytes,
        long logMillis,
        long appliedIndex,
        long appliedEntries,
        long appliedWrites,
        long expiredKeys,
        long evictedKeys,
        long hits,
        long misses,
        Scripts scripts) {

    /**
     * Keys of one database.
     *
     * @param withDeadline those that expire
     * @param withFieldDeadlines hashes of which fields expire
     */
    public record Keys(long count, long withDeadline, long withFieldDeadlines) {}

    /**
     * Scripts and functions.
     *
     * @param bytes of their texts, about
     */
    public record Scripts(long cached, long libraries, long functions, long bytes) {}

    static GroupFigures of(EntryRunner runner) {
        Keyspace keyspace = runner.keyspace();
        List<Keys> keys = new ArrayList<>(keyspace.databases());
        for (int i = 0; i < keyspace.databases(); i++) {
            Database database = keyspace.database(i);
            keys.add(new Keys(database.size(), database.sizeWithDeadline(), database.sizeWithFieldDeadlines()));
        }
        return new GroupFigures(
                keys,
                keyspace.usedBytes(),
                keyspace.leavingBytes(),
                runner.logMillis(),
                runner.appliedIndex(),
                runner.appliedEntries(),
                runner.appliedWrites(),
                runner.expiredKeys(),
                runner.evictedKeys(),
                runner.hits(),
                runner.misses(),
                new Scripts(keyspace.scripts().size(), keyspace.scripts().libraries().size(), runner.functions(),
                        keyspace.scripts().bytes()));
    }
}
