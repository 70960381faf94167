package dev.balsa.raft.jraft.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.error.LogEntryCorruptedException;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import dev.balsa.raft.segment.LogDamagedException;
import dev.balsa.raft.segment.SegmentLogConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What JRaft expects of a log, asked of this one. */
final class SegmentLogStorageTest {
    private static final SegmentLogConfig CONFIG = SegmentLogConfig.defaults().withSegmentBytes(64 << 10);

    @TempDir
    Path directory = Path.of("");

    private ConfigurationManager configurations = new ConfigurationManager();
    private SegmentLogStorage storage = new SegmentLogStorage(directory, CONFIG);

    @BeforeEach
    void open() {
        configurations = new ConfigurationManager();
        storage = new SegmentLogStorage(directory.resolve("log"), CONFIG);
        assertThat(storage.init(options())).isTrue();
    }

    @AfterEach
    void close() {
        storage.shutdown();
    }

    private LogStorageOptions options() {
        LogStorageOptions options = new LogStorageOptions();
        options.setGroupId("g1");
        options.setConfigurationManager(configurations);
        options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
        return options;
    }

    private void reopen() {
        storage.shutdown();
        open();
    }

    private static LogEntry data(long index, long term, String text) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(index, term));
        entry.setData(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        return entry;
    }

    private static LogEntry members(long index, long term, String peers) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
        entry.setId(new LogId(index, term));
        entry.setPeers(JRaftUtils.getConfiguration(peers).listPeers());
        return entry;
    }

    private static List<LogEntry> entries(long from, long to, long term) {
        List<LogEntry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            entries.add(data(index, term, "entry " + index + " of term " + term));
        }
        return entries;
    }

    @Test
    void a_new_log_begins_with_1_and_ends_with_0() {
        assertThat(storage.getFirstLogIndex()).isEqualTo(1);
        assertThat(storage.getLastLogIndex()).isZero();
        assertThat(storage.getEntry(1)).isNull();
        assertThat(storage.getEntry(100)).isNull();
    }

    @Test
    void the_first_entry_of_a_log_may_have_any_index() {
        LogEntry entry = data(100, 1, "a");
        assertThat(storage.appendEntry(entry)).isTrue();

        assertThat(storage.getFirstLogIndex()).isEqualTo(100);
        assertThat(storage.getLastLogIndex()).isEqualTo(100);
        assertThat(storage.getEntry(100)).isEqualTo(entry);
        assertThat(storage.getEntry(99)).isNull();
        reopen();
        assertThat(storage.getFirstLogIndex()).isEqualTo(100);
        assertThat(storage.getEntry(100)).isEqualTo(entry);
    }

    @Test
    void an_entry_that_does_not_follow_is_refused_and_changes_nothing() {
        storage.appendEntries(entries(1, 5, 1));

        assertThat(storage.appendEntry(data(7, 1, "gap"))).isFalse();
        assertThat(storage.appendEntry(data(5, 2, "again"))).isFalse();
        assertThat(storage.failure()).isInstanceOf(IllegalArgumentException.class);
        assertThat(storage.getLastLogIndex()).isEqualTo(5);
        assertThat(storage.appendEntry(data(6, 2, "next"))).isTrue();
    }

    @Test
    void entries_come_back_with_type_term_data_and_checksum_also_after_a_restart() {
        List<LogEntry> entries = entries(1, 10, 3);
        LogEntry noOp = new LogEntry(EntryType.ENTRY_TYPE_NO_OP);
        noOp.setId(new LogId(11, 4));
        entries.add(noOp);
        LogEntry checked = data(12, 4, "checked");
        checked.setChecksum(checked.checksum());
        entries.add(checked);
        assertThat(storage.appendEntries(entries)).isEqualTo(12);

        for (int round = 0; round < 2; round++) {
            assertThat(storage.getFirstLogIndex()).isEqualTo(1);
            assertThat(storage.getLastLogIndex()).isEqualTo(12);
            for (LogEntry entry : entries) {
                assertThat(storage.getEntry(entry.getId().getIndex())).isEqualTo(entry);
            }
            LogEntry read = Objects.requireNonNull(storage.getEntry(12));
            assertThat(read.hasChecksum()).isTrue();
            assertThat(read.isCorrupted()).isFalse();
            assertThat(Objects.requireNonNull(storage.getEntry(11)).hasChecksum()).isFalse();
            reopen();
        }
    }

    @Test
    void appending_leaves_the_callers_buffer_alone() {
        ByteBuffer bytes = ByteBuffer.wrap("..payload..".getBytes(StandardCharsets.UTF_8));
        bytes.position(2).limit(9);
        LogEntry entry = data(1, 1, "");
        entry.setData(bytes);
        storage.appendEntry(entry);

        assertThat(bytes.position()).isEqualTo(2);
        assertThat(bytes.limit()).isEqualTo(9);
        assertThat(Objects.requireNonNull(storage.getEntry(1)).getData())
                .isEqualTo(ByteBuffer.wrap("payload".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void memberships_are_found_again_when_the_log_is_opened() {
        storage.appendEntry(members(1, 1, "localhost:8081,localhost:8082"));
        LogEntry joint = members(2, 2, "localhost:8081,localhost:8082,localhost:8083:0:100");
        joint.setOldPeers(JRaftUtils.getConfiguration("localhost:8081,localhost:8082").listPeers());
        joint.setLearners(JRaftUtils.getConfiguration("localhost:9001").listPeers());
        assertThat(storage.appendEntries(List.of(data(2, 2, "x")))).isEqualTo(1);
        joint.setId(new LogId(3, 2));
        assertThat(storage.appendEntries(List.of(joint))).isEqualTo(1);
        reopen();

        assertThat(storage.getEntry(3)).isEqualTo(joint);
        ConfigurationEntry first = configurations.get(2);
        assertThat(first.getId()).isEqualTo(new LogId(1, 1));
        assertThat(first.getConf().toString()).isEqualTo("localhost:8081,localhost:8082");
        assertThat(first.getOldConf().isEmpty()).isTrue();
        ConfigurationEntry last = configurations.getLastConfiguration();
        assertThat(last.getId()).isEqualTo(new LogId(3, 2));
        assertThat(last.getConf().getLearners()).hasSize(1);
        assertThat(last.getOldConf().toString()).isEqualTo("localhost:8081,localhost:8082");
    }

    @Test
    void a_dropped_prefix_stays_dropped() {
        List<LogEntry> entries = entries(1, 10, 1);
        storage.appendEntries(entries);
        assertThat(storage.truncatePrefix(6)).isTrue();

        for (int round = 0; round < 2; round++) {
            assertThat(storage.getFirstLogIndex()).isEqualTo(6);
            assertThat(storage.getLastLogIndex()).isEqualTo(10);
            for (LogEntry entry : entries) {
                long index = entry.getId().getIndex();
                assertThat(storage.getEntry(index)).isEqualTo(index < 6 ? null : entry);
            }
            reopen();
        }
    }

    @Test
    void a_prefix_beyond_the_end_leaves_an_empty_log_that_goes_on_there() {
        storage.appendEntries(entries(1, 10, 1));
        assertThat(storage.truncatePrefix(21)).isTrue();
        reopen();

        assertThat(storage.getFirstLogIndex()).isEqualTo(21);
        assertThat(storage.getLastLogIndex()).isZero();
        assertThat(storage.appendEntries(entries(21, 22, 2))).isEqualTo(2);
        assertThat(storage.getLastLogIndex()).isEqualTo(22);
    }

    @Test
    void a_dropped_suffix_stays_dropped_and_others_take_its_place() {
        List<LogEntry> entries = entries(1, 10, 1);
        storage.appendEntries(entries);
        assertThat(storage.truncateSuffix(5)).isTrue();
        assertThat(storage.getLastLogIndex()).isEqualTo(5);
        assertThat(storage.getEntry(6)).isNull();
        List<LogEntry> others = entries(6, 7, 2);
        storage.appendEntries(others);

        for (int round = 0; round < 2; round++) {
            assertThat(storage.getFirstLogIndex()).isEqualTo(1);
            assertThat(storage.getLastLogIndex()).isEqualTo(7);
            assertThat(storage.getEntry(5)).isEqualTo(entries.get(4));
            assertThat(storage.getEntry(6)).isEqualTo(others.get(0));
            assertThat(storage.getEntry(7)).isEqualTo(others.get(1));
            assertThat(storage.getEntry(8)).isNull();
            reopen();
        }
    }

    @Test
    void whether_batches_are_synced_can_change_while_the_log_is_open() throws IOException {
        storage.shutdown();
        AtomicBoolean each = new AtomicBoolean(true);
        Path elsewhere = directory.resolve("elsewhere");
        SegmentLogConfig config = SegmentLogConfig.defaults().withSyncIntervalMillis(60_000);
        SegmentLogStorage own = new SegmentLogStorage(elsewhere, config, each::get);
        LogStorageOptions options = new LogStorageOptions();
        options.setConfigurationManager(new ConfigurationManager());
        own.init(options);
        own.appendEntries(entries(1, 3, 1));
        assertThat(own.syncedIndex()).isEqualTo(3);

        each.set(false);
        own.appendEntries(entries(4, 6, 1));
        assertThat(own.syncedIndex()).isEqualTo(3);

        each.set(true);
        own.appendEntries(entries(7, 8, 1));
        assertThat(own.syncedIndex()).isEqualTo(8);
        own.shutdown();
    }

    @Test
    void the_newest_entry_is_not_read_from_the_file_until_it_is_cut_off() {
        List<LogEntry> entries = entries(1, 10, 1);
        storage.appendEntries(entries);
        assertThat(storage.getEntry(10)).isSameAs(entries.get(9));
        assertThat(storage.getEntry(9)).isNotSameAs(entries.get(8)).isEqualTo(entries.get(8));

        storage.truncateSuffix(9);
        assertThat(storage.getEntry(10)).isNull();
        assertThat(storage.getEntry(9)).isNotSameAs(entries.get(8)).isEqualTo(entries.get(8));

        LogEntry other = data(10, 2, "other");
        storage.appendEntry(other);
        assertThat(storage.getEntry(10)).isSameAs(other);
        storage.truncatePrefix(11);
        assertThat(storage.getEntry(10)).isNull();

        LogEntry next = data(11, 2, "next");
        storage.appendEntry(next);
        storage.reset(11);
        assertThat(storage.getEntry(11)).isNull();

        storage.appendEntry(next);
        storage.shutdown();
        assertThatThrownBy(() -> storage.getEntry(11)).isInstanceOf(LogEntryCorruptedException.class);
    }

    @Test
    void a_reset_log_is_empty_and_goes_on_with_the_given_index() {
        storage.appendEntries(entries(1, 10, 1));
        assertThat(storage.reset(5)).isTrue();

        for (int round = 0; round < 2; round++) {
            assertThat(storage.getFirstLogIndex()).isEqualTo(5);
            assertThat(storage.getLastLogIndex()).isZero();
            assertThat(storage.getEntry(5)).isNull();
            reopen();
        }
        assertThat(storage.appendEntries(entries(5, 6, 2))).isEqualTo(2);
        assertThat(storage.getLastLogIndex()).isEqualTo(6);
        assertThatThrownBy(() -> storage.reset(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void many_large_entries_over_many_segments_come_back() {
        int count = 2_000;
        String text = "x".repeat(3_000);
        for (int from = 1; from <= count; from += 10) {
            List<LogEntry> batch = new ArrayList<>();
            for (int i = from; i < from + 10; i++) {
                batch.add(data(i, i, i + text));
            }
            assertThat(storage.appendEntries(batch)).isEqualTo(10);
        }
        reopen();
        for (int i = 1; i <= count; i++) {
            assertThat(storage.getEntry(i)).isEqualTo(data(i, i, i + text));
        }
    }

    @Test
    void a_damaged_entry_is_reported_by_place_and_never_passes_for_missing() throws IOException {
        storage.appendEntries(entries(1, 3, 1));
        Path segment = onlySegment();
        flipByteOf(segment, "entry 2 of");

        assertThatThrownBy(() -> storage.getEntry(2))
                .isInstanceOf(LogEntryCorruptedException.class)
                .hasMessageContaining(segment.toString())
                .hasMessageContaining("entry 2");
        storage.shutdown();
        SegmentLogStorage again = new SegmentLogStorage(directory.resolve("log"), CONFIG);
        assertThat(again.init(options())).isFalse();
        assertThat(again.failure()).isInstanceOf(LogDamagedException.class).hasMessageContaining("entry 2");
    }

    private Path onlySegment() throws IOException {
        try (var files = Files.list(directory.resolve("log"))) {
            return files.filter(file -> file.toString().endsWith(".log")).findFirst().orElseThrow();
        }
    }

    private static void flipByteOf(Path file, String text) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (bytes[at] ^ 1)}), at);
        }
    }

    @Test
    void one_log_cannot_be_open_twice() {
        SegmentLogStorage second = new SegmentLogStorage(directory.resolve("log"), CONFIG);
        assertThat(second.init(options())).isFalse();
        assertThat(second.failure()).hasMessageContaining("is open in another process or group");
    }

    @Test
    void an_interrupted_thread_reads_and_writes_as_any_other() {
        Thread.currentThread().interrupt();
        assertThat(storage.appendEntries(entries(1, 3, 1))).isEqualTo(3);
        assertThat(storage.getEntry(2)).isNotNull();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(storage.getEntry(3)).isNotNull();
        assertThat(storage.appendEntries(entries(4, 4, 1))).isEqualTo(1);
    }
}
