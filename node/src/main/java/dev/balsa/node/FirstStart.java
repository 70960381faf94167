package dev.balsa.node;

import dev.balsa.node.command.CommandTable;
import dev.balsa.node.engine.EntryView;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.node.replication.HostedGroup;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that starts for the first time on a directory with a Redis dump takes it over, as redis-server would: every key goes through the log like
 * a client's SET, before the ports open. Owned by the main thread.
 */
final class FirstStart {
    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);
    private static final int IN_FLIGHT_MAX = 16 * 1024;
    private static final long PROGRESS_KEYS = 1_000_000;

    private final List<HostedGroup> groups;
    private final CommandSpec set;
    private final Semaphore room = new Semaphore(IN_FLIGHT_MAX);
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private long keys;

    FirstStart(List<HostedGroup> groups) {
        this.groups = groups;
        this.set = java.util.Objects.requireNonNull(CommandTable.find(Args.of("SET"))).spec();
    }

    /** Imports the file; returns when every key is in the log. */
    void importDump(Path file, Keyspace staging) throws IOException {
        LOG.info("first start: importing {}", file);
        RdbReader.load(file, staging, new Progress(file));
        staging.time(System.currentTimeMillis(), System.currentTimeMillis());
        try (Snapshot view = staging.snapshot()) {
            view.forEach(this::put);
        }
        room.acquireUninterruptibly(IN_FLIGHT_MAX);
        String failed = failure.get();
        if (failed != null) {
            throw new IOException("importing " + file + " failed: " + failed
                    + "; remove the data directories that this start made and try again");
        }
        LOG.info("first start: {} keys imported", keys);
    }

    private void put(int database, EntryView entry) {
        byte[] key = bytes(entry.segment(), entry.keyOffset(), entry.keyLength());
        byte[] value = entry.isInteger()
                ? Long.toString(entry.integer()).getBytes(StandardCharsets.US_ASCII)
                : bytes(entry.segment(), entry.valueOffset(), entry.valueLength());
        byte[] name = {'S', 'E', 'T'};
        Args args = entry.deadlineMillis() == 0
                ? Args.of(name, key, value)
                : Args.of(name, key, value, new byte[] {'P', 'X', 'A', 'T'},
                        Long.toString(entry.deadlineMillis()).getBytes(StandardCharsets.US_ASCII));
        HostedGroup group = groupOf(Slots.slot(key, 0, key.length));
        room.acquireUninterruptibly();
        EventLoop loop = group.slots().loop();
        loop.execute(() -> group.slots().submit(new ImportedKey(database, loop), args));
        if (++keys % PROGRESS_KEYS == 0) {
            LOG.info("first start: {} keys written to the log", keys);
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

    private record Progress(Path file) implements RdbListener {
        @Override
        public void field(String name, byte[] value) {}

        @Override
        public void moved(long bytes, long keys) {
            if (keys % PROGRESS_KEYS < 1_000 && keys > 1_000) {
                LOG.debug("read {} keys of {}", keys, file);
            }
        }
    }

    /** One key on its way into the log. */
    private final class ImportedKey implements Request {
        private final int database;
        private final EventLoop loop;

        ImportedKey(int database, EventLoop loop) {
            this.database = database;
            this.loop = loop;
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
        public long clientId() {
            return 0;
        }

        @Override
        public boolean followerMayServe() {
            return false;
        }

        @Override
        public boolean followsWrite() {
            return false;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public void reply(byte[] bytes, int offset, int length) {
            if (bytes[offset] == '-') {
                failure.set(new String(bytes, offset + 1, length - 3, StandardCharsets.ISO_8859_1));
            }
            room.release();
        }

        @Override
        public void notExecuted(Refusal refusal, Args args) {
            failure.set(refusal.toString());
            room.release();
        }

        @Override
        public void outcomeUnknown(String reason) {
            failure.set(reason);
            room.release();
        }
    }
}
