package dev.balsa.node.engine;

import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbProgress;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.node.engine.rdb.RdbSaveOptions;
import dev.balsa.node.engine.rdb.RdbWriter;
import dev.balsa.node.engine.rdb.Throttle;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what the design promises: bytes a key, time of GET and SET, a snapshot under load, loading. Run by hand:
 * {@code java ... dev.balsa.node.engine.KeyspaceMeasurement [keys] [value bytes] [SETs a second]}. Times of
 * operations are the thread's CPU time, so that a busy machine
 * disturbs them less.
 */
final class KeyspaceMeasurement {
    private static final int KEY_BYTES = 16;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long NOW = 1_700_000_000_000L;

    private final int keys;
    private final byte[] value;
    private final byte[] key = new byte[KEY_BYTES];
    private final Keyspace keyspace = new Keyspace(16, 32L << 30);
    private final Database database = keyspace.database(0);
    private long random = 88172645463325252L;

    private KeyspaceMeasurement(int keys, int valueBytes) {
        this.keys = keys;
        value = new byte[valueBytes];
        java.util.Arrays.fill(value, (byte) 'v');
        keyspace.time(NOW, NOW);
    }

    public static void main(String[] args) throws IOException {
        int keys = args.length > 0 ? Integer.parseInt(args[0]) : 5_000_000;
        int valueBytes = args.length > 1 ? Integer.parseInt(args[1]) : 64;
        int rate = args.length > 2 ? Integer.parseInt(args[2]) : 50_000;
        KeyspaceMeasurement measurement = new KeyspaceMeasurement(keys, valueBytes);
        measurement.fill();
        measurement.operations();
        Path file = Files.createTempFile("measured", ".rdb");
        measurement.snapshot(file, rate, RdbProgress.NONE);
        measurement.snapshot(file, rate, new Throttle(100 << 20, System::nanoTime, LockSupport::parkNanos));
        measurement.load(file);
        Files.delete(file);
    }

    private void fill() throws IOException {
        long before = residentBytes();
        long start = cpuNanos();
        for (int i = 0; i < keys; i++) {
            key(i);
            database.setString(key, 0, KEY_BYTES, value, 0, value.length, 0);
        }
        report("fill", keys, cpuNanos() - start);
        System.out.printf(
                "used %.1f bytes a key, resident %.1f bytes a key more than empty%n",
                (double) keyspace.usedBytes() / keys, (double) (residentBytes() - before) / keys);
    }

    private void operations() {
        for (int round = 0; round < 3; round++) {
            int count = 2_000_000;
            long start = cpuNanos();
            long sum = 0;
            for (int i = 0; i < count; i++) {
                key(next());
                int ref = database.find(key, 0, KEY_BYTES);
                sum += database.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, database.valueOffset(ref));
            }
            report("get " + (sum != 0), count, cpuNanos() - start);
            start = cpuNanos();
            for (int i = 0; i < count; i++) {
                key(next());
                value[0] = (byte) ('a' + (i & 15));
                database.setString(key, 0, KEY_BYTES, value, 0, value.length, 0);
            }
            report("set in place", count, cpuNanos() - start);
        }
    }

    private void snapshot(Path file, int rate, RdbProgress progress) throws IOException {
        long usedBefore = keyspace.usedBytes();
        long residentBefore = residentBytes();
        Snapshot snapshot = keyspace.snapshot();
        long start = System.nanoTime();
        CompletableFuture<Long> writer = CompletableFuture.supplyAsync(() -> {
            try (snapshot) {
                return RdbWriter.save(snapshot, file, RdbSaveOptions.plain(NOW / 1000, usedBefore).withProgress(progress));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        long sets = 0;
        long worst = 0;
        long worstCpu = 0;
        long usedMax = 0;
        long residentMax = 0;
        long lookAt = start;
        while (!writer.isDone()) {
            long now = System.nanoTime();
            long due = (long) ((now - start) / 1e9 * rate);
            if (sets >= due) {
                LockSupport.parkNanos(200_000);
                continue;
            }
            long cpuStart = cpuNanos();
            for (long end = Math.min(due, sets + 64); sets < end; sets++) {
                key(next());
                database.setString(key, 0, KEY_BYTES, value, 0, value.length, 0);
            }
            worst = Math.max(worst, System.nanoTime() - now);
            worstCpu = Math.max(worstCpu, cpuNanos() - cpuStart);
            if (now > lookAt) {
                usedMax = Math.max(usedMax, keyspace.usedBytes());
                residentMax = Math.max(residentMax, residentBytes());
                lookAt = now + 50_000_000;
            }
        }
        long nanos = System.nanoTime() - start;
        long bytes = writer.join();
        long reclaimStart = System.nanoTime();
        while (keyspace.reclaim(1000)) {}
        System.out.printf(
                "snapshot of %d keys: %.2f s, %d MB; %d SETs meanwhile, worst 64 SETs %.1f ms (CPU %.1f ms); used +%.1f %%, resident +%.1f %% "
                        + "(%d MB); reclaim %.1f ms%n",
                keys, nanos / 1e9, bytes >> 20, sets, worst / 1e6, worstCpu / 1e6, 100.0 * (usedMax - usedBefore) / usedBefore,
                100.0 * (residentMax - residentBefore) / residentBefore, (residentMax - residentBefore) >> 20,
                (System.nanoTime() - reclaimStart) / 1e6);
    }

    private void load(Path file) throws IOException {
        try (Keyspace loaded = new Keyspace(16, 32L << 30)) {
            loaded.time(NOW, NOW);
            long start = cpuNanos();
            RdbReader.load(file, loaded, new RdbListener() {
                @Override
                public void field(String name, byte[] value) {}

                @Override
                public void moved(long bytes, long keys) {}
            });
            report("load", keys, cpuNanos() - start);
        }
    }

    private void key(long i) {
        long digits = i;
        for (int at = KEY_BYTES - 1; at >= 4; at--) {
            key[at] = (byte) ('0' + digits % 10);
            digits /= 10;
        }
        key[0] = 'k';
        key[1] = 'e';
        key[2] = 'y';
        key[3] = ':';
    }

    private long next() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return Long.remainderUnsigned(random, keys);
    }

    private static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private static void report(String what, int count, long nanos) {
        System.out.printf("%-14s %d in %.2f s: %.0f ns each%n", what, count, nanos / 1e9, (double) nanos / count);
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return 0;
    }
}
