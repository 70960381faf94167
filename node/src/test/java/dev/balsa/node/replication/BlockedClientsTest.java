package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.node.command.CommandTable;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.StateDigest;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.log.EntryWriter;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that wait at a replica that leads, with a log that commits when the test says so, and a replica that follows. */
class BlockedClientsTest {
    private static final String OTHER_LEADER =
            "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = loops.next();
    /** A clock that goes on by a millisecond whenever it is read. */
    private final AtomicLong nanos = new AtomicLong();
    private final ScriptedRaft raft = new ScriptedRaft();
    private final List<String> answers = new ArrayList<>();
    private final Keyspace keyspace = new Keyspace(16, 1 << 30, true);
    private final EntryRunner follower = runner(new Keyspace(16, 1 << 30, true));
    private final AtomicLong wallMillis = new AtomicLong(1_000_000);
    private long index;
    private long term = 1;
    private SlotGroup group;

    @TempDir
    private Path directory;

    private EntryRunner runner(Keyspace of) {
        return new EntryRunner(of, new LongReplies(loop), (request, args, nanos) -> {}, () -> nanos.addAndGet(1_000_000));
    }

    @BeforeEach
    void lead() {
        SlotGroupConfig config =
                new SlotGroupConfig(16, 1 << 30, 1 << 20, 4096, 1 << 20, 1, 1 << 20, 3, 1 << 20, 1 << 30, 1 << 30, false);
        EntryRunner runner = runner(keyspace);
        group = new SlotGroup("g0", config, loop, new Surroundings(), runner, 42);
        onLoop(() -> {
            group.open(raft);
            group.leaderStart();
        });
    }

    @AfterEach
    void close() {
        onLoop(() -> {
            group.close();
            keyspace.close();
            follower.keyspace().close();
        });
        var _ = loops.shutdownGracefully();
    }

    @Test
    void a_push_serves_who_came_first_within_its_entry_and_the_pusher_is_answered_before() {
        ask("first", "BLPOP", "k", "0");
        ask("second", "BRPOP", "other", "k", "0");
        commit();
        assertThat(answers).isEmpty();
        ask("pusher", "RPUSH", "k", "a", "b", "c");
        commit();
        assertThat(answers).containsExactly("pusher :3", "first *2 $1 k $1 a", "second *2 $1 k $1 c");
        followerAgrees();
    }

    @Test
    void a_served_client_may_serve_the_next_one() {
        ask("end", "BLPOP", "c", "0");
        ask("middle", "BLMOVE", "b", "c", "LEFT", "LEFT", "0");
        ask("begin", "BRPOPLPUSH", "a", "b", "0");
        ask("pusher", "RPUSH", "a", "x");
        commit();
        assertThat(answers).containsExactly("pusher :1", "begin $1 x", "middle $1 x", "end *2 $1 c $1 x");
        followerAgrees();
    }

    @Test
    void a_transaction_serves_at_its_end_and_waits_for_nothing_itself() {
        ask("waits", "BLPOP", "k", "0");
        ask("several", "BALSA", "EXEC", "0", "0", "3", "BLPOP", "k", "0", "0", "3", "RPUSH", "k", "a", "0", "2", "LPOP",
                "k", "0", "3", "RPUSH", "k", "b");
        commit();
        assertThat(answers).containsExactly("several *4 *-1 :1 $1 a :1", "waits *2 $1 k $1 b");
    }

    @Test
    void log_time_ends_the_waiting_in_the_order_of_deadlines_and_nobody_is_served_too_late() {
        ask("third", "BLPOP", "k", "0.5");
        ask("first", "BLMOVE", "k", "l", "LEFT", "LEFT", "0.125");
        ask("second", "BZPOPMIN", "z", "0.25");
        commit();
        wallMillis.addAndGet(500);
        // The entry of the push has the time of the last deadline.
        ask("pusher", "RPUSH", "k", "a");
        commit();
        assertThat(answers).containsExactly("first *-1", "second *-1", "third *-1", "pusher :1");
        followerAgrees();
    }

    @Test
    void a_deadline_moves_log_time_without_anybody_writing() {
        ask("waits", "BLPOP", "k", "0.02");
        commit();
        assertThat(raft.proposed).isEmpty();
        wallMillis.addAndGet(20);
        awaitOnLoop(() -> !raft.proposed.isEmpty());
        commit();
        assertThat(answers).containsExactly("waits *-1");
        followerAgrees();
    }

    @Test
    void who_is_unblocked_or_gone_is_out_of_the_log_before_what_comes_later() {
        Asked error = ask("error", "BLPOP", "k", "0");
        Asked timeout = ask("timeout", "BLPOP", "k", "0");
        Asked gone = ask("gone", "BLPOP", "k", "0");
        commit();
        onLoop(() -> {
            error.unblock(Request.Unblock.ERROR);
            timeout.unblock(Request.Unblock.TIMEOUT);
            gone.unblock(Request.Unblock.GONE);
        });
        ask("pusher", "RPUSH", "k", "a");
        commit();
        assertThat(answers).containsExactly("error -UNBLOCKED client unblocked via CLIENT UNBLOCK", "timeout *-1",
                "gone *-1", "pusher :1");
        followerAgrees();
    }

    @Test
    void who_is_gone_before_it_waits_does_not_wait() {
        Asked gone = ask("gone", "BLPOP", "k", "0");
        onLoop(() -> gone.unblock(Request.Unblock.GONE));
        commit();
        awaitOnLoop(() -> !answers.isEmpty() || !raft.proposed.isEmpty());
        assertThat(answers).containsExactly("gone *-1");
        onLoop(() -> assertThat(keyspace.waiters().isEmpty()).isTrue());
    }

    @Test
    void a_leader_that_leads_anew_ends_all_waiting_with_its_first_entry() {
        ask("unblocked", "BLPOP", "l", "0");
        commit();
        onLoop(group::leaderStop);
        assertThat(answers).isEmpty();
        term++;
        onLoop(group::leaderStart);
        commit();
        assertThat(answers).containsExactly("unblocked " + OTHER_LEADER);
        onLoop(() -> assertThat(keyspace.waiters().isEmpty()).isTrue());
        followerAgrees();
    }

    @Test
    void a_replica_that_leads_no_longer_answers_when_the_new_term_says_so() {
        ask("served", "BLPOP", "k", "0");
        ask("unblocked", "BLPOP", "l", "0");
        commit();
        onLoop(group::leaderStop);
        commitOfOthers("RPUSH", "k", "a");
        assertThat(answers).containsExactly("served *2 $1 k $1 a");
        term++;
        commitOfOthers("RPUSH", "l", "b");
        assertThat(answers).containsExactly("served *2 $1 k $1 a", "unblocked " + OTHER_LEADER);
        onLoop(() -> assertThat(keyspace.database(0).size()).isEqualTo(1));
        followerAgrees();
    }

    @Test
    void a_restored_replica_knows_who_waits_and_serves_alike() throws IOException {
        ask("a", "XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        ask("b", "XREADGROUP", "GROUP", "g", "one", "BLOCK", "0", "STREAMS", "s", ">");
        ask("c", "BLPOP", "k", "l", "7");
        commit();
        Keyspace restored = new Keyspace(16, 1 << 30, true);
        onLoop(() -> {
            try (Snapshot view = keyspace.snapshot()) {
                SnapshotFiles.write(directory, view, new SnapshotFiles.SaveOptions(0, 0, true, Long.MAX_VALUE));
                SnapshotFiles.load(directory, restored);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(restored.waiters().size()).isEqualTo(2);
        Keyspace old = follower.keyspace();
        follower.restore(restored, index, wallMillis.get());
        old.close();
        followerAgrees();
        ask("d", "XADD", "s", "1-1", "f", "v");
        ask("e", "RPUSH", "l", "x", "y");
        commit();
        assertThat(answers).contains("c *2 $1 l $1 x");
        followerAgrees();
        onLoop(() -> assertThat(keyspace.waiters().isEmpty()).isTrue());
    }

    @Test
    void the_digest_tells_who_waits() {
        StateDigest before = digest(keyspace);
        ask("waits", "BLPOP", "k", "0");
        commit();
        assertThat(digest(keyspace)).isNotEqualTo(before);
    }

    @Test
    void a_snapshot_from_elsewhere_leaves_the_outcome_unknown() {
        ask("waits", "BLPOP", "k", "0");
        commit();
        onLoop(() -> group.runner().restore(keyspace, 7, wallMillis.get()));
        assertThat(answers).containsExactly("waits unknown");
    }

    @Test
    void more_clients_than_allowed_are_refused() {
        for (int i = 0; i < 3; i++) {
            ask("waits", "BLPOP", "k", "0");
        }
        commit();
        ask("fourth", "BLPOP", "k", "0");
        assertThat(answers).containsExactly("fourth -ERR too many clients wait (blocked-clients-max 3)");
    }

    @Test
    void a_read_of_streams_waits_here_alone_until_an_entry_is_added_or_its_time_is_over() {
        ask("added", "XADD", "s", "1-1", "f", "v");
        commit();
        ask("waits", "XREAD", "BLOCK", "0", "STREAMS", "s", "$");
        ask("ends", "XREAD", "BLOCK", "20", "STREAMS", "t", "0");
        roundReady();
        roundReady();
        awaitOnLoop(() -> answers.contains("ends *-1"));
        ask("writes", "XADD", "s", "2-1", "f", "w");
        commit();
        assertThat(answers).containsExactly("added $3 1-1", "ends *-1", "writes $3 2-1",
                "waits *1 *2 $1 s *1 *2 $3 2-1 *2 $1 f $1 w");
        ask("stays", "XREAD", "BLOCK", "0", "STREAMS", "s", "$");
        roundReady();
        onLoop(group::leaderStop);
        assertThat(answers.getLast()).isEqualTo("stays " + OTHER_LEADER);
    }

    @Test
    void entries_of_an_older_version_wait_for_nothing() {
        EntryRunner old = runner(new Keyspace(16, 1 << 30, true));
        ask("waits", "BLPOP", "k", "0");
        ByteBuffer entry = raft.proposed.peek().entry();
        entry.put(1, (byte) 0);
        old.apply(1, 1, entry);
        assertThat(old.keyspace().waiters().isEmpty()).isTrue();
        old.keyspace().close();
    }

    // -- steps ----------------------------------------------------------------------------------------------------

    private Asked ask(String name, String... words) {
        Args args = Args.of(words);
        Asked asked = new Asked(name, args);
        onLoop(() -> group.submit(asked, args));
        return asked;
    }

    /** All that was asked until now is committed. */
    private void commit() {
        awaitOnLoop(() -> !raft.proposed.isEmpty());
        while (!raft.proposed.isEmpty()) {
            onLoop(this::applyNext);
            onLoop(() -> {});
            onLoop(() -> {});
        }
    }

    private void applyNext() {
        ScriptedRaft.Proposed next = raft.proposed.remove();
        group.apply(++index, term, next.entry(), next.proposal());
        follower.apply(index, term, next.entry());
    }

    private void applyWithoutProposal(ByteBuffer entry) {
        group.apply(++index, term, entry, null);
        follower.apply(index, term, entry);
    }

    /** An entry that another leader has proposed. */
    private void commitOfOthers(String... words) {
        EntryWriter entry = new EntryWriter();
        entry.reset();
        entry.append(Args.of(words), 0);
        ByteBuffer bytes = entry.finish(wallMillis.get(), 5);
        onLoop(() -> applyWithoutProposal(bytes));
    }

    private void roundReady() {
        awaitOnLoop(() -> !raft.rounds.isEmpty());
        raft.rounds.remove().ready(index);
        onLoop(() -> {});
        onLoop(() -> {});
    }

    private void followerAgrees() {
        assertThat(digest(follower.keyspace())).isEqualTo(digest(keyspace));
    }

    private StateDigest digest(Keyspace of) {
        return loop.submit(() -> {
            try (Snapshot view = of.snapshot()) {
                return StateDigest.of(view);
            }
        }).syncUninterruptibly().getNow();
    }

    private void awaitOnLoop(Callable<Boolean> condition) {
        await().until(() -> loop.submit(condition).get());
    }

    /** Runs a step as one turn of the loop, and what the turn scheduled after it. */
    private void onLoop(Runnable step) {
        loop.submit(step).syncUninterruptibly();
        loop.submit(() -> {}).syncUninterruptibly();
    }

    private final class Surroundings implements SlotGroup.Environment {
        @Override
        public LongSupplier wallMillis() {
            return wallMillis::get;
        }

        @Override
        public String clusterAddress(@Nullable String raftAddress) {
            return "";
        }

        @Override
        public long overMemoryBytes() {
            return 0;
        }

        @Override
        public EvictionSettings eviction() {
            return EvictionSettings.DEFAULT;
        }

        @Override
        public EncodingLimits encodingLimits() {
            return EncodingLimits.DEFAULT;
        }
    }

    /** A request that writes down what becomes of it. */
    private final class Asked implements Request {
        private final String name;
        private final CommandSpec spec;
        private @Nullable Unblock unblocked;

        Asked(String name, Args args) {
            this.name = name;
            this.spec = Objects.requireNonNull(CommandTable.find(args)).spec();
        }

        void unblock(Unblock how) {
            unblocked = how;
            group.unblock(this);
        }

        @Override
        public @Nullable Unblock unblocked() {
            return unblocked;
        }

        @Override
        public CommandSpec spec() {
            return spec;
        }

        @Override
        public int database() {
            return 0;
        }

        @Override
        public int protocol() {
            return 2;
        }

        @Override
        public long clientId() {
            return 1;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public void reply(byte[] bytes, int offset, int length) {
            answers.add(name + " "
                    + new String(bytes, offset, length, StandardCharsets.ISO_8859_1).strip().replace("\r\n", " "));
        }

        @Override
        public void notExecuted(Refusal refusal, Args args) {
            answers.add(name + " not executed");
        }

        @Override
        public void outcomeUnknown(String reason) {
            answers.add(name + " unknown");
        }
    }
}
