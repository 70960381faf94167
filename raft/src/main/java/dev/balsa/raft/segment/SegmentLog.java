package dev.balsa.raft.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A Raft log in segment files: append at the end, read anywhere, drop the beginning, drop the end.
 *
 * <p>A batch is one write and one fdatasync. The files are
 *
 * <pre>
 * 00000000000000000001.log   a segment: 4 KiB with its header, then records ({@link RecordFormat}), then zeros
 *                            or what an earlier life of the file left
 * meta                       first index and a cut in progress, replaced as a whole ({@link LogMeta})
 * watermark                  how far the log was synced ({@link Watermark})
 * spare-7                    a dropped segment, to be used again
 * lock                       held while the log is open
 * </pre>
 *
 * <p><b>What a crash leaves.</b> What {@link #append} has returned for is there, or opening fails with a {@link
 * LogDamagedException}. A batch under way may be there in part, from its beginning. In detail:
 *
 * <ul>
 *   <li><i>Process killed.</i> The page cache has everything, and the watermark is exact. At or below it, what is not
 *       intact is damage. Above it, it is the batch under way, and is cut off.
 *   <li><i>Power failure.</i> The watermark may be old. Records testify for those before them ({@link RecordFormat}):
 *       a hole with a later batch behind it is damage. Only for the last batch does nothing testify; if a bit of it
 *       rots and the watermark is lost as well, it passes for torn. No log without a second device can tell these two
 *       apart.
 *   <li><i>Roll.</i> A sealed segment is on the disk before the next one is made, and a batch stands in one segment.
 *   <li><i>Cuts.</i> The decision is made durable in the metadata first, then the dead bytes are destroyed and that
 *       is made durable, then the decision is crossed out. When a crash comes in between, opening the log does the
 *       rest. So no dead record can follow new ones.
 *   <li><i>A failed batch</i> is zeroed before the next one is written. If even that fails, or an fdatasync fails
 *       (after which nobody knows what is on the disk), the log takes no more: {@link #append} throws until it is
 *       opened anew.
 * </ul>
 *
 * <p>Thread-safe: changes are serialised by a lock; reads run beside appends and wait only for cuts.
 */
public final class SegmentLog implements Closeable {
    private static final int READ_WINDOW_BYTES = 64 << 10;
    private static final ThreadLocal<RecordWindow> READ_WINDOW =
            ThreadLocal.withInitial(() -> new RecordWindow(READ_WINDOW_BYTES));

    private final LogFiles files;
    private final SegmentShelf shelf;
    private final Watermark watermark;
    private final BatchWriter writer;

    /** One change at a time. Taken before {@link #content}. */
    private final ReentrantLock changing = new ReentrantLock();

    /** Readers share it; a cut takes it alone, so that no file goes away under a reader. */
    private final ReentrantReadWriteLock content = new ReentrantReadWriteLock();

    private volatile Segment[] segments;
    private volatile LogMeta meta;
    private volatile long firstIndex;
    private volatile long nextIndex;
    private volatile long syncedIndex;
    private volatile @Nullable IOException broken;
    private volatile boolean sync;
    private volatile boolean closed;

    private SegmentLog(LogFiles files, SegmentLogConfig config, LogRecovery.Opened opened) {
        this.files = files;
        this.shelf = opened.shelf();
        this.watermark = opened.watermark();
        this.writer = opened.writer();
        this.segments = opened.segments().toArray(Segment[]::new);
        this.meta = opened.meta();
        this.firstIndex = meta.firstIndex();
        this.nextIndex = segments.length == 0 ? firstIndex : segments[segments.length - 1].lastIndex() + 1;
        this.syncedIndex = nextIndex - 1;
        this.sync = config.sync();
    }

    /**
     * Opens the log in a directory, or founds one there. Verifies every record.
     *
     * @throws LogDamagedException if something that was synced is not intact; the files are as they were
     * @throws IOException if the log is open elsewhere, or the disk fails
     */
    public static SegmentLog open(Path directory, SegmentLogConfig config, LogListener listener) throws IOException {
        LogFiles files = DiskFiles.lock(directory);
        try {
            return open(files, config, listener, new SecureRandom()::nextLong);
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    static SegmentLog open(LogFiles files, SegmentLogConfig config, LogListener listener, LongSupplier salts)
            throws IOException {
        return new SegmentLog(files, config, new LogRecovery(files, config, listener, salts).open());
    }

    /** Of the first live entry, or of the next entry if there is none. */
    public long firstIndex() {
        return firstIndex;
    }

    /** Where the next entry goes: one more than the last. */
    public long nextIndex() {
        return nextIndex;
    }

    public boolean isEmpty() {
        return nextIndex == firstIndex;
    }

    /** Everything up to this index is on the disk. */
    public long syncedIndex() {
        return syncedIndex;
    }

    /** Bytes written to the segment files that hold live entries; the files are longer, reserved ahead. */
    public long writtenBytes() {
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += segment.end();
        }
        return bytes;
    }

    /**
     * Appends entries with the indexes from {@link #nextIndex} on; a log that never had an entry may begin with any
     * index. With {@code sync} they are on the disk on return.
     *
     * @throws LogFullException if there is no space; the log is as before, the batch may be tried again
     * @throws IOException if the disk fails; the log is as before or takes no more, see {@link #broken}
     * @throws IllegalArgumentException if the indexes do not follow
     */
    public void append(EntryBatch batch) throws IOException {
        changing.lock();
        try {
            requireUsable();
            int count = batch.count();
            if (count == 0) {
                return;
            }
            long bytes = measure(batch);
            if (batch.index(0) != nextIndex) {
                beginAt(batch.index(0));
            }
            Segment segment = segmentFor(bytes);
            long end = write(segment, batch);
            long last = nextIndex + count - 1;
            if (sync) {
                force(segment);
                mark(last);
            }
            segment.publish(end);
            nextIndex = last + 1;
        } finally {
            changing.unlock();
        }
    }

    /** Whether {@link #append} syncs from now on; the first that does brings all before it to the disk, too. */
    public void sync(boolean eachBatch) {
        sync = eachBatch;
    }

    private static long measure(EntryBatch batch) {
        long bytes = 0;
        long first = batch.index(0);
        for (int i = 0, count = batch.count(); i < count; i++) {
            int length = batch.payload(i).remaining();
            if (batch.index(i) != first + i || length > RecordFormat.LENGTH_MAX) {
                throw new IllegalArgumentException(
                        "entry " + batch.index(i) + " of " + length + " bytes at " + i + " of a batch from " + first);
            }
            bytes += RecordFormat.bytes(length);
        }
        if (bytes > Integer.MAX_VALUE - SegmentHeader.DATA_START - Long.BYTES) {
            throw new IllegalArgumentException("a batch of " + bytes + " bytes");
        }
        return bytes;
    }

    private void beginAt(long index) throws IOException {
        boolean pristine = segments.length == 0 && meta.epoch() == 0;
        if (!pristine || index < 1) {
            throw new IllegalArgumentException("entry " + index + " cannot follow entry " + (nextIndex - 1));
        }
        reset(index);
    }

    private Segment segmentFor(long bytes) throws IOException {
        Segment[] current = segments;
        @Nullable Segment active = current.length == 0 ? null : current[current.length - 1];
        if (active != null && active.hasRoomFor(bytes)) {
            return active;
        }
        if (active != null) {
            syncAll(active);
        }
        Segment next;
        try {
            next = shelf.create(meta.logId(), nextIndex, bytes);
        } catch (IOException e) {
            if (LogFullException.isFull(e)) {
                throw new LogFullException("No space for a segment in " + files.path(""), e);
            }
            throw breaking(e);
        }
        int kept = current.length;
        if (active != null && active.firstIndex() == nextIndex) {
            // An empty segment that is too small: the new one has its name and has just taken its place.
            kept--;
            closeReplaced(active);
        } else if (active != null) {
            active.seal();
        }
        Segment[] more = Arrays.copyOf(current, kept + 1);
        more[kept] = next;
        segments = more;
        return next;
    }

    private void closeReplaced(Segment empty) throws IOException {
        try {
            empty.close();
        } catch (IOException e) {
            throw breaking(e);
        }
    }

    private long write(Segment segment, EntryBatch batch) throws IOException {
        try {
            return writer.write(segment, batch, syncedIndex);
        } catch (IOException e) {
            segment.unstage();
            try {
                segment.zero(segment.end(), writer.writtenEnd(), writer.zeros());
            } catch (IOException second) {
                e.addSuppressed(second);
                throw breaking(e);
            }
            throw LogFullException.isFull(e) ? new LogFullException("No space in " + segment.path(), e) : e;
        } catch (RuntimeException e) {
            segment.unstage();
            throw breaking(new IOException("A batch could not be encoded", e));
        }
    }

    private void force(Segment segment) throws IOException {
        try {
            segment.file().force();
        } catch (IOException e) {
            segment.unstage();
            throw breaking(e);
        }
    }

    private void mark(long index) throws IOException {
        try {
            watermark.write(meta.epoch(), index);
        } catch (IOException e) {
            throw breaking(e);
        }
        syncedIndex = index;
    }

    private void syncAll(Segment active) throws IOException {
        long last = nextIndex - 1;
        if (syncedIndex < last) {
            force(active);
            mark(last);
        }
    }

    /**
     * Brings everything that was appended to the disk; with {@code sync} there is nothing to do. Appends run on
     * meanwhile.
     */
    public void sync() throws IOException {
        Segment active;
        long last;
        long epoch;
        changing.lock();
        try {
            requireUsable();
            last = nextIndex - 1;
            epoch = meta.epoch();
            if (segments.length == 0 || syncedIndex >= last) {
                return;
            }
            active = segments[segments.length - 1];
            content.readLock().lock();
        } finally {
            changing.unlock();
        }
        try {
            active.file().force();
        } catch (IOException e) {
            throw breaking(e);
        } finally {
            content.readLock().unlock();
        }
        changing.lock();
        try {
            if (!closed && meta.epoch() == epoch && syncedIndex < last) {
                mark(last);
            }
        } finally {
            changing.unlock();
        }
    }

    /**
     * The entry with that index, null if the log does not have it.
     *
     * @throws LogDamagedException if its bytes are not what was written
     */
    public @Nullable LogRecord read(long index) throws IOException {
        content.readLock().lock();
        try {
            if (closed) {
                throw new IOException("The log in " + files.path("") + " is closed");
            }
            if (index < firstIndex || index >= nextIndex) {
                return null;
            }
            return read(segmentOf(index), index);
        } finally {
            content.readLock().unlock();
        }
    }

    private Segment segmentOf(long index) {
        Segment[] current = segments;
        int i = current.length - 1;
        while (current[i].firstIndex() > index) {
            i--;
        }
        return current[i];
    }

    private static LogRecord read(Segment segment, long index) throws IOException {
        RecordWindow window = READ_WINDOW.get();
        int offset = segment.offsetOf(index);
        window.attach(segment.file(), segment.header().salt(), segment.offsetOf(index + 1));
        try {
            boolean intact = window.probe(offset);
            if (!intact || window.index() != index) {
                String found = intact ? "the record of entry " + window.index() + " stands there" : window.fault();
                throw new LogDamagedException(
                        segment.path(), offset, index, "a record that was synced is expected, " + found);
            }
            return window.record(segment.path());
        } finally {
            window.detach();
        }
    }

    /** Entries before {@code index} are dead. Beyond the end, this is {@link #reset}; before the beginning, nothing. */
    public void truncatePrefix(long index) throws IOException {
        changing.lock();
        try {
            requireUsable();
            if (index <= firstIndex) {
                return;
            }
            if (index > nextIndex) {
                reset(index);
                return;
            }
            syncAllSegments();
            change(meta.withFirstIndex(index, syncedIndex), () -> cutPrefix(index));
        } finally {
            changing.unlock();
        }
    }

    private void cutPrefix(long index) throws IOException {
        firstIndex = index;
        Segment[] current = segments;
        int dropped = 0;
        while (dropped + 1 < current.length && current[dropped + 1].firstIndex() <= index) {
            dropped++;
        }
        segments = Arrays.copyOfRange(current, dropped, current.length);
        retire(Arrays.asList(current).subList(0, dropped));
    }

    /**
     * Entries after {@code lastIndexKept} are dead.
     *
     * @throws IllegalArgumentException if that is before the beginning
     */
    public void truncateSuffix(long lastIndexKept) throws IOException {
        changing.lock();
        try {
            requireUsable();
            if (lastIndexKept >= nextIndex - 1) {
                return;
            }
            if (lastIndexKept < firstIndex - 1) {
                throw new IllegalArgumentException(
                        "cannot end with entry " + lastIndexKept + ", the log begins with " + firstIndex);
            }
            syncAllSegments();
            change(meta.cuttingSuffix(lastIndexKept, syncedIndex), () -> cutSuffix(lastIndexKept));
        } finally {
            changing.unlock();
        }
    }

    private void cutSuffix(long lastIndexKept) throws IOException {
        Segment[] current = segments;
        int kept = current.length;
        while (kept > 0 && current[kept - 1].firstIndex() > lastIndexKept) {
            kept--;
        }
        nextIndex = lastIndexKept + 1;
        syncedIndex = lastIndexKept;
        segments = Arrays.copyOf(current, kept);
        retire(Arrays.asList(current).subList(kept, current.length));
        if (kept > 0) {
            Segment last = current[kept - 1];
            long oldEnd = last.end();
            last.forgetAfter(lastIndexKept);
            last.zero(last.end(), oldEnd, writer.zeros());
            last.file().force();
        }
    }

    /** All entries are dead; the next one is {@code index}. */
    public void reset(long index) throws IOException {
        if (index < 1) {
            throw new IllegalArgumentException("entry " + index);
        }
        changing.lock();
        try {
            requireUsable();
            change(meta.cuttingAll(index), () -> cutAll(index));
        } finally {
            changing.unlock();
        }
    }

    private void cutAll(long index) throws IOException {
        List<Segment> dropped = List.of(segments);
        segments = new Segment[0];
        firstIndex = index;
        nextIndex = index;
        syncedIndex = index - 1;
        retire(dropped);
    }

    private interface FileStep {
        void run() throws IOException;
    }

    /** Decides, does and crosses out. Fails without harm as long as the decision does not stand. */
    private void change(LogMeta decision, FileStep step) throws IOException {
        try {
            decision.writeAside(files);
        } catch (IOException e) {
            throw LogFullException.isFull(e) ? new LogFullException("No space in " + files.path(""), e) : e;
        }
        try {
            LogMeta.takeOver(files);
            meta = decision;
            content.writeLock().lock();
            try {
                step.run();
            } finally {
                content.writeLock().unlock();
            }
            if (decision.pending() != LogMeta.Pending.NONE) {
                LogMeta done = decision.cut();
                done.write(files);
                meta = done;
            }
        } catch (IOException e) {
            throw breaking(e);
        }
    }

    private void retire(List<Segment> dropped) throws IOException {
        if (dropped.isEmpty()) {
            return;
        }
        for (Segment segment : dropped) {
            segment.close();
            shelf.retire(segment.firstIndex());
        }
        files.syncDirectory();
    }

    private void syncAllSegments() throws IOException {
        if (segments.length > 0) {
            syncAll(segments[segments.length - 1]);
        }
    }

    /** Why the log takes no more changes until it is opened anew; null as long as it does. */
    public @Nullable IOException broken() {
        return broken;
    }

    private IOException breaking(IOException cause) {
        if (broken == null) {
            broken = cause;
        }
        return cause;
    }

    private void requireUsable() throws IOException {
        @Nullable IOException cause = broken;
        if (cause != null) {
            throw new IOException("The log in " + files.path("") + " has failed and must be opened anew", cause);
        }
        if (closed) {
            throw new IOException("The log in " + files.path("") + " is closed");
        }
    }

    /** Syncs and gives the directory free. May be called again. */
    @Override
    public void close() throws IOException {
        changing.lock();
        try {
            if (closed) {
                return;
            }
            List<Closeable> open = new ArrayList<>(List.of(segments));
            open.add(watermark);
            open.add(files);
            @Nullable IOException failure = null;
            try {
                if (broken == null) {
                    syncAllSegments();
                }
            } catch (IOException e) {
                failure = e;
            }
            content.writeLock().lock();
            try {
                closed = true;
                for (Closeable part : open) {
                    part.close();
                }
            } finally {
                content.writeLock().unlock();
            }
            if (failure != null) {
                throw failure;
            }
        } finally {
            changing.unlock();
        }
    }
}
