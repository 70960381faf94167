package dev.balsa.raft.jraft;

import static dev.balsa.raft.jraft.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.balsa.raft.RaftStartException;
import dev.balsa.raft.jraft.TestCluster.Member;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotTest {
    @TempDir
    Path root;

    @Test
    void a_restart_loads_the_snapshot_and_replays_what_came_after_it() throws Exception {
        try (var cluster = TestCluster.started(root, "replay", 1)) {
            Member member = cluster.leader();
            cluster.write(1);
            cluster.write(2);
            member.group().snapshot().get(30, TimeUnit.SECONDS);
            cluster.write(3);
            assertThat(member.group().status().snapshotIndex()).isPositive();
            member.close();
            member.restart();
            cluster.leader();
            assertThat(member.machine.values()).containsExactly(1L, 2L, 3L);
            assertThat(member.machine.loads()).isEqualTo(1);
        }
    }

    @Test
    void a_follower_that_was_away_installs_the_snapshot_when_the_log_is_gone() throws Exception {
        try (var cluster = TestCluster.calm(root, "install", 3)) {
            cluster.write(0);
            Member away = cluster.follower();
            await().atMost(PATIENCE).until(() -> away.machine.values().contains(0L));
            away.close();
            for (long i = 1; i < 100; i++) {
                cluster.write(i);
            }
            // The log is kept back to the snapshot before the last.
            Member leader = cluster.leader();
            leader.group().snapshot().get(30, TimeUnit.SECONDS);
            for (long i = 100; i < 200; i++) {
                cluster.write(i);
            }
            leader.group().snapshot().get(30, TimeUnit.SECONDS);
            await().atMost(PATIENCE).until(() -> leader.group().status().firstIndex() > 50);
            cluster.write(200);
            away.restart();
            List<Long> expected = LongStream.rangeClosed(0, 200).boxed().toList();
            await().atMost(PATIENCE).until(() -> away.machine.values().contains(200L));
            // A write that was tried again may be there twice.
            assertThat(away.machine.values().stream().distinct()).isEqualTo(expected);
            assertThat(away.machine.loads()).isPositive();
        }
    }

    @Test
    void a_damaged_snapshot_is_named_at_start_and_the_replica_does_not_open() throws Exception {
        try (var cluster = TestCluster.started(root, "damaged", 1)) {
            Member member = cluster.leader();
            for (long i = 0; i < 10; i++) {
                cluster.write(i);
            }
            member.group().snapshot().get(30, TimeUnit.SECONDS);
            member.close();
            Path values = find(member.directory.resolve("snapshots"), "values");
            flip(values, 13);
            assertThatThrownBy(member::restart)
                    .isInstanceOf(RaftStartException.class)
                    .hasMessageContaining(values.toString())
                    .hasMessageContaining("checksum");
        }
    }

    @Test
    void damaged_snapshot_metadata_is_named_at_start() throws Exception {
        try (var cluster = TestCluster.started(root, "damagedmeta", 1)) {
            Member member = cluster.leader();
            cluster.write(1);
            member.group().snapshot().get(30, TimeUnit.SECONDS);
            member.close();
            Path manifest = find(member.directory.resolve("snapshots"), "manifest");
            flip(manifest, 20);
            assertThatThrownBy(member::restart)
                    .isInstanceOf(RaftStartException.class)
                    .hasMessageContaining(manifest.toString());
        }
    }

    static Path find(Path directory, String name) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.getFileName().toString().equals(name)).findFirst().orElseThrow();
        }
    }

    static void flip(Path file, long offset) throws IOException {
        try (var content = new RandomAccessFile(file.toFile(), "rw")) {
            content.seek(offset);
            int old = content.read();
            content.seek(offset);
            content.write(old ^ 0x10);
        }
    }
}
