package dev.balsa.raft.jraft;

import static dev.balsa.raft.jraft.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.balsa.raft.ListMachine;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.jraft.TestCluster.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MembershipTest {
    private static final long MARK = 0x0102030405060000L;

    @TempDir
    Path root;

    @Test
    void a_group_is_founded_only_when_all_members_are_there() throws Exception {
        try (var cluster = new TestCluster(root, "founding", 3, c -> c)) {
            Member a = cluster.members.get(0);
            Member b = cluster.members.get(1);
            a.restart();
            b.restart();
            // Two of three are a majority, but the third may hold a group's data.
            await().during(Duration.ofMillis(1_500)).atMost(PATIENCE).until(() -> a.group().node() == null
                    && b.group().node() == null
                    && a.group().status().role().equals("waiting"));
            cluster.members.get(2).restart();
            cluster.write(1);
        }
    }

    @Test
    void a_founder_that_died_before_it_voted_is_still_a_founder() throws Exception {
        try (var cluster = new TestCluster(root, "late", 3, c -> c)) {
            Member late = cluster.members.get(2);
            late.restart();
            late.close();
            cluster.members.get(0).restart();
            cluster.members.get(1).restart();
            late.restart();
            cluster.write(1);
            await().atMost(PATIENCE).until(() -> late.machine.values().contains(1L));
        }
    }

    @Test
    void a_wiped_member_does_not_vote_without_the_leader() throws Exception {
        try (var cluster = TestCluster.started(root, "wiped", 3)) {
            cluster.write(1);
            Member leader = cluster.leader();
            List<Member> others = cluster.members.stream().filter(m -> m != leader).toList();
            Member wiped = others.get(0);
            Member behind = others.get(1);
            // The entry is on the leader and on the member that will forget it.
            await().atMost(PATIENCE).until(() -> behind.machine.size() >= 1);
            behind.close();
            cluster.write(2);
            await().atMost(PATIENCE).until(() -> wiped.machine.values().contains(2L));
            leader.close();
            wiped.close();
            wipe(wiped.directory);
            wiped.restart();
            behind.restart();
            // Two of three are up: with the wiped one's vote they would elect a leader that never saw entry 2.
            await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> !behind.group().leadership().isLeader()
                    && wiped.group().node() == null);
            leader.restart();
            await().atMost(PATIENCE).until(() -> behind.machine.values().contains(2L));
            // The leader takes the wiped member out and in again by itself.
            await().atMost(PATIENCE).until(() -> wiped.machine.values().contains(2L));
            await().atMost(PATIENCE).until(() -> cluster.leader().group().peers().contains(wiped.address));
        }
    }

    @Test
    void a_wiped_member_comes_back_when_the_leader_changes_between_taking_it_out_and_in() throws Exception {
        try (var cluster = TestCluster.calm(root, "halfway", 3)) {
            cluster.write(1);
            Member before = cluster.leader();
            Member wiped = cluster.follower();
            wiped.close();
            wipe(wiped.directory);
            cluster.remove(wiped);
            Member next = cluster.members.stream().filter(m -> m != before && m != wiped).findFirst().orElseThrow();
            TestCluster.handOver(before, next);
            wiped.restart();
            cluster.awaitMember(wiped);
            assertThat(wiped.machine.values()).contains(1L);
            // It counts: without the old leader these two are a majority.
            cluster.hasty();
            before.close();
            cluster.write(2);
        }
    }

    @Test
    void a_wiped_member_comes_back_when_its_leader_is_lost_after_it_was_admitted() throws Exception {
        try (var cluster = TestCluster.calm(root, "admitted", 3)) {
            cluster.write(1);
            Member wiped = cluster.follower();
            wiped.close();
            wipe(wiped.directory);
            cluster.remove(wiped);
            List<Member> others = cluster.members.stream().filter(m -> m != wiped).toList();
            others.forEach(Member::close);
            wiped.restart();
            // All that the leader gets done before it is gone.
            assertThat(wiped.group().admit()).isNull();
            for (Member other : others) {
                other.restart();
            }
            cluster.awaitMember(wiped);
            assertThat(wiped.machine.values()).contains(1L);
            // It counts: with one of the others it is a majority.
            others.getFirst().close();
            cluster.write(2);
        }
    }

    /** Its list of members may be older than its removal: from a snapshot, say. */
    @Test
    void a_wiped_member_comes_back_when_it_takes_itself_for_one_still() throws Exception {
        try (var cluster = TestCluster.calm(root, "mistaken", 3)) {
            cluster.write(1);
            Member wiped = cluster.follower();
            wiped.close();
            wipe(wiped.directory);
            wiped.restart();
            cluster.awaitMember(wiped);
            assertThat(wiped.group().peers()).contains(wiped.address);
            wiped.close();
            cluster.remove(wiped);
            wiped.restart();
            cluster.awaitMember(wiped);
            cluster.write(2);
            await().atMost(PATIENCE).until(() -> wiped.machine.values().contains(2L));
        }
    }

    @Test
    void a_directory_without_its_identity_is_refused() throws Exception {
        try (var cluster = TestCluster.started(root, "orphan", 1)) {
            cluster.write(1);
            Member member = cluster.leader();
            member.close();
            Files.delete(member.directory.resolve("identity"));
            assertThatThrownBy(member::restart).hasMessageContaining("identity").hasMessageContaining("missing");
        }
    }

    @Test
    void damaged_votes_are_named_at_start() throws Exception {
        try (var cluster = TestCluster.started(root, "votes", 1)) {
            cluster.write(1);
            Member member = cluster.leader();
            member.close();
            Path votes = member.directory.resolve("votes").resolve("votes");
            SnapshotTest.flip(votes, 15);
            assertThatThrownBy(member::restart).hasMessageContaining(votes.toString()).hasMessageContaining("checksum");
        }
    }

    @Test
    void a_damaged_log_entry_is_named_at_start() throws Exception {
        try (var cluster = TestCluster.started(root, "log", 1)) {
            for (long i = 0; i < 50; i++) {
                cluster.write(MARK + i);
            }
            Member member = cluster.leader();
            member.close();
            damage(member.directory.resolve("log"), MARK + 25);
            assertThatThrownBy(member::restart).hasMessageContaining(member.directory.resolve("log").toString());
        }
    }

    /** Changes one bit of an entry's value; JRaft's own entries and all headers stay whole. */
    private static void damage(Path directory, long value) throws IOException {
        Path largest = directory;
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
                for (int i = 0; i < bytes.limit() - 7; i++) {
                    if (bytes.getLong(i) == value) {
                        SnapshotTest.flip(file, i + 7L);
                        return;
                    }
                }
                largest = file.toString().endsWith(".sst") ? file : largest;
            }
        }
        // Compressed: any byte of the blocks of data will do.
        SnapshotTest.flip(largest, 40);
    }

    @Test
    void a_member_is_added_catches_up_and_is_removed_again() throws Exception {
        try (var cluster = TestCluster.calm(root, "grow", 1)) {
            cluster.write(1);
            Member leader = cluster.leader();
            Member added = cluster.addMember();
            added.start(List.of());
            leader.group().addPeer(added.address).get(30, TimeUnit.SECONDS);
            assertThat(leader.group().peers()).containsExactlyInAnyOrder(leader.address, added.address);
            await().atMost(PATIENCE).until(() -> added.machine.values().contains(1L));
            cluster.write(2);
            await().atMost(PATIENCE).until(() -> added.machine.values().contains(2L));
            assertThat(leader.group().status().followers()).singleElement().satisfies(f -> {
                assertThat(f.peer()).isEqualTo(added.address);
                assertThat(f.alive()).isTrue();
            });
            leader.group().removePeer(added.address).get(30, TimeUnit.SECONDS);
            assertThat(leader.group().peers()).containsExactly(leader.address);
            added.close();
            cluster.write(3);
        }
    }

    @Test
    void a_member_that_cannot_be_reached_is_not_added() throws Exception {
        try (var cluster = TestCluster.started(root, "absent", 1)) {
            cluster.write(1);
            Member absent = cluster.addMember();
            var adding = cluster.leader().group().addPeer(absent.address);
            assertThatThrownBy(() -> adding.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining(absent.address);
            cluster.write(2);
        }
    }

    @Test
    void a_transfer_says_true_only_when_another_leads() throws Exception {
        try (var cluster = TestCluster.calm(root, "transfer", 3)) {
            cluster.write(1);
            Member before = cluster.leader();
            Member target = cluster.follower();
            TestCluster.handOver(before, target);
            await().atMost(PATIENCE).until(() -> target.group().leadership().isLeader());
            assertThat(before.machine.stops()).isPositive().isEqualTo(before.machine.leaderTerms().size());
            assertThat(before.group().transferLeadership(target.address).get(30, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void a_transfer_to_a_dead_member_says_false_and_the_leader_goes_on() throws Exception {
        try (var cluster = TestCluster.calm(root, "deadtransfer", 3)) {
            cluster.write(1);
            Member leader = cluster.leader();
            Member dead = cluster.follower();
            dead.close();
            assertThat(leader.group().transferLeadership(dead.address).get(30, TimeUnit.SECONDS)).isFalse();
            cluster.write(2);
        }
    }

    @Test
    void a_member_that_has_yet_to_apply_the_log_is_not_handed_leadership() throws Exception {
        try (var cluster = TestCluster.calm(root, "applying", 3)) {
            cluster.write(1);
            Member leader = cluster.leader();
            Member target = cluster.follower();
            ListMachine held = target.machine;
            synchronized (held) {
                for (int i = 0; i < 400; i++) {
                    var _ = TestCluster.propose(leader.group(), i);
                }
                cluster.write(2);
                assertThat(leader.group().transferLeadership(target.address).get(30, TimeUnit.SECONDS)).isFalse();
                cluster.write(3);
            }
            await().atMost(PATIENCE).until(() -> held.values().size() > 400);
            assertThat(leader.group().leadership().isLeader()).isTrue();
            TestCluster.handOver(leader, target);
        }
    }

    @Test
    void a_leader_without_majority_answers_no_read_and_no_write() throws Exception {
        try (var cluster = TestCluster.started(root, "minority", 3)) {
            cluster.write(1);
            Member leader = cluster.leader();
            cluster.members.stream().filter(m -> m != leader).forEach(Member::close);
            var write = TestCluster.propose(leader.group(), 2);
            var read = TestCluster.read(leader.group());
            assertThat(read.get(30, TimeUnit.SECONDS).failure()).isNotNull();
            assertThat(write.get(30, TimeUnit.SECONDS).failure()).isInstanceOfAny(
                    RaftFailure.OutcomeUnknown.class, RaftFailure.NotLeader.class);
        }
    }

    private static void wipe(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
