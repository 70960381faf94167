package dev.balsa.raft.jraft;

import static dev.balsa.raft.jraft.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftStartException;
import dev.balsa.raft.RaftLimits;
import dev.balsa.raft.jraft.TestCluster.Member;
import dev.balsa.raft.jraft.TestCluster.Outcome;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guards around JRaft's hazards, one by one. */
final class GuardsTest {
    @TempDir
    Path root;

    @Test
    void only_failures_before_the_append_are_definite() {
        assertThat(Failures.ofProposal(new Status(RaftError.EPERM, "Is not leader."), "a:1"))
                .isEqualTo(new RaftFailure.NotLeader("a:1"));
        assertThat(Failures.ofProposal(new Status(RaftError.EPERM, "expected_term=3 doesn't match current_term=4"),
                null))
                .isEqualTo(new RaftFailure.NotLeader(null));
        assertThat(Failures.ofProposal(new Status(RaftError.EPERM, "Leader stepped down"), "a:1"))
                .isInstanceOf(RaftFailure.OutcomeUnknown.class);
        assertThat(Failures.ofProposal(new Status(RaftError.EBUSY, "Is transferring leadership."), null))
                .isInstanceOf(RaftFailure.Busy.class);
        assertThat(Failures.ofProposal(new Status(RaftError.ENODESHUTDOWN, "Node is shutting down."), null))
                .isInstanceOf(RaftFailure.Closed.class);
        for (RaftError error : RaftError.values()) {
            if (!Set.of(RaftError.EBUSY, RaftError.ENODESHUTDOWN).contains(error)) {
                assertThat(Failures.ofProposal(new Status(error, "anything"), null))
                        .as("%s", error)
                        .isInstanceOf(RaftFailure.OutcomeUnknown.class);
            }
            assertThat(Failures.ofRead(new Status(error, "anything"), null))
                    .as("%s", error)
                    .isNotInstanceOf(RaftFailure.OutcomeUnknown.class);
        }
    }

    @Test
    void the_watchdog_tells_a_stall_from_idleness_and_from_progress() {
        var watchdog = new ApplyWatchdog(3);
        for (long tick = 1; tick < 20; tick++) {
            assertThat(watchdog.check(tick, 10, 10, false)).as("idle").isNull();
        }
        for (long tick = 20; tick < 40; tick++) {
            assertThat(watchdog.check(tick, 1_000, tick, false)).as("slow progress").isNull();
        }
        assertThat(watchdog.check(42, 1_000, 39, false)).isNull();
        assertThat(watchdog.check(43, 1_000, 39, false)).contains("applied 39").contains("committed 1000");
    }

    @Test
    void a_state_machine_that_throws_fails_the_replica_once() throws Exception {
        try (var cluster = TestCluster.started(root, "poison", 1)) {
            Member member = cluster.leader();
            cluster.write(1);
            CompletableFuture<Outcome> poisoned = TestCluster.propose(member.group(), -1);
            await().atMost(PATIENCE).until(() -> member.machine.failure.get() != null);
            assertThat(member.machine.failure.get()).hasMessageContaining("poisoned");
            assertThat(TestCluster.propose(member.group(), 2).get(30, TimeUnit.SECONDS).failure())
                    .isInstanceOf(RaftFailure.Closed.class);
            assertThat(member.machine.values()).containsExactly(1L);
            // The machine had it in its hands: it is not the group's to end any more.
            assertThat(poisoned).isNotDone();
        }
    }

    @Test
    void writes_are_refused_while_the_disk_is_nearly_full_and_reads_go_on() throws Exception {
        var min = new AtomicLong(1);
        try (var cluster = new TestCluster(
                root, "full", 1, c -> c.withLimits(RaftLimits.of(4_096, min.get())))) {
            Member member = cluster.members.getFirst();
            member.restart();
            cluster.write(1);
            member.close();
            min.set(Long.MAX_VALUE / 2);
            member.restart();
            cluster.leader();
            await().atMost(PATIENCE).until(() ->
                    TestCluster.propose(member.group(), 2).get(30,
                            TimeUnit.SECONDS).failure() instanceof RaftFailure.Closed(String why)
                            && why.contains("disk full"));
            assertThat(TestCluster.read(member.group()).get(30, TimeUnit.SECONDS).failure()).isNull();
            assertThat(member.machine.failure.get()).isNull();
        }
    }

    @Test
    void a_replica_whose_files_fail_is_opened_again_in_place_with_its_state() throws Exception {
        try (var cluster = TestCluster.started(root, "reopen", 3)) {
            cluster.write(1);
            Member leader = cluster.leader();
            Member broken = cluster.follower();
            await().atMost(PATIENCE).until(() -> broken.machine.values().contains(1L));
            // A vote can no longer be written: its temporary file is a directory.
            Path obstacle = broken.directory.resolve("votes").resolve("votes.tmp");
            Files.createDirectory(obstacle);
            leader.close();
            await().atMost(PATIENCE).until(() -> broken.group().status().role().equals("error"));
            Files.delete(obstacle);
            leader.restart();
            cluster.write(2);
            await().atMost(PATIENCE).until(() -> broken.machine.values().contains(2L));
            // A write that was tried again may be there twice; the machine itself takes no entry twice.
            assertThat(broken.machine.values().stream().distinct()).containsExactly(1L, 2L);
            assertThat(broken.machine.failure.get()).isNull();
        }
    }

    @Test
    void every_proposal_ends_once_when_the_replica_closes() throws Exception {
        try (var cluster = TestCluster.calm(root, "sweep", 3)) {
            cluster.write(1);
            Member leader = cluster.leader();
            var group = leader.group();
            List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            var go = new AtomicBoolean(true);
            Thread proposer = Thread.ofPlatform().start(() -> {
                for (long value = 0; go.get() && value < 200_000; value++) {
                    outcomes.add(TestCluster.propose(group, value));
                }
            });
            await().atMost(PATIENCE).until(() -> leader.machine.size() > 100);
            leader.close();
            go.set(false);
            proposer.join();
            for (CompletableFuture<Outcome> outcome : outcomes) {
                // A second end would have thrown in whoever caused it.
                assertThat(outcome.get(30, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }

    @Test
    void what_is_answered_is_read_after_every_change_of_the_leader() throws Exception {
        try (var cluster = TestCluster.started(root, "linear", 3)) {
            for (long value = 1; value <= 12; value++) {
                Member leader = cluster.leader();
                Outcome written = TestCluster.propose(leader.group(), value).get(30, TimeUnit.SECONDS);
                if (written.failure() != null) {
                    continue;
                }
                if (value % 4 == 0) {
                    leader.group().transferLeadership(cluster.follower().address).get(30, TimeUnit.SECONDS);
                }
                for (Member member : cluster.members) {
                    long expected = value;
                    await().atMost(PATIENCE).until(() -> {
                        Outcome read = TestCluster.read(member.group()).get(30, TimeUnit.SECONDS);
                        if (read.failure() != null) {
                            return false;
                        }
                        assertThat(read.index()).isGreaterThanOrEqualTo(written.index());
                        assertThat(member.machine.values()).contains(expected);
                        return true;
                    });
                }
            }
        }
    }

    @Test
    void a_port_that_is_taken_is_named() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new JRaftHost(new JRaftHost.Listen("127.0.0.1", taken.getLocalPort())).close())
                    .isInstanceOf(RaftStartException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void another_groups_directory_is_refused() throws Exception {
        try (var cluster = TestCluster.started(root, "mine", 1)) {
            cluster.write(1);
            cluster.leader().close();
            try (var other = new TestCluster(root, "other", 1, c -> c)) {
                assertThatThrownBy(() -> other.members.getFirst().restart())
                        .isInstanceOf(RaftStartException.class)
                        .hasMessageContaining("belongs to group mine");
            }
        }
    }

    @Test
    void no_thread_is_left_when_the_hosts_are_closed() throws Exception {
        Set<Thread> before = threads();
        try (var cluster = TestCluster.started(root, "threads", 3)) {
            cluster.write(1);
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(threads().stream()
                        .filter(t -> !before.contains(t))
                        .map(Thread::getName)
                        .collect(Collectors.toSet()))
                .as("threads")
                .noneMatch(name -> name.startsWith("raft-") || name.contains("Disruptor") || name.contains("Timer")
                        || name.startsWith("JRaft-Node") || name.contains("ReadOnlyService")
                                || name.contains("-send")));
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }
}
