package dev.balsa.raft.jraft;

import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.Node;
import dev.balsa.raft.Leadership;
import dev.balsa.raft.ListMachine;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.RaftLimits;
import dev.balsa.raft.ReservedPorts;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Some replicas of one group, each with a host, a port and a directory of its own. */
final class TestCluster implements AutoCloseable {
    /** Which log the tests run on; both must pass. */
    static final String STORE = System.getProperty("balsa.test.log", "segments");

    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ELECTION_MILLIS = 500;
    private static final int CALM_MILLIS = 8_000;

    /** How a proposal ended: an index, or a failure. */
    record Outcome(long index, @Nullable RaftFailure failure) {}

    final class Member implements AutoCloseable {
        final Path directory;
        final String address;
        final int port;
        ListMachine machine = new ListMachine();
        @Nullable JRaftHost host;
        @Nullable JRaftGroup group;

        Member(int number, int port) {
            this.directory = root.resolve("member" + number);
            this.port = port;
            this.address = "127.0.0.1:" + port;
        }

        void start(List<String> initial) {
            machine = new ListMachine();
            host = new JRaftHost(new JRaftHost.Listen("127.0.0.1", port));
            group = (JRaftGroup) host.start(config.apply(config(this, initial)), machine);
        }

        void restart() {
            start(addresses());
        }

        JRaftGroup group() {
            JRaftGroup open = group;
            if (open == null) {
                throw new IllegalStateException(address + " is closed");
            }
            return open;
        }

        boolean isOpen() {
            return group != null;
        }

        @Override
        public void close() {
            if (host != null) {
                host.close();
                host = null;
                group = null;
            }
        }
    }

    private final Path root;
    private final String name;
    private final UnaryOperator<RaftConfig> config;
    private final ReservedPorts ports = new ReservedPorts();
    final List<Member> members = new ArrayList<>();

    TestCluster(Path root, String name, int count, UnaryOperator<RaftConfig> config) {
        this.root = root;
        this.name = name;
        this.config = config;
        for (int i = 0; i < count; i++) {
            members.add(new Member(i, ports.next()));
        }
    }

    static TestCluster started(Path root, String name, int count) {
        var cluster = new TestCluster(root, name, count, c -> c);
        cluster.members.forEach(Member::restart);
        return cluster;
    }

    /** As {@link #started}, for tests in which no leader dies: a machine that stands still must not make them elect. */
    static TestCluster calm(Path root, String name, int count) {
        return started(root, name, count).calm();
    }

    /** Waits for a leader, which the members that are open now believe in for longer from then on. */
    TestCluster calm() {
        await().atMost(PATIENCE).until(() -> members.stream().allMatch(m -> m.isOpen() && m.group().node() != null));
        Member leader;
        do {
            leader = leader();
            believeLeader(CALM_MILLIS);
        } while (leader != leader());
        return this;
    }

    /** Takes {@link #calm()} back: a leader is about to die. */
    void hasty() {
        believeLeader(ELECTION_MILLIS);
    }

    /** How long a member waits for its leader, and a leader for its majority; heartbeats stay as they are. */
    private void believeLeader(int millis) {
        for (Member member : members) {
            Node node = member.isOpen() ? member.group().node() : null;
            if (node != null) {
                node.getOptions().setElectionTimeoutMs(millis);
            }
        }
    }

    Member addMember() {
        var member = new Member(members.size(), ports.next());
        members.add(member);
        return member;
    }

    private RaftConfig config(Member member, List<String> initial) {
        return new RaftConfig(
                name, member.directory, member.address, initial, new RaftConfig.Elections(ELECTION_MILLIS, 200),
                new RaftConfig.Log(STORE, () -> true, 64L << 20), RaftLimits.of(4_096, 1));
    }

    List<String> addresses() {
        return members.stream().map(m -> m.address).toList();
    }

    Member leader() {
        Member known = leaderNow();
        return known != null ? known : await().atMost(PATIENCE).until(this::leaderNow, m -> m != null);
    }

    private @Nullable Member leaderNow() {
        // One that was replaced may not have heard of it.
        Member newest = null;
        long term = 0;
        for (Member member : members) {
            Leadership seen = member.isOpen() ? member.group().leadership() : null;
            if (seen != null && seen.isLeader() && seen.term() >= term) {
                newest = member;
                term = seen.term();
            }
        }
        return newest;
    }

    Member follower() {
        Member leader = leader();
        return members.stream().filter(m -> m.isOpen() && m != leader).findFirst().orElseThrow();
    }

    static CompletableFuture<Outcome> propose(RaftGroup group, long value) {
        var outcome = new CompletableFuture<Outcome>();
        group.propose(ByteBuffer.allocate(8).putLong(value).flip(), new ListMachine.Applied() {
            @Override
            public void applied(long index) {
                if (!outcome.complete(new Outcome(index, null))) {
                    throw new IllegalStateException("ended twice");
                }
            }

            @Override
            public void failed(RaftFailure failure) {
                if (!outcome.complete(new Outcome(0, failure))) {
                    throw new IllegalStateException("ended twice");
                }
            }
        });
        return outcome;
    }

    /** Proposes until it is applied; the value may then be in the log more than once. */
    void write(long value) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> propose(leader().group(), value).get(30, TimeUnit.SECONDS).failure() == null);
    }

    /** Hands leadership over, and over again while the other is not found to have applied the log in time. */
    static void handOver(Member from, Member to) {
        await().atMost(PATIENCE).until(() -> from.group().transferLeadership(to.address).get(30, TimeUnit.SECONDS));
    }

    /** Has whoever leads take a member out, when no other change is under way. */
    void remove(Member member) {
        await().atMost(PATIENCE).until(() -> {
            RaftGroup group = leader().group();
            try {
                if (group.peers().contains(member.address)) {
                    group.removePeer(member.address).get(30, TimeUnit.SECONDS);
                }
                return !group.peers().contains(member.address);
            } catch (ExecutionException e) {
                return false;
            }
        });
    }

    /**
     * Waits until the leader counts the member and all have applied the whole log: then no change of members is under way,
     * in which two majorities are needed.
     */
    void awaitMember(Member member) {
        await().atMost(PATIENCE).until(() -> {
            RaftGroup group = leader().group();
            long last = group.status().lastIndex();
            return group.peers().contains(member.address) && members.stream().filter(Member::isOpen).allMatch(
                    m -> m.group().status().lastIndex() == last && m.group().status().appliedIndex() == last);
        });
    }

    static CompletableFuture<Outcome> read(RaftGroup group) {
        var outcome = new CompletableFuture<Outcome>();
        group.readIndex(new RaftGroup.ReadDone() {
            @Override
            public void ready(long index) {
                outcome.complete(new Outcome(index, null));
            }

            @Override
            public void failed(RaftFailure failure) {
                outcome.complete(new Outcome(0, failure));
            }
        });
        return outcome;
    }

    @Override
    public void close() {
        members.forEach(Member::close);
        ports.close();
    }
}
