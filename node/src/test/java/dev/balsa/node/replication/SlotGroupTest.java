package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.node.command.CommandTable;
import dev.balsa.node.engine.KeyEventSink;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import dev.balsa.raft.RaftFailure;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a slot group promises about order, time and failures, with a log that commits when the test says so. */
class SlotGroupTest {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = loops.next();
    private final ScriptedRaft raft = new ScriptedRaft();
    private final List<String> answers = new ArrayList<>();
    private final Keyspace keyspace = new Keyspace(16, 1 << 30);
    private long wallMillis = 1_000_000;
    private long index;
    /** A clock that goes on by a millisecond whenever it is read. */
    private final AtomicLong nanos = new AtomicLong();
    private final List<Long> tookNanos = new ArrayList<>();
    private Request.@Nullable Rest rest;
    private long maxMemoryBytes;
    private EvictionSettings eviction = EvictionSettings.DEFAULT;
    private long term = 1;
    private EncodingLimits limits = EncodingLimits.DEFAULT;
    private SlotGroup group;

    @BeforeEach
    void lead() {
        SlotGroupConfig config =
                new SlotGroupConfig(16, 1 << 30, 1 << 20, 4096, 1 << 20, 1, 1 << 20, 1000, 1 << 20, 1 << 30, 1 << 30, false);
        EntryRunner runner =
                new EntryRunner(keyspace, new LongReplies(loop), (request, args, took) -> tookNanos.add(took), () -> nanos.addAndGet(1_000_000));
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
        });
        var _ = loops.shutdownGracefully();
    }

    @Test
    void writes_of_one_turn_leave_as_one_entry_and_are_answered_in_order() {
        onLoop(() -> {
            write("SET", "a", "1");
            write("INCR", "a");
            write("INCR", "a");
        });
        assertThat(raft.proposed).hasSize(1);
        assertThat(answers).isEmpty();
        commit();
        assertThat(answers).containsExactly("+OK", ":2", ":3");
    }

    @Test
    void what_arrives_while_an_entry_is_on_its_way_becomes_the_next_entry() {
        onLoop(() -> write("SET", "a", "1"));
        onLoop(() -> write("INCR", "a"));
        onLoop(() -> write("INCR", "a"));
        assertThat(raft.proposed).hasSize(1);
        commit();
        // It may wait a moment for the client that was just answered.
        awaitOnLoop(() -> raft.proposed.size() == 1);
        commit();
        assertThat(answers).containsExactly("+OK", ":2", ":3");
    }

    @Test
    void a_read_behind_a_write_rides_along_and_sees_it_and_not_the_write_after_it() {
        onLoop(() -> {
            write("SET", "a", "1");
            read(true, "GET", "a");
            write("SET", "a", "2");
        });
        assertThat(raft.rounds).isEmpty();
        commit();
        assertThat(answers).containsExactly("+OK", "$1 1", "+OK");
    }

    @Test
    void a_function_that_only_reads_needs_no_entry_unless_it_is_loaded_anew_meanwhile() {
        String code = "#!lua name=l\nredis.register_function{function_name='f', callback=function() return 1 end%s}";
        onLoop(() -> write("FUNCTION", "LOAD", code.formatted(", flags={'no-writes'}")));
        commit();
        onLoop(() -> write("FUNCTION", "LOAD", "REPLACE", code.formatted("")));
        onLoop(() -> write("FCALL", "f", "0"));
        commit();
        roundReady();
        assertThat(answers).containsExactly("$1 l", "$1 l", "not executed FCALL f 0");
    }

    @Test
    void each_command_of_a_batch_takes_the_time_since_the_one_before() {
        onLoop(() -> {
            write("SET", "a", "1");
            read(true, "GET", "a");
            write("SET", "a", "2");
        });
        nanos.addAndGet(1_000_000_000);
        commit();
        assertThat(tookNanos).as("and none that which it waited").containsExactly(1_000_000L, 1_000_000L, 1_000_000L);
    }

    @Test
    void freeing_much_leaves_the_loop_to_others_between_slices() throws Exception {
        onLoop(() -> {
            byte[] key = new byte[8];
            for (int i = 0; i < 200_000; i++) {
                ByteBuffer.wrap(key).putLong(i);
                keyspace.database(0).setInteger(key, 0, key.length, i, 0);
            }
            write("FLUSHALL");
        });
        CompletableFuture<Long> leftWhenOthersRun = new CompletableFuture<>();
        loop.execute(() -> {
            applyNext();
            var _ = loop.schedule(() -> leftWhenOthersRun.complete(keyspace.usedBytes()), 0, TimeUnit.NANOSECONDS);
        });
        assertThat(leftWhenOthersRun.get()).isPositive();
        awaitOnLoop(() -> keyspace.usedBytes() == 0);
    }

    @Test
    void a_value_is_held_until_its_client_has_left() {
        onLoop(() -> {
            for (int i = 0; i < 5_000; i++) {
                write("RPUSH", "list", "element " + i);
            }
        });
        while (!raft.proposed.isEmpty()) {
            commit();
        }
        onLoop(() -> read(false, "LRANGE", "list", "0", "-1"));
        roundReady();
        Request.Rest left = Objects.requireNonNull(rest);
        onLoop(() -> write("FLUSHALL"));
        commit();
        awaitOnLoop(() -> keyspace.space().heapBytes() == 0);
        assertThat(keyspace.space().heldBackBytes()).isGreaterThan(5_000 * 10);
        onLoop(left::cancel);
        assertThat(keyspace.space().heldBackBytes()).isZero();
        awaitOnLoop(() -> keyspace.usedBytes() == 0);
    }

    @Test
    void reads_wait_for_a_round_that_began_after_they_arrived() {
        onLoop(() -> read(false, "GET", "a"));
        assertThat(raft.rounds).hasSize(1);
        onLoop(() -> read(false, "GET", "b"));
        assertThat(raft.rounds).hasSize(1);
        roundReady();
        assertThat(answers).containsExactly("$-1");
        awaitOnLoop(() -> raft.rounds.size() == 1);
        roundReady();
        assertThat(answers).containsExactly("$-1", "$-1");
    }

    @Test
    void a_write_never_overtakes_a_read_that_was_sent_before_it() {
        onLoop(() -> {
            read(false, "GET", "a");
            write("SET", "a", "1");
        });
        assertThat(raft.rounds).hasSize(1);
        // The entry is committed before the round comes back: its commit answers the read, with the state before the write.
        commit();
        assertThat(answers).containsExactly("$-1", "+OK");
        roundReady();
        assertThat(answers).hasSize(2);
    }

    @Test
    void a_read_alone_behind_a_write_that_is_on_its_way_keeps_its_place() {
        onLoop(() -> write("SET", "a", "1"));
        onLoop(() -> read(true, "GET", "a"));
        commit();
        // The write has been answered: the read needs a round of its own, or none at all in a group of one.
        assertThat(raft.rounds).hasSize(1);
        roundReady();
        assertThat(answers).containsExactly("+OK", "$1 1");
    }

    @Test
    void a_read_that_meets_a_key_due_by_the_clock_has_log_time_moved_first() {
        onLoop(() -> write("SET", "a", "1", "PX", "100"));
        commit();
        wallMillis += 101;
        onLoop(() -> read(false, "GET", "a"));
        roundReady();
        assertThat(answers).containsExactly("+OK");
        assertThat(raft.proposed).hasSize(1);
        commit();
        assertThat(answers).containsExactly("+OK", "$-1");
        assertThat(group.runner().logMillis()).isEqualTo(wallMillis);
    }

    @Test
    void a_key_due_is_not_answered_at_the_time_of_an_older_entry_that_is_on_its_way() {
        onLoop(() -> write("SET", "a", "1", "PX", "100"));
        commit();
        onLoop(() -> write("SET", "b", "1"));
        awaitOnLoop(() -> raft.proposed.size() == 1);
        wallMillis += 101;
        onLoop(() -> read(false, "GET", "a"));
        awaitOnLoop(() -> raft.rounds.size() == 1);
        roundReady();
        commit();
        assertThat(answers).containsExactly("+OK", "+OK");
        awaitOnLoop(() -> raft.proposed.size() == 1);
        commit();
        assertThat(answers).containsExactly("+OK", "+OK", "$-1");
    }

    @Test
    void log_time_never_goes_back_with_the_clock() {
        onLoop(() -> write("SET", "a", "1"));
        commit();
        long before = group.runner().logMillis();
        wallMillis -= 10_000;
        onLoop(() -> write("SET", "a", "2"));
        commit();
        assertThat(group.runner().logMillis()).isGreaterThanOrEqualTo(before);
    }

    @Test
    void an_idle_leader_moves_log_time_when_a_key_is_due_and_only_then() {
        onLoop(() -> write("SET", "a", "1", "PX", "100"));
        commit();
        // The index of deadlines knows a new one roughly until housekeeping has sorted it in.
        awaitOnLoop(() -> keyspace.nextDeadlineMillis() > wallMillis);
        onLoop(group::tickIfDue);
        assertThat(raft.proposed).isEmpty();
        wallMillis += 2_000;
        onLoop(group::tickIfDue);
        assertThat(raft.proposed).hasSize(1);
        commit();
        awaitOnLoop(() -> keyspace.database(0).size() == 0);
    }

    @Test
    void while_quiesced_writes_wait_and_what_was_in_flight_gets_its_outcome() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        onLoop(() -> write("SET", "a", "1"));
        onLoop(() -> group.quiesce(quiet));
        onLoop(() -> write("SET", "b", "2"));
        assertThat(quiet).isNotDone();
        assertThat(raft.proposed).hasSize(1);
        commit();
        assertThat(quiet).isDone();
        assertThat(raft.proposed).isEmpty();
        assertThat(answers).containsExactly("+OK");
        onLoop(group::release);
        assertThat(raft.proposed).hasSize(1);
        commit();
        assertThat(answers).containsExactly("+OK", "+OK");
    }

    @Test
    void a_leader_that_handed_over_gives_back_what_waited_as_not_executed() {
        onLoop(() -> group.quiesce(new CompletableFuture<>()));
        onLoop(() -> write("SET", "a", "1"));
        onLoop(group::leaderStop);
        onLoop(group::release);
        assertThat(raft.proposed).isEmpty();
        assertThat(answers).containsExactly("not executed SET a 1");
    }

    @Test
    void an_idle_leader_looks_by_itself_when_the_next_key_is_due() {
        onLoop(() -> write("SET", "a", "1", "PX", "100"));
        commit();
        wallMillis += 2_000;
        long until = System.nanoTime() + 10_000_000_000L;
        while (raft.proposed.isEmpty() && System.nanoTime() < until) {
            onLoop(Thread::onSpinWait);
        }
        assertThat(raft.proposed).hasSize(1);
    }

    @Test
    void a_group_of_one_answers_reads_without_a_round() {
        raft.alone = true;
        onLoop(() -> read(false, "GET", "a"));
        assertThat(raft.rounds).isEmpty();
        assertThat(answers).containsExactly("$-1");
    }

    @Test
    void an_unknown_outcome_is_told_to_writes_and_never_to_the_reads_between_them() {
        onLoop(() -> {
            write("SET", "a", "1");
            read(true, "GET", "a");
            write("SET", "a", "2");
        });
        onLoop(() -> raft.fail(new RaftFailure.OutcomeUnknown("stepped down")));
        onLoop(() -> {});
        assertThat(answers).containsExactly("unknown SET a 1", "not executed GET a", "unknown SET a 2");
    }

    @Test
    void a_leader_that_steps_down_gives_back_what_had_not_left() {
        onLoop(() -> write("SET", "a", "1"));
        onLoop(() -> write("SET", "b", "1"));
        onLoop(group::leaderStop);
        assertThat(answers).containsExactly("not executed SET b 1");
        onLoop(() -> write("SET", "c", "1"));
        assertThat(answers).contains("not executed SET c 1");
    }

    @Test
    void a_read_is_left_to_the_next_leader_when_this_one_steps_down_before_its_round_is_over() {
        onLoop(() -> write("SET", "a", "1", "PX", "100"));
        commit();
        onLoop(() -> read(false, "GET", "a"));
        // Dead by the clock, and no entry has told the log so.
        wallMillis += 2_000;
        onLoop(group::leaderStop);
        raft.rounds.remove().ready(0);
        awaitOnLoop(() -> answers.size() == 2);
        assertThat(answers).containsExactly("+OK", "not executed GET a");
    }

    @Test
    void more_waiting_bytes_than_allowed_are_refused_as_busy_and_cost_nobody_else() {
        String half = "x".repeat(600_000);
        onLoop(() -> write("SET", "first", "1"));
        onLoop(() -> {
            write("SET", "a", half);
            write("SET", "b", half);
        });
        assertThat(answers).singleElement().asString().startsWith("not executed SET b");
        commit();
        commit();
        assertThat(answers).filteredOn("+OK"::equals).hasSize(2);
    }

    @Test
    void a_leader_puts_its_encoding_limits_into_the_log_and_only_if_they_differ() {
        onLoop(group::shareSettings);
        assertThat(raft.proposed).isEmpty();
        limits = limits.with("hash-max-listpack-entries", 7).with("list-max-listpack-size", -1);
        onLoop(group::shareSettings);
        onLoop(() -> assertThat(keyspace.limits()).isEqualTo(EncodingLimits.DEFAULT));
        commit();
        onLoop(() -> assertThat(keyspace.limits()).isEqualTo(limits));
        onLoop(group::leaderStop);
        limits = EncodingLimits.DEFAULT;
        onLoop(group::shareSettings);
        assertThat(raft.proposed).isEmpty();
    }

    @Test
    void a_part_of_a_larger_request_is_read_and_written_as_any_other() {
        Args whole = Args.of("MSET", "a", "1", "b", "2");
        Args part = new Args();
        part.reset(whole.array());
        part.add(whole.offset(0), 4);
        part.add(whole.offset(3), 1);
        part.add(whole.offset(4), 1);
        Args all = Args.of("EXISTS", "a", "b");
        Args one = new Args();
        one.reset(all.array());
        one.add(all.offset(0), 6);
        one.add(all.offset(2), 1);
        onLoop(() -> group.submit(new Asked(part, false), part));
        commit();
        onLoop(() -> group.submit(new Asked(one, false), one));
        roundReady();
        assertThat(answers).containsExactly("+OK", ":1");
    }

    @Test
    void a_full_group_names_keys_to_evict_ahead_of_the_write_that_needs_room() {
        eviction = eviction.with("maxmemory-policy", "allkeys-random");
        onLoop(group::evictionChanged);
        onLoop(() -> {
            write("SET", "old", "x".repeat(1000));
            write("SET", "older", "x".repeat(1000));
        });
        commit();
        maxMemoryBytes = 1000;
        onLoop(() -> write("SET", "new", "1"));
        maxMemoryBytes = 0;
        commit();
        assertThat(answers).containsExactly("+OK", "+OK", "+OK");
        onLoop(() -> {
            assertThat(keyspace.database(0).size()).isEqualTo(1);
            assertThat(group.runner().evictedKeys()).isEqualTo(2);
        });
    }

    @Test
    void keys_on_their_way_out_are_not_evicted_twice() {
        eviction = eviction.with("maxmemory-policy", "allkeys-lru");
        onLoop(group::evictionChanged);
        onLoop(() -> {
            for (int i = 0; i < 20; i++) {
                write("SET", "k" + i, "x".repeat(1000));
            }
        });
        commit();
        onLoop(() -> maxMemoryBytes = keyspace.usedBytes() - 1500);
        onLoop(() -> {
            for (int i = 0; i < 10; i++) {
                write("APPEND", "k0", "1");
            }
        });
        onLoop(() -> maxMemoryBytes = 0);
        commit();
        onLoop(() -> assertThat(group.runner().evictedKeys()).isEqualTo(2));
    }

    @Test
    void without_a_key_to_evict_a_full_group_refuses() {
        eviction = eviction.with("maxmemory-policy", "volatile-lru");
        onLoop(group::evictionChanged);
        onLoop(() -> write("SET", "a", "x"));
        commit();
        maxMemoryBytes = 1;
        onLoop(() -> {
            write("SET", "b", "x");
            write("DEL", "a");
        });
        commit();
        assertThat(answers).containsExactly("+OK", "-OOM command not allowed when used memory > 'maxmemory'.", ":1");
    }

    // -- steps ----------------------------------------------------------------------------------------------------

    private void write(String... words) {
        Args args = Args.of(words);
        group.submit(new Asked(args, false), args);
    }

    private void read(boolean followsWrite, String... words) {
        Args args = Args.of(words);
        group.submit(new Asked(args, followsWrite), args);
    }

    /** The oldest entry on its way is committed; it may wait a moment for the client that was just answered. */
    private void commit() {
        awaitOnLoop(() -> !raft.proposed.isEmpty());
        onLoop(this::applyNext);
        onLoop(() -> {});
    }

    private void applyNext() {
        ScriptedRaft.Proposed next = raft.proposed.remove();
        group.apply(++index, term, next.entry(), next.proposal());
    }

    private void roundReady() {
        awaitOnLoop(() -> !raft.rounds.isEmpty());
        raft.rounds.remove().ready(index);
        onLoop(() -> {});
        onLoop(() -> {});
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
        public KeyEventSink keyEvents() {
            return KeyEventSink.NONE;
        }

        @Override
        public LongSupplier wallMillis() {
            return () -> wallMillis;
        }

        @Override
        public String clusterAddress(@Nullable String raftAddress) {
            return "";
        }

        @Override
        public long overMemoryBytes() {
            return maxMemoryBytes == 0 ? 0 : keyspace.usedBytes() - keyspace.leavingBytes() - maxMemoryBytes;
        }

        @Override
        public EvictionSettings eviction() {
            return eviction;
        }

        @Override
        public EncodingLimits encodingLimits() {
            return limits;
        }
    }

    /** A request that writes down what becomes of it. */
    private final class Asked implements Request {
        private final CommandSpec spec;
        private final String text;
        private final boolean followsWrite;

        Asked(Args args, boolean followsWrite) {
            this.spec = Objects.requireNonNull(CommandTable.find(args)).spec();
            this.text = args.toString();
            this.followsWrite = followsWrite;
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
        public boolean followsWrite() {
            return followsWrite;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public void reply(byte[] bytes, int offset, int length) {
            answers.add(new String(bytes, offset, length, StandardCharsets.ISO_8859_1).strip().replace("\r\n", " "));
        }

        @Override
        public boolean takesParts() {
            return true;
        }

        @Override
        public void replyPart(byte[] bytes, int offset, int length, Rest next) {
            rest = next;
        }

        @Override
        public void notExecuted(Refusal refusal, Args args) {
            answers.add("not executed " + args);
        }

        @Override
        public void outcomeUnknown(String reason) {
            answers.add("unknown " + text);
        }
    }
}
