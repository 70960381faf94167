package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Marks of watched keys: what takes them away, and that it is the same on every replica. */
class WatchedKeysTest {
    private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUE = "value".getBytes(StandardCharsets.US_ASCII);
    private static final long HOUR = 3_600_000;

    private final Keyspace keyspace = new Keyspace(2, 1L << 30, true);

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        keyspace.close();
    }

    @Test
    void a_mark_stands_until_the_key_changes_and_another_one_has_another_id() {
        keyspace.time(1000, 1000);
        long first = watch(0);
        assertThat(holds(keyspace, first, 1000)).isTrue();
        set(0, 0);
        assertThat(holds(keyspace, first, 1000)).isFalse();
        assertThat(watch(0)).isNotEqualTo(first);
        assertThat(holds(keyspace, first, 1000)).isFalse();
    }

    @Test
    void a_deadline_counts_when_log_time_passes_it_whether_the_key_was_removed_or_not() {
        keyspace.time(1000, 1000);
        set(0, 1500);
        long id = watch(0);
        keyspace.time(1499, 1499);
        keyspace.removeDue(10);
        assertThat(holds(keyspace, id, 1499)).isTrue();
        keyspace.time(1500, 1500);
        assertThat(holds(keyspace, id, 1500)).isFalse();
        keyspace.removeDue(10);
        assertThat(keyspace.database(0).size()).isZero();
        assertThat(holds(keyspace, id, 1500)).isFalse();
        long ofMissing = watch(0);
        assertThat(ofMissing).isNotEqualTo(id);
        assertThat(holds(keyspace, ofMissing, 1600)).isTrue();
    }

    @Test
    void flushing_and_swapping_change_what_was_there() {
        set(0, 0);
        long id = watch(0);
        long missing = watch(1);
        keyspace.database(1).clear();
        assertThat(holds(keyspace, id, 0)).isTrue();
        keyspace.database(0).clear();
        assertThat(holds(keyspace, id, 0)).isFalse();
        set(0, 0);
        long again = watch(0);
        keyspace.swap(0, 1);
        assertThat(holds(keyspace, again, 0)).isFalse();
        assertThat(keyspace.marks().holds(1, KEY, 0, KEY.length, missing, 0)).isFalse();
    }

    @Test
    void nothing_is_left_of_watchers_that_leave_or_are_gone_for_an_hour() {
        long id = watch(0);
        assertThat(watch(0)).isEqualTo(id);
        keyspace.marks().leave(0, KEY, 0, KEY.length, id);
        assertThat(holds(keyspace, id, 0)).isTrue();
        keyspace.marks().leave(0, KEY, 0, KEY.length, id);
        assertThat(keyspace.marks().size()).isZero();
        long forgotten = watch(0);
        assertThat(holds(keyspace, forgotten, HOUR - 1)).isTrue();
        assertThat(holds(keyspace, forgotten, HOUR)).isFalse();
        keyspace.time(HOUR, HOUR);
        watch(1);
        assertThat(keyspace.marks().size()).isEqualTo(1);
    }

    @Test
    void a_replica_that_was_restored_knows_the_same_marks_and_gives_the_same_ids() throws IOException {
        set(0, 0);
        long id = watch(0);
        long gone = watch(1);
        set(1, 0);
        try (Snapshot view = keyspace.snapshot()) {
            SnapshotFiles.write(directory, view, new SnapshotFiles.SaveOptions(0, 0, true, Long.MAX_VALUE));
        }
        try (Keyspace restored = new Keyspace(2, 1L << 30, true)) {
            SnapshotFiles.load(directory, restored);
            assertThat(holds(restored, id, 0)).isTrue();
            assertThat(restored.marks().size()).isEqualTo(1);
            assertThat(restored.marks().holds(1, KEY, 0, KEY.length, gone, 0)).isFalse();
            assertThat(restored.watch(1, KEY, 0, KEY.length)).isEqualTo(watch(1));
        }
    }

    private long watch(int database) {
        return keyspace.watch(database, KEY, 0, KEY.length);
    }

    private static boolean holds(Keyspace in, long id, long logMillis) {
        return in.marks().holds(0, KEY, 0, KEY.length, id, logMillis);
    }

    private void set(int database, long deadlineMillis) {
        keyspace.database(database).setString(KEY, 0, KEY.length, VALUE, 0, VALUE.length, deadlineMillis);
    }
}
