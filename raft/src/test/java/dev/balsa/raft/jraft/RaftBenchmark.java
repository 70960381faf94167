package dev.balsa.raft.jraft;

import dev.balsa.raft.Proposal;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.RaftLimits;
import dev.balsa.raft.StateMachine;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One process of a measurement, run by hand: {@code RaftBenchmark self others directory groups seconds window
 * entryBytes store}. Every
 * process prints its CPU; the one that leads group 0 proposes, after a time of idleness.
 */
final class RaftBenchmark {
    private static final int WARM_SECONDS = 15;

    private RaftBenchmark() {}

    private static final class Counting implements StateMachine {
        final AtomicLong applied = new AtomicLong();

        @Override
        public void apply(long index, long term, ByteBuffer data, @Nullable Proposal proposal) {
            applied.incrementAndGet();
            if (proposal instanceof Permit permit) {
                permit.window.release();
            }
        }

        @Override
        public void save(Path directory, SnapshotDone done) {
            done.saved(List.of());
        }

        @Override
        public boolean load(Path directory, long lastIndex, long lastTerm) {
            return true;
        }

        @Override
        public void leaderStart(long term) {}

        @Override
        public void leaderStop(RaftFailure reason) {}

        @Override
        public void following(String leader, long term) {}

        @Override
        public void failed(Throwable cause) {
            cause.printStackTrace();
        }
    }

    private record Permit(Semaphore window) implements Proposal {
        @Override
        public void failed(RaftFailure failure) {
            window.release();
        }
    }

    public static void main(String[] arguments) throws Exception {
        String self = arguments[0];
        List<String> peers = List.of(arguments[1].split(","));
        int groupCount = Integer.parseInt(arguments[3]);
        int seconds = Integer.parseInt(arguments[4]);
        int window = Integer.parseInt(arguments[5]);
        int entryBytes = Integer.parseInt(arguments[6]);
        try (var host = new JRaftHost(new JRaftHost.Listen("127.0.0.1", JRaftHost.endpoint(self).getPort()))) {
            RaftGroup first = null;
            var machine = new Counting();
            for (int i = 0; i < groupCount; i++) {
                var config = new RaftConfig(
                        "g" + i, Path.of(arguments[2], "g" + i), self, peers, new RaftConfig.Elections(300, 150),
                        new RaftConfig.Log(arguments[7], () -> true, 128L << 20), RaftLimits.of(8_192, 64L << 20));
                RaftGroup group = host.start(config, i == 0 ? machine : new Counting());
                first = first == null ? group : first;
            }
            measure(first, machine, seconds, window, entryBytes);
        }
    }

    private static void measure(@Nullable RaftGroup group, Counting machine, int seconds, int window, int entryBytes)
            throws InterruptedException {
        TimeUnit.SECONDS.sleep(WARM_SECONDS);
        Map<Long, Long> before = threadCpu();
        long cpu = cpuMicros();
        TimeUnit.SECONDS.sleep(seconds);
        System.out.printf("idle: %.2f %% of a core, %d threads%n",
                (cpuMicros() - cpu) / 1e4 / seconds, ManagementFactory.getThreadMXBean().getThreadCount());
        threadCpu().entrySet().stream()
                .map(t -> Map.entry(t.getKey(), t.getValue() - before.getOrDefault(t.getKey(), 0L)))
                .sorted(Map.Entry.<Long, Long>comparingByValue().reversed())
                .limit(8)
                .forEach(t -> System.out.printf("  %.2f %% %s%n", t.getValue() / 1e7 / seconds,
                        threadName(t.getKey())));
        boolean leads = group != null && group.leadership().isLeader();
        var permits = new Semaphore(window);
        ByteBuffer entry = ByteBuffer.allocate(entryBytes);
        for (int round = 0; round < 3; round++) {
            long applied = machine.applied.get();
            cpu = cpuMicros();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < end) {
                if (leads && group != null) {
                    permits.acquire();
                    group.propose(entry, new Permit(permits));
                } else {
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            }
            long count = machine.applied.get() - applied;
            System.out.printf("%s: %d entries/s, %.1f us CPU an entry here%n",
                    leads ? "leader" : "follower", count / seconds, (cpuMicros() - cpu) / (double) Math.max(1, count));
        }
        TimeUnit.SECONDS.sleep(3);
    }

    private static Map<Long, Long> threadCpu() {
        Map<Long, Long> cpu = new HashMap<>();
        for (long id : ManagementFactory.getThreadMXBean().getAllThreadIds()) {
            cpu.put(id, ManagementFactory.getThreadMXBean().getThreadCpuTime(id));
        }
        return cpu;
    }

    private static String threadName(long id) {
        ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(id);
        return info == null ? "ended" : info.getThreadName();
    }

    private static long cpuMicros() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1_000;
    }
}
