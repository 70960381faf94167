package dev.balsa.raft.jraft.segment;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.error.LogEntryCorruptedException;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import dev.balsa.raft.segment.LogListener;
import dev.balsa.raft.segment.LogRecord;
import dev.balsa.raft.segment.SegmentLog;
import dev.balsa.raft.segment.SegmentLogConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JRaft's log on a {@link SegmentLog}. Made by a JRaftServiceFactory; JRaft calls {@link #init} and {@link #shutdown}.
 *
 * <p>What it does otherwise than the stock storage on RocksDB:
 *
 * <ul>
 *   <li>Entries must follow each other. The stock storage takes any index and writes over entries that stand there;
 *       here that is refused, and JRaft stops the node: it happens only when an invariant of Raft is broken.
 *   <li>After {@link #reset} the log is empty. The stock storage leaves an entry of term 0 at the next index.
 *   <li>An entry that cannot be read throws {@link LogEntryCorruptedException} instead of being "not there": JRaft
 *       reads "not there" as term 0 and would cut a damaged log as if it were in conflict with the leader's.
 * </ul>
 *
 * <p>Threads: appends and cuts come from JRaft's log thread, reads from any.
 */
public final class SegmentLogStorage implements LogStorage {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentLogStorage.class);
    /** A longer entry is not kept in memory for its term's sake. */
    private static final int NEWEST_MAX_BYTES = 1 << 20;

    private final Path directory;
    private final SegmentLogConfig config;
    private final BooleanSupplier sync;
    private final LogEntryBatch batch = new LogEntryBatch();
    private volatile @Nullable SegmentLog log;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable ConfigurationManager configurations;
    private volatile @Nullable SyncTimer timer;
    /**
     * JRaft forgets an entry when it is applied, and asks for its term again when the next one is sent (for each
     * follower) and when it is received: without this, each time a read of the whole entry from its file.
     */
    private volatile @Nullable LogEntry newest;

    /** @param directory of this group's log alone */
    public SegmentLogStorage(Path directory, SegmentLogConfig config) {
        this(directory, config, config::sync);
    }

    /** @param sync whether a batch is to be synced, asked for each, instead of what {@code config} says */
    public SegmentLogStorage(Path directory, SegmentLogConfig config, BooleanSupplier sync) {
        this.directory = directory;
        this.config = config;
        this.sync = sync;
    }

    /** False if the log cannot be opened; {@link #failure} says why. */
    @Override
    public boolean init(LogStorageOptions options) {
        if (log != null) {
            return true;
        }
        ConfigurationManager table = options.getConfigurationManager();
        configurations = table;
        try {
            SegmentLog opened = SegmentLog.open(directory, config, new Findings(table));
            log = opened;
            failure = null;
            return true;
        } catch (IOException | RuntimeException e) {
            failed("opened", e);
            return false;
        }
    }

    private record Findings(@Nullable ConfigurationManager configurations) implements LogListener {
        @Override
        public void configuration(LogRecord entry) {
            if (configurations != null) {
                configurations.add(LogEntries.configuration(entry));
            }
        }

        @Override
        public void tornTail(String file, long offset, long nextIndex) {
            LOG.warn("{}: cut at offset {}: the node stopped while it wrote entry {}", file, offset, nextIndex);
        }
    }

    /** Syncs, closes and gives the directory free; {@link #init} may follow. */
    @Override
    public void shutdown() {
        @Nullable SyncTimer running = timer;
        timer = null;
        if (running != null) {
            running.stop();
        }
        @Nullable SegmentLog open = log;
        log = null;
        newest = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                failed("closed", e);
            }
        }
    }

    /** JRaft's table of the configurations in this log, null before it is opened. JRaft's log manager changes it. */
    public @Nullable ConfigurationManager configurations() {
        return configurations;
    }

    /** Why the log could last not be opened, changed or read; null if nothing failed since it was opened. */
    public @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public long getFirstLogIndex() {
        return open().firstIndex();
    }

    /** As {@link SegmentLog#syncedIndex}. */
    long syncedIndex() {
        return open().syncedIndex();
    }

    /** As {@link SegmentLog#writtenBytes}. */
    public long writtenBytes() {
        return open().writtenBytes();
    }

    /** 0 if the log is empty, wherever it would go on: JRaft takes any other number for an entry that has a term. */
    @Override
    public long getLastLogIndex() {
        SegmentLog current = open();
        long last = current.nextIndex() - 1;
        return last < current.firstIndex() ? 0 : last;
    }

    @Override
    public @Nullable LogEntry getEntry(long index) {
        try {
            SegmentLog current = open();
            @Nullable LogEntry last = newest;
            if (last != null && last.getId().getIndex() == index && index >= current.firstIndex()) {
                return last;
            }
            @Nullable LogRecord record = current.read(index);
            return record == null ? null : LogEntries.entry(record);
        } catch (IOException | RuntimeException e) {
            failed("read", e);
            throw new LogEntryCorruptedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @deprecated by JRaft, which does not call it */
    @Deprecated
    @Override
    public long getTerm(long index) {
        @Nullable LogEntry entry = getEntry(index);
        return entry == null ? 0 : entry.getId().getTerm();
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return appendEntries(List.of(entry)) == 1;
    }

    /** All entries or none. */
    @Override
    public int appendEntries(@Nullable List<LogEntry> entries) {
        if (entries == null || entries.isEmpty()) {
            return 0;
        }
        synchronized (batch) {
            batch.show(entries);
            try {
                SegmentLog current = open();
                current.sync(syncsEach(current));
                current.append(batch);
                LogEntry last = entries.getLast();
                newest = last.getData() == null || last.getData().remaining() > NEWEST_MAX_BYTES ? null : last;
                return entries.size();
            } catch (IOException | RuntimeException e) {
                failed("written", e);
                return 0;
            } finally {
                batch.clear();
            }
        }
    }

    private boolean syncsEach(SegmentLog current) {
        boolean each = sync.getAsBoolean();
        if (!each && timer == null) {
            // Stays when batches are synced again: there is nothing for it to do then.
            timer = SyncTimer.start(current, config.syncIntervalMillis());
        }
        return each;
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        return cut(() -> open().truncatePrefix(firstIndexKept));
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        return cut(() -> open().truncateSuffix(lastIndexKept));
    }

    @Override
    public boolean reset(long nextLogIndex) {
        if (nextLogIndex <= 0) {
            throw new IllegalArgumentException("next index " + nextLogIndex);
        }
        return cut(() -> open().reset(nextLogIndex));
    }

    private interface Cut {
        void run() throws IOException;
    }

    private boolean cut(Cut cut) {
        newest = null;
        try {
            cut.run();
            return true;
        } catch (IOException | RuntimeException e) {
            failed("cut", e);
            return false;
        }
    }

    private SegmentLog open() {
        @Nullable SegmentLog current = log;
        if (current == null) {
            throw new IllegalStateException("The log in " + directory + " is not open");
        }
        return current;
    }

    private void failed(String what, Exception e) {
        failure = e;
        LOG.error("The log in {} could not be {}", directory, what, e);
    }
}
