package dev.balsa.raft.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process on real files, killed while it writes. */
final class SegmentLogKillTest {
    private static final SegmentLogConfig CONFIG = SegmentLogConfig.defaults().withSegmentBytes(256 << 10);
    private static final int ACKNOWLEDGED = 300;

    @TempDir
    Path directory = Path.of("");

    /** The process that is killed: appends for ever and prints the last index after each append. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            try (SegmentLog log = SegmentLog.open(Path.of(args[0]), CONFIG, LogListener.NONE)) {
                while (true) {
                    log.append(batch(log.nextIndex()));
                    System.out.println(log.nextIndex() - 1);
                    if (log.nextIndex() % 200 < 5 && log.nextIndex() > 200) {
                        log.truncatePrefix(log.nextIndex() - 150);
                    }
                }
            }
        }
    }

    private static TestBatch batch(long first) {
        return TestBatch.of(first, 1 + (int) (first % 4), 1, 50 + (int) (first * 37 % 2_000));
    }

    @Test
    void what_a_killed_process_had_acknowledged_is_there() throws Exception {
        Path log = directory.resolve("log");
        for (int round = 0; round < 2; round++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            // What the machine warns of is not to stand among the indexes.
                            "-Xlog:disable",
                            "-Xlog:all=warning:stderr",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            log.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            long acknowledged = -1;
            try (BufferedReader lines = writer.inputReader()) {
                for (int i = 0; i < ACKNOWLEDGED; i++) {
                    acknowledged = Long.parseLong(Objects.requireNonNull(lines.readLine()));
                }
                writer.toHandle().destroyForcibly();
                for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
                    acknowledged = Math.max(acknowledged, line.isEmpty() ? 0 : Long.parseLong(line));
                }
            } finally {
                writer.toHandle().destroyForcibly();
            }
            writer.waitFor();
            verify(log, acknowledged);
        }
    }

    private static void verify(Path directory, long acknowledged) throws IOException {
        long last;
        try (SegmentLog log = SegmentLog.open(directory, CONFIG, LogListener.NONE)) {
            last = log.nextIndex() - 1;
            assertThat(last).isGreaterThanOrEqualTo(acknowledged);
            long first = log.firstIndex();
            for (long index = first; index <= last; index++) {
                String payload = TestBatch.Entry.of(Objects.requireNonNull(log.read(index))).payload();
                assertThat(payload).startsWith("[" + index + "/1]");
            }
        }
        try (SegmentLogReader reader = SegmentLogReader.open(directory)) {
            long count = 0;
            while (reader.next() != null) {
                count++;
            }
            assertThat(count).isEqualTo(last - reader.firstIndex() + 1);
        }
    }
}
