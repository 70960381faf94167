package dev.balsa.raft.jraft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.entity.PeerId;
import dev.balsa.raft.ReservedPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ThreeReplicasTest {
    private static final RpcConfig CONFIG = RpcConfig.defaults("test").withSecret("secret");

    @TempDir
    private Path directory;

    private final ReservedPorts ports = new ReservedPorts();
    private final List<PeerId> peers = new ArrayList<>();
    private final List<Replica> replicas = new ArrayList<>();
    private final Random random = new Random(seed());

    private static long seed() {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("balsa.seed=" + seed);
        return seed;
    }

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < 3; i++) {
            peers.add(new PeerId("127.0.0.1", ports.next()));
        }
        for (int i = 0; i < 3; i++) {
            replicas.add(new Replica(CONFIG, peers.get(i), peers, directory.resolve("n" + i)));
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Replica replica : replicas) {
            replica.stop();
        }
        ports.close();
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("raft-rpc-")));
    }

    @Test
    void replicate_ten_thousand_entries_lose_the_leader_and_go_on() throws Exception {
        Replica leader = leader();
        propose(leader, 10_000, 64);
        awaitApplied(10_000);

        replicas.forEach(Replica::believeLeaderBriefly);
        leader.stop();
        replicas.remove(leader);
        Replica next = leader();
        propose(next, 1_000, 64);
        awaitApplied(11_000);
    }

    @Test
    void large_entries_arrive_whole_and_in_order() throws Exception {
        propose(leader(), 40, 200_000);
        awaitApplied(40);
    }

    @Test
    void a_new_replica_gets_a_snapshot_in_pieces_and_then_the_log() throws Exception {
        Replica leader = leader();
        propose(leader, 2_000, 64);
        awaitApplied(2_000);
        assertThat(leader.snapshot().isOk()).isTrue();
        propose(leader, 10, 64);
        // JRaft keeps the log back to the snapshot before the last one.
        assertThat(leader.snapshot().isOk()).isTrue();

        PeerId added = new PeerId("127.0.0.1", ports.next());
        replicas.add(new Replica(CONFIG, added, List.of(), directory.resolve("n3")));
        CompletableFuture<Boolean> joined = new CompletableFuture<>();
        leader.node.addPeer(added, status -> joined.complete(status.isOk()));
        assertThat(joined.get(30, TimeUnit.SECONDS)).isTrue();
        propose(leader, 10, 64);
        awaitApplied(2_020);
    }

    /** Who leads, and is believed to from now on even if the machine stands still for a while. */
    private Replica leader() {
        Replica leader = await().atMost(Duration.ofSeconds(20))
                .until(() -> replicas.stream().filter(Replica::leads).findFirst(), java.util.Optional::isPresent)
                .orElseThrow();
        replicas.forEach(Replica::believeLeaderLong);
        return leader;
    }

    private void propose(Replica leader, int count, int bytes) throws Exception {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] data = new byte[bytes];
            random.nextBytes(data);
            done.add(leader.propose(data));
            if (done.size() == 256) {
                done.removeFirst().get(30, TimeUnit.SECONDS);
            }
        }
        for (CompletableFuture<Void> each : done) {
            each.get(30, TimeUnit.SECONDS);
        }
    }

    private void awaitApplied(long entries) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(replicas)
                .allSatisfy(replica -> assertThat(replica.applied()).isEqualTo(entries)));
        assertThat(replicas.stream().map(Replica::checksum).distinct()).hasSize(1);
    }
}
