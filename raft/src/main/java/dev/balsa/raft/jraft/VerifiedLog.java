package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log whose every record is read and compared with its checksum before the replica may vote. JRaft by itself meets a
 * damaged
 * record only when it needs it, and a replica that is still able to vote by then has promised what it cannot keep.
 *
 * <p>Owned by JRaft's log manager, as the log below.
 */
final class VerifiedLog implements LogStorage {
    private final LogStorage log;
    private final String path;
    private volatile @Nullable ConfigurationManager configurations;
    private @Nullable String problem;

    VerifiedLog(LogStorage log, String path) {
        this.log = log;
        this.path = path;
    }

    /** What is wrong with the log, null = nothing known. */
    @Nullable String problem() {
        return problem;
    }

    /** JRaft's table of the configurations in this log, null before it is opened. */
    @Nullable ConfigurationManager configurations() {
        return configurations;
    }

    @Override
    public boolean init(LogStorageOptions options) {
        configurations = options.getConfigurationManager();
        if (!log.init(options)) {
            problem = "the log in " + path + " cannot be opened";
            return false;
        }
        problem = firstProblem();
        if (problem != null) {
            // Nobody else closes a log that JRaft was told it could not have.
            log.shutdown();
        }
        return problem == null;
    }

    private @Nullable String firstProblem() {
        long last = log.getLastLogIndex();
        long termBefore = 0;
        for (long index = log.getFirstLogIndex(); index <= last; index++) {
            LogEntry entry = log.getEntry(index);
            if (entry == null) {
                return "the log in " + path + " is damaged: entry " + index + " of " + last
                        + " is missing or unreadable";
            }
            if (entry.isCorrupted()) {
                return "the log in " + path + " is damaged: the checksum of entry " + index + " is wrong";
            }
            if (entry.getId().getIndex() != index || entry.getId().getTerm() < termBefore) {
                return "the log in " + path + " is damaged: entry " + index + " says it is " + entry.getId();
            }
            termBefore = entry.getId().getTerm();
        }
        return null;
    }

    @Override
    public void shutdown() {
        log.shutdown();
    }

    @Override
    public long getFirstLogIndex() {
        return log.getFirstLogIndex();
    }

    @Override
    public long getLastLogIndex() {
        return log.getLastLogIndex();
    }

    @Override
    public LogEntry getEntry(long index) {
        return log.getEntry(index);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public long getTerm(long index) {
        return log.getTerm(index);
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return log.appendEntry(entry);
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        return log.appendEntries(entries);
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        return log.truncatePrefix(firstIndexKept);
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        return log.truncateSuffix(lastIndexKept);
    }

    @Override
    public boolean reset(long nextLogIndex) {
        return log.reset(nextLogIndex);
    }
}
