package dev.balsa.raft.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random histories on a disk that halts anywhere. After each crash the log is what it was, or what it was to become;
 * nothing that was acknowledged as synced is gone, and nothing is there that was never written.
 */
final class SegmentLogCrashTest {
    private static final int HISTORIES = Integer.getInteger("balsa.crash.histories", 120);
    private static final int CRASHES = 12;
    private static final SegmentLogConfig CONFIG = SegmentLogConfig.defaults()
            .withSegmentBytes(16 << 10)
            .withWriteBufferBytes(2 << 10)
            .withSpareSegmentsMax(1);

    /** What the log must hold. */
    private record Model(long first, List<TestBatch.Entry> entries) {
        long next() {
            return first + entries.size();
        }

        /** Short: contents differ in their hash. */
        @Override
        public String toString() {
            return "entries " + first + " to " + (next() - 1) + " (" + Integer.toHexString(entries.hashCode()) + ")";
        }

        Model appended(List<TestBatch.Entry> more) {
            List<TestBatch.Entry> all = new ArrayList<>(entries);
            all.addAll(more);
            return new Model(first, all);
        }

        Model withoutPrefix(long index) {
            return index > next()
                    ? new Model(index, List.of())
                    : new Model(index, List.copyOf(entries.subList((int) (index - first), entries.size())));
        }

        Model endingWith(long last) {
            return new Model(first, List.copyOf(entries.subList(0, (int) (last + 1 - first))));
        }
    }

    /** One history: its random choices, the log's state now and what the operation under way may have made of it. */
    private static final class History {
        final Random random;
        final SegmentLogConfig config;
        MemoryDisk disk;
        Model model = new Model(1, List.of());
        List<Model> possible = List.of(model);
        long synced;
        long term = 1;
        @Nullable SegmentLog log;

        History(long seed) {
            random = new Random(seed);
            config = CONFIG.withSync(random.nextInt(4) != 0);
            disk = new MemoryDisk(random);
        }

        void run() throws IOException {
            for (int crash = 0; crash < CRASHES; crash++) {
                disk.haltAt(disk.steps() + 1 + random.nextInt(crash % 3 == 0 ? 8 : 60));
                boolean power = random.nextBoolean();
                try {
                    open();
                    while (true) {
                        operate();
                    }
                } catch (MemoryDisk.Halted e) {
                    disk = power ? disk.afterPowerFailure() : disk.afterKill();
                }
                if (!config.sync() && power) {
                    allowUnsyncedToBeGone();
                }
            }
            open();
        }

        private void allowUnsyncedToBeGone() {
            List<Model> shorter = new ArrayList<>(possible);
            for (Model whole : possible) {
                for (long last = Math.max(synced, whole.first - 1); last < whole.next() - 1; last++) {
                    shorter.add(whole.endingWith(last));
                }
            }
            possible = shorter;
        }

        void open() throws IOException {
            List<TestBatch.Entry> seenByReader = new ArrayList<>();
            if (disk.exists(LogMeta.FILE)) {
                seenByReader = readerEntries(disk);
            }
            SegmentLog opened = SegmentLog.open(disk, config, LogListener.NONE, random::nextLong);
            Model found = new Model(opened.firstIndex(), entries(opened));
            assertThat(possible).contains(found);
            assertThat(seenByReader).isEqualTo(found.entries);
            model = found;
            possible = List.of(found);
            synced = opened.syncedIndex();
            assertThat(synced).isEqualTo(found.next() - 1);
            log = opened;
        }

        void operate() throws IOException {
            SegmentLog current = Objects.requireNonNull(log);
            synced = current.syncedIndex();
            int choice = random.nextInt(20);
            switch (choice) {
                case 0 -> truncateSuffix(current);
                case 1 -> truncatePrefix(current);
                case 2 -> reset(current);
                case 3 -> current.sync();
                case 4 -> {
                    current.close();
                    open();
                }
                default -> append(current);
            }
            model = possible.getLast();
            possible = List.of(model);
        }

        private void append(SegmentLog current) throws IOException {
            term += random.nextInt(10) == 0 ? 1 : 0;
            TestBatch batch = TestBatch.random(random, model.next(), term);
            List<Model> states = new ArrayList<>();
            for (int i = 0; i <= batch.count(); i++) {
                states.add(model.appended(batch.entries().subList(0, i)));
            }
            possible = states;
            current.append(batch);
            if (config.sync()) {
                assertThat(current.syncedIndex()).isEqualTo(model.next() + batch.count() - 1);
            }
        }

        private void truncateSuffix(SegmentLog current) throws IOException {
            long last = model.first - 1 + random.nextInt(model.entries.size() + 1);
            possible = List.of(model, model.endingWith(last));
            current.truncateSuffix(last);
            synced = current.syncedIndex();
            term++;
        }

        private void truncatePrefix(SegmentLog current) throws IOException {
            long first = model.first + random.nextInt(model.entries.size() + 3);
            possible = List.of(model, model.withoutPrefix(first));
            current.truncatePrefix(first);
        }

        private void reset(SegmentLog current) throws IOException {
            long next = 1L + random.nextInt((int) model.next() + 5);
            possible = List.of(model, new Model(next, List.of()));
            current.reset(next);
            term++;
        }
    }

    static List<TestBatch.Entry> entries(SegmentLog log) throws IOException {
        List<TestBatch.Entry> entries = new ArrayList<>();
        for (long index = log.firstIndex(); index < log.nextIndex(); index++) {
            entries.add(TestBatch.Entry.of(Objects.requireNonNull(log.read(index))));
        }
        assertThat(log.read(log.nextIndex())).isNull();
        assertThat(log.read(log.firstIndex() - 1)).isNull();
        return entries;
    }

    static List<TestBatch.Entry> readerEntries(MemoryDisk disk) throws IOException {
        List<TestBatch.Entry> entries = new ArrayList<>();
        try (SegmentLogReader reader = SegmentLogReader.open(disk)) {
            for (LogRecord record = reader.next(); record != null; record = reader.next()) {
                entries.add(TestBatch.Entry.of(record));
            }
        }
        return entries;
    }

    @Test
    void after_any_crash_the_log_is_the_one_before_or_the_one_intended() throws IOException {
        long seed = Long.getLong("balsa.crash.seed", System.nanoTime());
        System.out.println("balsa.crash.seed=" + seed);
        for (int i = 0; i < HISTORIES; i++) {
            long historySeed = seed + i;
            try {
                new History(historySeed).run();
            } catch (AssertionError | IOException | RuntimeException e) {
                throw new AssertionError("history failed, repeat with -Dbalsa.crash.seed=" + historySeed, e);
            }
        }
    }
}
