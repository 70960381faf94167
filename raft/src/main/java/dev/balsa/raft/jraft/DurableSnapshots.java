package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotMetaTable;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JRaft's snapshot directory, made durable: before a snapshot (written here or copied from the leader) replaces the one
 * before, its
 * content is compared with its manifest and its directory is fsynced. JRaft deletes the old snapshot at that moment.
 *
 * <p>Thread-safe as JRaft's own.
 */
final class DurableSnapshots extends LocalSnapshotStorage {
    private static final Logger LOG = LoggerFactory.getLogger(DurableSnapshots.class);

    private final Path temporary;
    private final RaftOptions options;

    DurableSnapshots(String path, RaftOptions options) {
        super(path, null, options);
        this.temporary = Path.of(path, "temp");
        this.options = options;
    }

    @Override
    public SnapshotWriter create() {
        return create(true);
    }

    @Override
    @SuppressWarnings("NullAway") // null is JRaft's word for "cannot": the caller reports an error
    public SnapshotWriter create(boolean fromEmpty) {
        try {
            if (fromEmpty) {
                deleteTemporary();
            }
            var writer = new CheckedWriter();
            return writer.init(null) ? writer : null;
        } catch (IOException e) {
            LOG.error("cannot prepare {}", temporary, e);
            return null;
        }
    }

    private void deleteTemporary() throws IOException {
        if (!Files.exists(temporary)) {
            return;
        }
        try (Stream<Path> files = Files.walk(temporary)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Owned by the thread that saves or copies. */
    private final class CheckedWriter extends LocalSnapshotWriter {
        CheckedWriter() {
            super(temporary.toString(), DurableSnapshots.this, options);
        }

        @Override
        public void close() throws IOException {
            close(false);
        }

        @Override
        public void close(boolean keepDataOnError) throws IOException {
            if (isOk()) {
                try {
                    if (!sync()) {
                        throw new IOException("cannot write the snapshot's metadata in " + temporary);
                    }
                    SnapshotManifest.verify(temporary, meta());
                    SafeFile.syncDirectory(temporary);
                } catch (IOException e) {
                    LOG.error("the new snapshot is not used: {}", e.getMessage(), e);
                    // Not EIO: a snapshot that failed is no reason to end the replica, its log is whole.
                    setError(RaftError.ECANCELED, "%s", e.getMessage());
                }
            }
            super.close(keepDataOnError);
        }

        private SnapshotMeta meta() throws IOException {
            var table = new LocalSnapshotMetaTable(options);
            if (!table.loadFromFile(temporary.resolve(JRAFT_SNAPSHOT_META_FILE).toString()) || !table.hasMeta()) {
                throw new IOException("the snapshot in " + temporary + " has no metadata");
            }
            return table.getMeta();
        }
    }
}
