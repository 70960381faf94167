package dev.balsa.node;

import dev.balsa.node.command.CommandTable;
import dev.balsa.node.engine.EntryView;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.rdb.DumpPayload;
import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.node.replication.HostedGroup;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that starts for the first time on a directory with a Redis dump takes it over, as redis-server would: every
 * key goes through the log like a client's SET, before the ports open. Owned by the main thread.
 *
 * <p>A start that is killed meanwhile leaves a file behind that says so, and the next start imports again from the
 * beginning: nobody else has written yet, and the same SET twice is as one.
 */
final class FirstStart {
    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);
    private static final String MARKER = "importing";
    private static final int IN_FLIGHT_MAX_BYTES = 4 << 20;
    /** What a key takes on its way, beside its bytes and its value's. */
    private static final int KEY_BYTES = 256;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final List<HostedGroup> groups;
    private final BooleanSupplier stopped;
    private final CommandSpec set;
    private final Semaphore room = new Semaphore(IN_FLIGHT_MAX_BYTES);
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private long keys;
    private long toldNanos = System.nanoTime();

    /** @param stopped whether a group has failed, so that no more replies come */
    FirstStart(List<HostedGroup> groups, BooleanSupplier stopped) {
        this.groups = groups;
        this.stopped = stopped;
        this.set = Objects.requireNonNull(CommandTable.find(Args.of("SET"))).spec();
    }

    /**
     * Whether {@code dump} is to be imported into {@code directory}: it is there, and no start before this one got to
     * its end. Comes before the groups make their directories.
     */
    static boolean begin(Path directory, Path dump) throws IOException {
        Path marker = directory.resolve(MARKER);
        boolean interrupted = Files.exists(marker);
        if (interrupted && !Files.exists(dump)) {
            throw new IOException("an earlier start was interrupted while it imported " + dump + ", which is not there"
                    + " any more: put it back, or remove everything else in " + directory);
        }
        boolean due = interrupted || Files.exists(dump) && !Files.exists(directory.resolve("g0"));
        if (due && !interrupted) {
            Files.createFile(marker);
            syncDirectory(directory);
        }
        return due;
    }

    /** The import is complete: from now on the directory's own log counts. */
    static void end(Path directory) throws IOException {
        Files.delete(directory.resolve(MARKER));
        syncDirectory(directory);
    }

    /** Imports the file; returns when every key is in the log. */
    void importDump(Path file, Keyspace staging) throws IOException {
        LOG.info("first start: reading {}", file);
        long start = System.nanoTime();
        long total = RdbReader.load(file, staging, new Progress());
        LOG.info("first start: writing {} keys to the log", total);
        staging.time(System.currentTimeMillis(), System.currentTimeMillis());
        try (Snapshot view = staging.snapshot()) {
            view.scripts().libraries().values().forEach(this::putLibrary);
            view.forEach((database, entry) -> put(database, entry, total));
            take(IN_FLIGHT_MAX_BYTES);
        } catch (UncheckedIOException e) {
            throw new IOException("importing " + file + " failed: " + e.getMessage(), e);
        }
        LOG.info("first start: {} keys imported in {} s", keys,
                "%.1f".formatted((System.nanoTime() - start) / 1e9));
    }

    /** Every group has all functions. */
    private void putLibrary(byte[] code) {
        Args args = Args.of(ascii("FUNCTION"), ascii("LOAD"), ascii("REPLACE"), code);
        int bytes = (int) Math.min(IN_FLIGHT_MAX_BYTES, (long) KEY_BYTES + args.end() - args.start());
        for (HostedGroup group : groups) {
            take(bytes);
            EventLoop loop = group.slots().loop();
            loop.execute(() -> group.slots().submit(new ImportedKey(0, loop, bytes), args));
        }
    }

    private void put(int database, EntryView entry, long total) {
        byte[] key = bytes(entry.segment(), entry.keyOffset(), entry.keyLength());
        Args args = entry.type() == ValueType.STRING ? set(key, entry) : restore(key, entry);
        HostedGroup group = groupOf(Slots.slot(key, 0, key.length));
        int bytes = (int) Math.min(IN_FLIGHT_MAX_BYTES, (long) KEY_BYTES + args.end() - args.start());
        take(bytes);
        EventLoop loop = group.slots().loop();
        loop.execute(() -> group.slots().submit(new ImportedKey(database, loop, bytes), args));
        keys++;
        if (isTimeToTell()) {
            LOG.info("first start: {} of {} keys written to the log", keys, total);
        }
    }

    private static Args set(byte[] key, EntryView entry) {
        byte[] value = entry.isInteger()
                ? ascii(Long.toString(entry.integer()))
                : bytes(entry.segment(), entry.valueOffset(), entry.valueLength());
        return entry.deadlineMillis() == 0
                ? Args.of(ascii("SET"), key, value)
                : Args.of(ascii("SET"), key, value, ascii("PXAT"), ascii(Long.toString(entry.deadlineMillis())));
    }

    private static Args restore(byte[] key, EntryView entry) {
        byte[] deadline = ascii(Long.toString(entry.deadlineMillis()));
        return Args.of(ascii("RESTORE"), key, deadline, DumpPayload.dump(entry), ascii("ABSTTL"));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Waits until so much less is on its way. A failure of any key before ends everything. */
    private void take(int bytes) {
        try {
            boolean taken = false;
            while (!taken && failure.get() == null && !stopped.getAsBoolean()) {
                taken = room.tryAcquire(bytes, 1, TimeUnit.SECONDS);
            }
            String failed = failure.get();
            if (failed != null || !taken) {
                String reason = failed != null ? failed : "the replica has stopped";
                throw new UncheckedIOException(reason, new IOException(reason));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException("interrupted", new InterruptedIOException());
        }
    }

    private boolean isTimeToTell() {
        long now = System.nanoTime();
        boolean tell = now - toldNanos >= PROGRESS_NANOS;
        if (tell) {
            toldNanos = now;
        }
        return tell;
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private HostedGroup groupOf(int slot) {
        for (HostedGroup group : groups) {
            if (group.spec().slots().stream().anyMatch(range -> range.contains(slot))) {
                return group;
            }
        }
        throw new IllegalStateException("slot " + slot + " is in no group");
    }

    private static byte[] bytes(MemorySegment segment, long offset, int length) {
        byte[] copy = new byte[length];
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
        return copy;
    }

    private final class Progress implements RdbListener {
        @Override
        public void field(String name, byte[] value) {}

        @Override
        public void moved(long bytes, long read) {
            if (isTimeToTell()) {
                LOG.info("first start: {} keys read", read);
            }
        }
    }

    /** One key, or library, on its way into the log. */
    private final class ImportedKey implements Request {
        private final int database;
        private final EventLoop loop;
        private final int bytes;

        ImportedKey(int database, EventLoop loop, int bytes) {
            this.database = database;
            this.loop = loop;
            this.bytes = bytes;
        }

        @Override
        public CommandSpec spec() {
            return set;
        }

        @Override
        public int database() {
            return database;
        }

        @Override
        public int protocol() {
            return 2;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public void reply(byte[] text, int offset, int length) {
            if (text[offset] == '-') {
                failure.set(new String(text, offset + 1, length - 3, StandardCharsets.ISO_8859_1));
            }
            room.release(bytes);
        }

        @Override
        public void notExecuted(Refusal refusal, Args args) {
            failure.set(refusal.toString());
            room.release(bytes);
        }

        @Override
        public void outcomeUnknown(String reason) {
            failure.set(reason);
            room.release(bytes);
        }
    }
}
