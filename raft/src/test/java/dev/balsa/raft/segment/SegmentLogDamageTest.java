package dev.balsa.raft.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Damage is told from the remains of an unfinished write, and named by file and offset. */
final class SegmentLogDamageTest {
    private static final SegmentLogConfig CONFIG = SegmentLogConfig.defaults()
            .withSegmentBytes(8 << 10)
            .withWriteBufferBytes(1 << 10)
            .withSpareSegmentsMax(1);

    private final List<String> tornTails = new ArrayList<>();
    private final LogListener listener = new LogListener() {
        @Override
        public void tornTail(String file, long offset, long nextIndex) {
            tornTails.add(file + " " + offset + " " + nextIndex);
        }
    };

    private SegmentLog open(MemoryDisk disk) throws IOException {
        return SegmentLog.open(disk, CONFIG, listener, new Random(7)::nextLong);
    }

    private static MemoryDisk disk() {
        return new MemoryDisk(new Random(1));
    }

    /** Appends one batch per argument and returns all entries; does not close. */
    private static List<TestBatch.Entry> append(SegmentLog log, int bytes, int... counts) throws IOException {
        List<TestBatch.Entry> all = new ArrayList<>();
        for (int count : counts) {
            TestBatch batch = TestBatch.of(log.nextIndex(), count, 1, bytes);
            log.append(batch);
            all.addAll(batch.entries());
        }
        return all;
    }

    private static String lastSegment(MemoryDisk disk) {
        return disk.list().stream()
                .filter(name -> SegmentHeader.firstIndexOf(name) >= 0)
                .max(String::compareTo)
                .orElseThrow();
    }

    /** The entries after opening, or null if opening reported damage in that file. */
    private @Nullable List<TestBatch.Entry> reopened(MemoryDisk disk, String damagedFile) throws IOException {
        try {
            SegmentLog log = open(disk);
            return SegmentLogCrashTest.entries(log);
        } catch (LogDamagedException e) {
            assertThat(e.file()).isEqualTo("memory/" + damagedFile);
            return null;
        }
    }

    @Test
    void a_flip_of_any_byte_is_reported_or_harmless() throws IOException {
        MemoryDisk whole = disk();
        SegmentLog log = open(whole);
        List<TestBatch.Entry> entries = append(log, 700, 3, 1, 2, 3, 1, 1);
        log.truncatePrefix(3);
        List<TestBatch.Entry> live = entries.subList(2, entries.size());
        int reported = 0;
        for (String name : whole.list()) {
            byte[] bytes = whole.bytes(name);
            for (int i = 0; i < bytes.length; i++) {
                MemoryDisk flipped = whole.afterKill();
                byte[] changed = bytes.clone();
                changed[i] ^= (byte) (1 << (i % 8));
                flipped.replace(name, changed);
                List<TestBatch.Entry> found = reopened(flipped, name);
                reported += found == null ? 1 : 0;
                if (found != null) {
                    assertThat(found).as("%s at %d", name, i).isEqualTo(live);
                }
            }
        }
        long recordBytes = entries.size() * RecordFormat.bytes(700);
        assertThat((long) reported).isBetween(recordBytes, recordBytes + 3 * 64 + 64);
    }

    @Test
    void a_last_file_cut_at_any_byte_is_damage_if_a_synced_record_is_cut() throws IOException {
        MemoryDisk whole = disk();
        List<TestBatch.Entry> entries = append(open(whole), 100, 2, 2, 3);
        String name = lastSegment(whole);
        byte[] bytes = whole.bytes(name);
        int end = SegmentHeader.DATA_START + entries.size() * (int) RecordFormat.bytes(100);
        for (int length = 0; length < bytes.length; length++) {
            MemoryDisk cut = whole.afterKill();
            cut.replace(name, Arrays.copyOf(bytes, length));
            List<TestBatch.Entry> found = reopened(cut, name);
            assertThat(found).as("cut at %d", length).isEqualTo(length < end ? null : entries);
        }
    }

    @Test
    void a_batch_cut_at_any_byte_before_its_sync_is_dropped_from_there() throws IOException {
        MemoryDisk before = disk();
        SegmentLog log = open(before);
        List<TestBatch.Entry> entries = append(log, 104, 2, 2);
        String name = lastSegment(before);
        byte[] old = before.bytes(name);
        MemoryDisk withWatermark = before.afterKill();
        List<TestBatch.Entry> all = new ArrayList<>(entries);
        all.addAll(append(log, 104, 4));
        byte[] written = before.bytes(name);
        int record = (int) RecordFormat.bytes(104);
        int start = SegmentHeader.DATA_START + 4 * record;
        for (int length = 0; length <= 4 * record; length++) {
            MemoryDisk torn = withWatermark.afterKill();
            byte[] mixed = old.clone();
            System.arraycopy(written, start, mixed, start, length);
            torn.replace(name, mixed);
            SegmentLog opened = open(torn);
            List<TestBatch.Entry> found = SegmentLogCrashTest.entries(opened);
            assertThat(found).as("torn after %d", length).isEqualTo(all.subList(0, 4 + length / record));

            List<TestBatch.Entry> more = append(opened, 60, 1, 1);
            found.addAll(more);
            assertThat(SegmentLogCrashTest.entries(open(torn.afterKill()))).isEqualTo(found);
        }
        assertThat(tornTails).isNotEmpty().allMatch(tail -> tail.startsWith("memory/" + name));
    }

    @Test
    void without_a_watermark_a_hole_with_a_later_batch_behind_it_is_still_damage() throws IOException {
        MemoryDisk whole = disk();
        append(open(whole), 100, 2, 2, 2);
        whole.forget(Watermark.FILE);
        String name = lastSegment(whole);
        int record = (int) RecordFormat.bytes(100);
        byte[] hole = whole.bytes(name);
        int third = SegmentHeader.DATA_START + 2 * record;
        Arrays.fill(hole, third, third + record, (byte) 0);
        whole.replace(name, hole);

        assertThatThrownBy(() -> open(whole))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("memory/" + name + " at offset " + third + ", entry 3")
                .hasMessageContaining("zeros stand there");
    }

    @Test
    void without_a_watermark_a_hole_within_the_last_batch_is_a_torn_write() throws IOException {
        MemoryDisk whole = disk();
        List<TestBatch.Entry> entries = append(open(whole), 100, 2, 2, 4);
        whole.forget(Watermark.FILE);
        String name = lastSegment(whole);
        int record = (int) RecordFormat.bytes(100);
        byte[] hole = whole.bytes(name);
        int sixth = SegmentHeader.DATA_START + 5 * record;
        Arrays.fill(hole, sixth, sixth + record, (byte) 0);
        whole.replace(name, hole);
        SegmentLog log = open(whole);

        assertThat(tornTails).containsExactly("memory/" + name + " " + sixth + " 6");
        assertThat(SegmentLogCrashTest.entries(log)).isEqualTo(entries.subList(0, 5));
        // Records of the same size as the dead ones: were those not destroyed, they would follow.
        append(log, 100, 1);
        assertThat(open(whole.afterKill()).nextIndex()).isEqualTo(7);
    }

    @Test
    void missing_files_are_named() throws IOException {
        MemoryDisk whole = disk();
        append(open(whole), 700, 3, 3, 3, 3);
        List<String> segments = whole.list().stream()
                .filter(name -> SegmentHeader.firstIndexOf(name) >= 0)
                .sorted()
                .toList();
        assertThat(segments).hasSizeGreaterThan(2);
        for (String name : segments) {
            MemoryDisk without = whole.afterKill();
            without.forget(name);
            assertThatThrownBy(() -> open(without)).as(name).isInstanceOf(LogDamagedException.class);
        }
        MemoryDisk without = whole.afterKill();
        without.forget(LogMeta.FILE);
        assertThatThrownBy(() -> open(without)).hasMessageContaining("memory/meta");
    }

    @Test
    void segments_of_another_log_are_refused() throws IOException {
        MemoryDisk one = disk();
        append(open(one), 100, 1);
        MemoryDisk other = disk();
        append(SegmentLog.open(other, CONFIG, listener, new Random(8)::nextLong), 100, 1);
        one.replace(lastSegment(one), other.bytes(lastSegment(other)));

        assertThatThrownBy(() -> open(one)).isInstanceOf(LogDamagedException.class).hasMessageContaining("of log");
    }

    @Test
    void a_full_disk_fails_the_batch_as_a_whole_and_the_log_goes_on_when_there_is_space() throws IOException {
        TestBatch large = TestBatch.of(9, 9, 2, 300);
        for (int room = 0; room < 12_000; room += 97) {
            MemoryDisk disk = disk();
            SegmentLog log = open(disk);
            List<TestBatch.Entry> entries = append(log, 300, 4, 4);
            disk.room(room);
            boolean full = false;
            try {
                log.append(large);
                entries.addAll(large.entries());
            } catch (LogFullException e) {
                full = true;
                assertThat(log.broken()).isNull();
                assertThat(log.nextIndex()).isEqualTo(9);
            }
            assertThat(SegmentLogCrashTest.entries(log)).isEqualTo(entries);
            MemoryDisk killed = disk.afterKill();
            List<TestBatch.Entry> afterKill = SegmentLogCrashTest.entries(open(killed));
            assertThat(afterKill).as("room %d, full %s", room, full).isEqualTo(entries);
            disk.room(Long.MAX_VALUE);
            entries.addAll(append(log, 290, 2));
            assertThat(SegmentLogCrashTest.entries(open(disk.afterPowerFailure()))).isEqualTo(entries);
        }
    }

    @Test
    void a_full_disk_does_not_refuse_the_cut_that_makes_room() throws IOException {
        MemoryDisk disk = disk();
        SegmentLog log = open(disk);
        append(log, 700, 3, 3, 3);
        disk.room(64);
        log.truncatePrefix(8);

        assertThat(log.firstIndex()).isEqualTo(8);
        assertThat(log.broken()).isNull();
        assertThat(open(disk.afterKill()).firstIndex()).isEqualTo(8);
    }

    @Test
    void after_a_failed_fdatasync_the_log_takes_no_more_and_the_next_opening_writes_the_end_anew() throws IOException {
        MemoryDisk disk = disk();
        SegmentLog log = open(disk);
        List<TestBatch.Entry> entries = append(log, 100, 2);
        disk.failNextForce();
        assertThatThrownBy(() -> append(log, 100, 2)).hasMessageContaining("Input/output error");
        assertThat(log.broken()).isNotNull();
        assertThat(log.nextIndex()).isEqualTo(3);
        assertThatThrownBy(() -> append(log, 100, 1)).hasMessageContaining("must be opened anew");
        assertThat(SegmentLogCrashTest.entries(log)).isEqualTo(entries);

        MemoryDisk next = disk.afterKill();
        List<TestBatch.Entry> found = SegmentLogCrashTest.entries(open(next));
        assertThat(found).hasSize(4);
        for (int i = 0; i < 20; i++) {
            assertThat(SegmentLogCrashTest.entries(open(next.afterPowerFailure()))).isEqualTo(found);
        }
    }

    @Test
    void the_reader_shows_everything_up_to_the_damage_and_changes_nothing() throws IOException {
        MemoryDisk disk = disk();
        SegmentLog log = open(disk);
        List<TestBatch.Entry> entries = append(log, 100, 2, 2, 2);
        String name = lastSegment(disk);
        byte[] bytes = disk.bytes(name);
        int fifth = SegmentHeader.DATA_START + 4 * (int) RecordFormat.bytes(100);
        bytes[fifth + 60] ^= 1;
        disk.replace(name, bytes);
        long steps = disk.steps();
        try (SegmentLogReader reader = SegmentLogReader.open(disk)) {
            for (int i = 0; i < 4; i++) {
                LogRecord record = Objects.requireNonNull(reader.next());
                assertThat(record.index()).isEqualTo(entries.get(i).index());
                assertThat(record.file()).isEqualTo("memory/" + name);
                assertThat(record.offset()).isEqualTo(SegmentHeader.DATA_START + i * RecordFormat.bytes(100));
            }
            assertThatThrownBy(reader::next)
                    .isInstanceOf(LogDamagedException.class)
                    .hasMessageContaining("offset " + fifth + ", entry 5");
        }
        assertThat(disk.steps()).isEqualTo(steps);
    }
}
