package dev.balsa.raft.jraft;

import static org.awaitility.Awaitility.await;

import dev.balsa.raft.ListMachine;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.RaftLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Some replicas of one group, each with a host, a port and a directory of its own. */
final class TestCluster implements AutoCloseable {
    /** Which log the tests run on; both must pass. */
    static final String STORE = System.getProperty("balsa.test.log", "segments");

    static final Duration PATIENCE = Duration.ofSeconds(30);

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
    final List<Member> members = new ArrayList<>();

    TestCluster(Path root, String name, int count, UnaryOperator<RaftConfig> config) throws IOException {
        this.root = root;
        this.name = name;
        this.config = config;
        for (int i = 0; i < count; i++) {
            members.add(new Member(i, freePort()));
        }
    }

    static TestCluster started(Path root, String name, int count) throws IOException {
        var cluster = new TestCluster(root, name, count, c -> c);
        cluster.members.forEach(Member::restart);
        return cluster;
    }

    /** For tests in which nobody dies: a busy machine must not make them elect again. */
    static RaftConfig patient(RaftConfig c) {
        return new RaftConfig(c.group(), c.directory(), c.self(), c.initialPeers(),
                new RaftConfig.Elections(3_000, 500), c.log(), c.limits());
    }

    Member addMember() throws IOException {
        var member = new Member(members.size(), freePort());
        members.add(member);
        return member;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private RaftConfig config(Member member, List<String> initial) {
        return new RaftConfig(
                name, member.directory, member.address, initial, new RaftConfig.Elections(500, 200),
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
        for (Member member : members) {
            if (member.isOpen() && member.group().leadership().isLeader()) {
                return member;
            }
        }
        return null;
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
                .until(() -> propose(leader().group(), value).get(10, TimeUnit.SECONDS).failure() == null);
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
    }
}
