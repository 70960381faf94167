package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.snapshot.Snapshot;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotMetaTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A snapshot in the directory of a stopped replica. Immutable.
 *
 * @param directory of its files
 * @param lastIndex of the last entry that it contains
 * @param members of the group at that entry, learners not counted
 */
public record SavedSnapshot(Path directory, long lastIndex, int members) {
    private static final Pattern NAME = Pattern.compile(Snapshot.JRAFT_SNAPSHOT_PREFIX + "([0-9]{1,18})");

    /** The snapshots of the replica in {@code groupDirectory}, newest first; nothing is read but names. */
    public static List<Path> list(Path groupDirectory) throws IOException {
        Path all = groupDirectory.resolve(Storages.SNAPSHOTS);
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (Stream<Path> children = Files.list(all)) {
            children.filter(child -> index(child) >= 0).forEach(found::add);
        }
        found.sort(Comparator.comparingLong(SavedSnapshot::index).reversed());
        return List.copyOf(found);
    }

    /** Index of the last entry in a snapshot by its directory's name, or -1 for another name. */
    public static long index(Path directory) {
        var name = NAME.matcher(directory.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : -1;
    }

    /**
     * Reads every file of the snapshot once and compares it with the manifest.
     *
     * @throws IOException naming the file that is missing or differs
     */
    public static SavedSnapshot verify(Path directory) throws IOException {
        var table = new LocalSnapshotMetaTable(new RaftOptions());
        Path metaFile = directory.resolve(Snapshot.JRAFT_SNAPSHOT_META_FILE);
        if (!table.loadFromFile(metaFile.toString()) || !table.hasMeta()) {
            throw new DamagedFileException(metaFile, 0, "it is missing or not readable");
        }
        SnapshotMeta meta = table.getMeta();
        SnapshotManifest.verify(directory, meta);
        return new SavedSnapshot(directory, meta.getLastIncludedIndex(), meta.getPeersCount());
    }
}
