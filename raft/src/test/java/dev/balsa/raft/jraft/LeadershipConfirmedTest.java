package dev.balsa.raft.jraft;

import static dev.balsa.raft.jraft.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.util.Endpoint;
import dev.balsa.raft.jraft.TestCluster.Member;
import dev.balsa.raft.jraft.rpc.RaftRpc;
import dev.balsa.raft.jraft.rpc.RpcConfig;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What replicas say when a leader asks whether its term is still theirs. */
final class LeadershipConfirmedTest {
    @TempDir
    Path root;

    @Test
    void a_replica_confirms_its_own_term_and_no_other() throws Exception {
        try (var cluster = TestCluster.calm(root, "confirm", 3);
                RaftRpc rpc = RaftRpc.open(RpcConfig.defaults("balsa"))) {
            cluster.write(1);
            long term = cluster.leader().group().leadership().term();
            for (Member member : cluster.members) {
                await().atMost(PATIENCE).until(() -> ask(rpc, member, "confirm", term));
                assertThat(ask(rpc, member, "confirm", term - 1)).isFalse();
                assertThat(ask(rpc, member, "confirm", term + 1)).isFalse();
                assertThat(ask(rpc, member, "another", term)).isFalse();
            }
        }
    }

    @Test
    void a_majority_denies_the_term_of_a_leader_that_was_replaced() throws Exception {
        try (var cluster = TestCluster.calm(root, "deny", 3);
                RaftRpc rpc = RaftRpc.open(RpcConfig.defaults("balsa"))) {
            cluster.write(1);
            Member first = cluster.leader();
            long term = first.group().leadership().term();
            Member next = cluster.follower();
            TestCluster.handOver(first, next);
            await().atMost(PATIENCE).until(() -> next.group().leadership().isLeader());
            int confirmations = 0;
            for (Member member : cluster.members) {
                confirmations += ask(rpc, member, "deny", term) ? 1 : 0;
            }
            assertThat(confirmations).isLessThan(2);
        }
    }

    @Test
    void a_leader_reads_what_it_has_applied_and_waits_for_what_is_committed() throws Exception {
        try (var cluster = TestCluster.started(root, "read", 3)) {
            for (long value = 0; value < 200; value++) {
                cluster.write(value);
                Member leader = cluster.leader();
                var read = TestCluster.read(leader.group()).get(30, TimeUnit.SECONDS);
                if (read.failure() == null) {
                    assertThat(leader.machine.values()).contains(value);
                }
            }
        }
    }

    private static boolean ask(RaftRpc rpc, Member member, String group, long term) throws Exception {
        var endpoint = new Endpoint("127.0.0.1", member.port);
        rpc.warm(endpoint);
        var answer = new CompletableFuture<Boolean>();
        InvokeCallback callback = (yes, error) -> answer.complete(Boolean.TRUE.equals(yes));
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            rpc.confirm(endpoint, RaftRpc.question(group, term), callback, 10_000);
            return true;
        });
        return answer.get(30, TimeUnit.SECONDS);
    }
}
