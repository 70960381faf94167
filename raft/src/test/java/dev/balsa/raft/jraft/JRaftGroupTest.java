package dev.balsa.raft.jraft;

import static dev.balsa.raft.jraft.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.jraft.TestCluster.Member;
import dev.balsa.raft.jraft.TestCluster.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JRaftGroupTest {
    @TempDir
    Path root;

    @Test
    void one_member_leads_applies_and_reads_without_a_round() throws Exception {
        try (var cluster = TestCluster.started(root, "one", 1)) {
            Member leader = cluster.leader();
            Outcome written = TestCluster.propose(leader.group(), 7).get(30, TimeUnit.SECONDS);
            assertThat(written.failure()).isNull();
            CompletableFuture<Outcome> read = TestCluster.read(leader.group());
            assertThat(read).isDone();
            assertThat(read.join().index()).isGreaterThanOrEqualTo(written.index());
            assertThat(leader.machine.values()).containsExactly(7L);
        }
    }

    @Test
    void the_status_knows_entries_without_data_as_applied_and_the_size_of_the_log() throws Exception {
        for (String store : List.of("segments", "rocksdb")) {
            UnaryOperator<RaftConfig> stored = c -> new RaftConfig(c.group(), c.directory(), c.self(), c.initialPeers(),
                    c.elections(), new RaftConfig.Log(store, () -> true, 1 << 20), c.limits());
            try (var cluster = new TestCluster(root.resolve(store), store, 1, stored)) {
                cluster.members.forEach(Member::restart);
                RaftGroup group = cluster.leader().group();
                // Founding has put a configuration into the log, and nothing that the state machine gets.
                await().atMost(PATIENCE).until(() -> group.status().lastIndex() > 0
                        && group.status().appliedIndex() == group.status().lastIndex());
                long before = group.status().logBytes();
                for (int i = 0; i < 100; i++) {
                    cluster.write(i);
                }
                assertThat(group.status().logBytes()).as(store).isGreaterThan(before + 100 * Long.BYTES);
            }
        }
    }

    @Test
    void three_members_apply_ten_thousand_entries_in_the_order_of_the_proposals() throws Exception {
        try (var cluster = TestCluster.calm(root, "three", 3)) {
            Member leader = cluster.leader();
            List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            for (long i = 0; i < 10_000; i++) {
                outcomes.add(TestCluster.propose(leader.group(), i));
                if (i % 1_000 == 999) {
                    outcomes.getLast().get(30, TimeUnit.SECONDS);
                }
            }
            for (CompletableFuture<Outcome> outcome : outcomes) {
                assertThat(outcome.get(30, TimeUnit.SECONDS).failure()).isNull();
            }
            List<Long> expected = LongStream.range(0, 10_000).boxed().toList();
            for (Member member : cluster.members) {
                await().atMost(PATIENCE).until(() -> member.machine.size() >= expected.size());
                assertThat(member.machine.values()).isEqualTo(expected);
            }
        }
    }

    @Test
    void a_follower_refuses_proposals_and_names_the_leader() throws Exception {
        try (var cluster = TestCluster.calm(root, "refuse", 3)) {
            Member leader = cluster.leader();
            Member follower = cluster.follower();
            await().atMost(PATIENCE).until(() -> follower.group().leadership().leader() != null);
            Outcome outcome = TestCluster.propose(follower.group(), 1).get(30, TimeUnit.SECONDS);
            assertThat(outcome.failure()).isEqualTo(new RaftFailure.NotLeader(leader.address));
        }
    }

    @Test
    void the_others_go_on_when_the_leader_closes_and_it_catches_up_after_its_restart() throws Exception {
        try (var cluster = TestCluster.started(root, "failover", 3)) {
            cluster.write(1);
            Member first = cluster.leader();
            first.close();
            cluster.write(2);
            assertThat(cluster.leader()).isNotSameAs(first);
            first.restart();
            await().atMost(PATIENCE).until(() -> first.machine.values().contains(2L));
            assertThat(first.machine.values()).startsWith(1L);
        }
    }
}
