package dev.balsa.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A state machine that remembers each 8-byte entry in order. Thread-safe by its monitor. */
public final class ListMachine implements StateMachine {
    private final List<Long> values = new ArrayList<>();
    private final List<Long> leaderTerms = new ArrayList<>();
    private long lastIndex;
    private int loads;
    private int stops;
    public final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** A proposal that tells the test how it ended. */
    public interface Applied extends Proposal {
        void applied(long index);
    }

    @Override
    public synchronized void apply(long index, long term, ByteBuffer data, @Nullable Proposal proposal) {
        if (index <= lastIndex) {
            throw new IllegalStateException("entry " + index + " after entry " + lastIndex);
        }
        lastIndex = index;
        long value = data.getLong(data.position());
        if (value < 0) {
            throw new IllegalArgumentException("a poisoned entry");
        }
        values.add(value);
        if (proposal instanceof Applied applied) {
            applied.applied(index);
        }
    }

    @Override
    public synchronized void save(Path directory, SnapshotDone done) {
        List<Long> copy = List.copyOf(values);
        Thread.ofVirtual().start(() -> {
            try {
                ByteBuffer bytes = ByteBuffer.allocate(copy.size() * Long.BYTES);
                copy.forEach(bytes::putLong);
                try (FileChannel file = FileChannel.open(
                        directory.resolve("values"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    file.write(bytes.flip());
                    file.force(true);
                }
                done.saved(List.of("values"));
            } catch (IOException e) {
                done.failed(e);
            }
        });
    }

    @Override
    public synchronized boolean load(Path directory, long index, long term) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("values")));
            values.clear();
            while (bytes.hasRemaining()) {
                values.add(bytes.getLong());
            }
            lastIndex = index;
            loads++;
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public synchronized void leaderStart(long term) {
        leaderTerms.add(term);
    }

    @Override
    public synchronized void leaderStop(RaftFailure reason) {
        stops++;
    }

    @Override
    public void following(String leader, long term) {}

    @Override
    public void failed(Throwable cause) {
        if (!failure.compareAndSet(null, cause)) {
            throw new IllegalStateException("failed twice", cause);
        }
    }

    public synchronized List<Long> values() {
        return List.copyOf(values);
    }

    public synchronized int size() {
        return values.size();
    }

    public synchronized int loads() {
        return loads;
    }

    public synchronized int stops() {
        return stops;
    }

    public synchronized List<Long> leaderTerms() {
        return List.copyOf(leaderTerms);
    }
}
