package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import com.alipay.sofa.jraft.util.StorageOptionsFactory;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftStartException;
import dev.balsa.raft.jraft.segment.SegmentLogStorage;
import dev.balsa.raft.segment.SegmentLogConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.RocksDB;
import org.rocksdb.WALRecoveryMode;

/** Makes the files of one replica: log, votes, snapshots. Owned by the group that starts. */
final class Storages implements JRaftServiceFactory {
    /** Name of the directory of snapshots in the replica's. */
    static final String SNAPSHOTS = "snapshots";

    private static final int SEGMENT_BYTES = 32 << 20;

    private final RaftConfig config;
    private volatile @Nullable LogStorage log;
    private volatile @Nullable VoteStorage votes;

    Storages(RaftConfig config) {
        this.config = config;
    }

    static Path logDirectory(RaftConfig config) {
        return config.directory().resolve("log");
    }

    static Path votesDirectory(RaftConfig config) {
        return config.directory().resolve("votes");
    }

    static Path snapshotDirectory(RaftConfig config) {
        return config.directory().resolve(SNAPSHOTS);
    }

    /** First index that the log still holds, 0 while it is not open. */
    long firstLogIndex() {
        LogStorage storage = log;
        try {
            return storage == null ? 0 : storage.getFirstLogIndex();
        } catch (RuntimeException e) {
            // It is being opened or closed.
            return 0;
        }
    }

    /** What the log has on disk, in bytes; 0 while it is not open. */
    long logBytes() {
        LogStorage storage = log;
        try {
            return switch (storage) {
                case null -> 0;
                case SegmentLogStorage segments -> segments.writtenBytes();
                default -> lengthOfFiles(logDirectory(config));
            };
        } catch (IllegalStateException | UncheckedIOException e) {
            // It is being opened or closed, or one of its files was just removed.
            return 0;
        }
    }

    private static long lengthOfFiles(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The term that this replica has written down last, 0 before it has read it. */
    long term() {
        VoteStorage storage = votes;
        return storage == null ? 0 : storage.getTerm();
    }

    /**
     * The members of the newest configuration in the log; null while it is a joint one, which needs two majorities. For
     * a moment in which nobody changes it.
     */
    @Nullable List<PeerId> steadyMembers() {
        ConfigurationManager known =
                switch (log) {
                    case VerifiedLog verified -> verified.configurations();
                    case SegmentLogStorage segments -> segments.configurations();
                    case null, default -> null;
                };
        ConfigurationEntry last = known == null ? null : known.getLastConfiguration();
        return last == null || !last.isStable() || last.getConf().isEmpty() ? null : last.getConf().listPeers();
    }

    /** What the log found wrong with itself while it opened, null = nothing. */
    @Nullable String logProblem() {
        return switch (log) {
            case VerifiedLog verified -> verified.problem();
            case SegmentLogStorage segments when segments.failure() != null -> String.valueOf(segments.failure());
            case null, default -> null;
        };
    }

    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
        LogStorage storage =
                switch (config.log().store()) {
                    case "rocksdb" -> new VerifiedLog(Rocks.open(uri, options), uri);
                    case "segments" -> new SegmentLogStorage(Path.of(uri), segments(), config.log().sync());
                    default ->
                        throw new RaftStartException(
                                "unknown log store '" + config.log().store() + "': use 'segments' or 'rocksdb'");
                };
        log = storage;
        return storage;
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
        VoteStorage storage = new VoteStorage(Path.of(uri));
        votes = storage;
        return storage;
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions options) {
        return new DurableSnapshots(options.getSnapshotUri(), options.getRaftOptions());
    }

    @Override
    public LogEntryCodecFactory createLogEntryCodecFactory() {
        return LogEntryV2CodecFactory.getInstance();
    }

    private SegmentLogConfig segments() {
        return SegmentLogConfig.defaults().withSegmentBytes(SEGMENT_BYTES);
    }

    /** Loads the native library only where it is used. */
    private static final class Rocks {
        static {
            RocksDB.loadLibrary();
            StorageOptionsFactory.registerRocksDBOptions(RocksDBLogStorage.class, options());
        }

        static LogStorage open(String uri, RaftOptions options) {
            return new RocksDBLogStorage(uri, options);
        }

        private static DBOptions options() {
            return StorageOptionsFactory.getDefaultRocksDBOptions()
                    // RocksDB's default stops quietly at the first damaged record and forgets all that follow. This
                    // mode
                    // forgives only an incomplete record at the very end: its fsync had not returned, so nobody was
                    // told it
                    // was written.
                    .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                    .setParanoidChecks(true)
                    .setMaxTotalWalSize(256L << 20)
                    .setKeepLogFileNum(4)
                    .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
        }
    }
}
