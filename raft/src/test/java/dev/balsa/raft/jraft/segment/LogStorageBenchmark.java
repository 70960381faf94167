package dev.balsa.raft.jraft.segment;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import dev.balsa.raft.segment.SegmentLogConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The segment log beside JRaft's RocksDB storage: appends with fsync, alternating in rounds so that both meet the
 * same machine. Prints a table in Markdown. CPU is that of the appending thread, then that of the whole process
 * meanwhile (RocksDB compacts in threads of its own); switches are the process's, from {@code /proc/self}.
 *
 * <p>Run {@code main} with a directory on the disk to measure.
 */
public final class LogStorageBenchmark {
    private static final int ROUNDS = 5;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int[][] SHAPES = {
        {1, 100}, {16, 100}, {64, 100}, {1, 1_024}, {16, 1_024}, {64, 1_024},
        {1, 16_384}, {16, 16_384}, {1, 65_536}, {16, 65_536}
    };

    private LogStorageBenchmark() {}

    /** {@code args[0]}: directory; everything below it named {@code bench-*} is deleted. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        System.out.println(
                "| entries × bytes | log | appends/s | p50 µs | p99 µs | CPU µs | all CPU µs | switches |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        measure(directory, new int[] {16, 100}, false);
        for (int[] shape : SHAPES) {
            measure(directory, shape, true);
        }
        measureScan(directory);
    }

    private static void measure(Path directory, int[] shape, boolean print) throws IOException {
        int appends = (int) Math.max(100, Math.min(400, 200_000_000L / ROUNDS / ((long) shape[0] * shape[1])));
        Figures segments = new Figures("segments");
        Figures rocks = new Figures("RocksDB");
        Path segmentsAt = directory.resolve("bench-segments");
        Path rocksAt = directory.resolve("bench-rocksdb");
        delete(segmentsAt);
        delete(rocksAt);
        LogStorage one = new SegmentLogStorage(segmentsAt, SegmentLogConfig.defaults());
        LogStorage other = new RocksDBLogStorage(rocksAt.toString(), new RaftOptions());
        Files.createDirectories(rocksAt);
        open(one);
        open(other);
        for (int round = 0; round < ROUNDS; round++) {
            segments.run(one, shape, appends, round);
            rocks.run(other, shape, appends, round);
        }
        one.shutdown();
        other.shutdown();
        delete(segmentsAt);
        delete(rocksAt);
        if (print) {
            System.out.println(segments.row(shape));
            System.out.println(rocks.row(shape));
        }
    }

    private static void open(LogStorage storage) {
        LogStorageOptions options = new LogStorageOptions();
        options.setGroupId("bench");
        options.setConfigurationManager(new ConfigurationManager());
        options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
        if (!storage.init(options)) {
            throw new IllegalStateException("cannot open");
        }
    }

    /** What one storage needed over all rounds. */
    private static final class Figures {
        private final String name;
        private final List<Long> nanos = new ArrayList<>();
        private long wallNanos;
        private long threadNanos;
        private long cpuTicks;
        private long switches;

        Figures(String name) {
            this.name = name;
        }

        void run(LogStorage storage, int[] shape, int appends, int round) throws IOException {
            byte[] payload = new byte[shape[1]];
            Arrays.fill(payload, (byte) 'x');
            long index = 1L + (long) round * appends * shape[0];
            long switchesBefore = contextSwitches();
            long ticksBefore = cpuTicks();
            long threadBefore = THREADS.getCurrentThreadCpuTime();
            long begin = System.nanoTime();
            for (int i = 0; i < appends; i++) {
                List<LogEntry> batch = new ArrayList<>(shape[0]);
                for (int j = 0; j < shape[0]; j++) {
                    LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
                    entry.setId(new LogId(index++, 1));
                    entry.setData(ByteBuffer.wrap(payload));
                    batch.add(entry);
                }
                long start = System.nanoTime();
                if (storage.appendEntries(batch) != shape[0]) {
                    throw new IllegalStateException("append failed");
                }
                nanos.add(System.nanoTime() - start);
            }
            threadNanos += THREADS.getCurrentThreadCpuTime() - threadBefore;
            wallNanos += System.nanoTime() - begin;
            cpuTicks += cpuTicks() - ticksBefore;
            switches += contextSwitches() - switchesBefore;
        }

        String row(int[] shape) {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            int count = sorted.length;
            return String.format(
                    Locale.ROOT,
                    "| %d × %d | %s | %d | %d | %d | %d | %d | %.1f |",
                    shape[0],
                    shape[1],
                    name,
                    Math.round(count * 1e9 / wallNanos),
                    sorted[count / 2] / 1_000,
                    sorted[count * 99 / 100] / 1_000,
                    threadNanos / count / 1_000,
                    cpuTicks * 10_000 / count,
                    (double) switches / count);
        }
    }

    /** User and system time of the process in hundredths of a second. */
    private static long cpuTicks() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        return Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12));
    }

    private static long contextSwitches() throws IOException {
        long sum = 0;
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                for (String line : Files.readAllLines(task.resolve("status"))) {
                    if (line.contains("ctxt_switches")) {
                        sum += Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
                    }
                }
            }
        }
        return sum;
    }

    private static void measureScan(Path directory) throws IOException {
        Path at = directory.resolve("bench-scan");
        for (int bytes : new int[] {100, 4_096}) {
            delete(at);
            LogStorage storage = new SegmentLogStorage(at, SegmentLogConfig.defaults().withSync(false));
            open(storage);
            Figures figures = new Figures("scan");
            figures.run(storage, new int[] {64, bytes}, 400_000_000 / 64 / bytes, 0);
            storage.shutdown();
            for (int i = 0; i < 3; i++) {
                long start = System.nanoTime();
                open(storage);
                long nanos = System.nanoTime() - start;
                System.out.printf(
                        Locale.ROOT,
                        "open and verify %d MB of %d-byte entries: %d ms, %d MB/s%n",
                        400,
                        bytes,
                        nanos / 1_000_000,
                        400_000L * 1_000_000 / nanos);
                storage.shutdown();
            }
        }
        delete(at);
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
