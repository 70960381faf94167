package dev.balsa.raft.jraft.segment;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import dev.balsa.raft.segment.EntryBatch;
import dev.balsa.raft.segment.RecordType;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JRaft's entries as the log wants to see them; one object for all batches. Owned by the appending thread. */
final class LogEntryBatch implements EntryBatch {
    private List<LogEntry> entries = List.of();

    void show(List<LogEntry> batch) {
        entries = batch;
    }

    /** Lets the entries go, so that they are not kept alive until the next batch. */
    void clear() {
        entries = List.of();
    }

    @Override
    public int count() {
        return entries.size();
    }

    @Override
    public long index(int i) {
        return entries.get(i).getId().getIndex();
    }

    @Override
    public long term(int i) {
        return entries.get(i).getId().getTerm();
    }

    @Override
    public RecordType type(int i) {
        EntryType type = entries.get(i).getType();
        return switch (type) {
            case ENTRY_TYPE_NO_OP -> RecordType.NO_OP;
            case ENTRY_TYPE_DATA -> RecordType.DATA;
            case ENTRY_TYPE_CONFIGURATION -> RecordType.CONFIGURATION;
            case ENTRY_TYPE_UNKNOWN -> throw new IllegalArgumentException("entry " + index(i) + " has no type");
        };
    }

    @Override
    public ByteBuffer payload(int i) {
        LogEntry entry = entries.get(i);
        if (entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION) {
            return ByteBuffer.wrap(LogEntries.membership(entry).encode());
        }
        @Nullable ByteBuffer data = entry.getData();
        return data == null ? LogEntry.EMPTY_DATA : data;
    }

    @Override
    public boolean hasMark(int i) {
        return entries.get(i).hasChecksum();
    }

    /** JRaft's checksum of the entry travels with it to followers, so it must come back from the log. */
    @Override
    public long mark(int i) {
        return entries.get(i).getChecksum();
    }
}
