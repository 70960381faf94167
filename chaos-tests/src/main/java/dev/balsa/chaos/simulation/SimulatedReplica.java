package dev.balsa.chaos.simulation;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.replication.EntryRunner;
import dev.balsa.node.replication.LongReplies;
import dev.balsa.node.replication.EvictionSettings;
import dev.balsa.node.replication.SavedState;
import dev.balsa.node.replication.SlotGroup;
import dev.balsa.node.replication.SlotGroupConfig;
import dev.balsa.node.replication.SlotGroupStateMachine;
import dev.balsa.node.replication.SnapshotTrigger;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.StateMachine;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The product's slot group with a loop whose time stands still until it is told. Owned by the simulation's thread. */
final class SimulatedReplica {
    private static final long ARENA_BYTES = 1 << 24;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Keyspace keyspace = newKeyspace();
    private final SlotGroup group;
    private final StateMachine machine;

    /** @param wallMillis this replica's clock, which may be wrong; its seconds are as long as the others' */
    SimulatedReplica(LongSupplier wallMillis, LongSupplier nanos, long seed, ExecutorService background) {
        channel.freezeTime();
        SlotGroupConfig config = new SlotGroupConfig(
                1, ARENA_BYTES, 1 << 16, 64, 1 << 16, 2, 1 << 20, 100, 1 << 20, 1 << 30, 1 << 30, false);
        EntryRunner runner = new EntryRunner(
                keyspace, new LongReplies(channel.eventLoop()), (request, args, took) -> {}, nanos);
        this.group = new SlotGroup("simulated", config, channel.eventLoop(), new Surroundings(wallMillis), runner, seed);
        this.machine = new SlotGroupStateMachine(group, config, new SlotGroupStateMachine.Parts(
                SimulatedReplica::newKeyspace, background, new SnapshotTrigger(1 << 30, () -> {}),
                new SlotGroupStateMachine.Views(), new SavedState(), (term, address) -> {}, "self",
                cause -> {
                    throw new IllegalStateException("a replica failed", cause);
                }));
    }

    private static Keyspace newKeyspace() {
        return new Keyspace(1, ARENA_BYTES);
    }

    StateMachine machine() {
        return machine;
    }

    SlotGroup group() {
        return group;
    }

    /** Connects it to its log. */
    void open(RaftGroup raft) {
        group.open(raft);
    }

    /** Lets its loop do what is due a millisecond later. */
    void millisecond() {
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
        channel.runScheduledPendingTasks();
    }

    /** Its process is gone: nothing of it runs any more. */
    void close() {
        keyspace.close();
    }

    private record Surroundings(LongSupplier wallMillis) implements SlotGroup.Environment {
        @Override
        public String clusterAddress(@Nullable String raftAddress) {
            return raftAddress == null ? "" : raftAddress;
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
}
