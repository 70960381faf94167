package dev.balsa.raft.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.ListMachine;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InMemoryRaftTest {
    @TempDir
    Path directory;

    private final List<ListMachine> machines = new ArrayList<>(List.of(new ListMachine(), new ListMachine(),
            new ListMachine()));

    /** Counts how a proposal or a read ended. */
    private static final class End implements ListMachine.Applied, RaftGroup.ReadDone {
        int applied;
        final List<RaftFailure> failures = new ArrayList<>();

        @Override
        public void applied(long index) {
            applied++;
        }

        @Override
        public void ready(long index) {
            applied++;
        }

        @Override
        public void failed(RaftFailure failure) {
            failures.add(failure);
        }

        int ends() {
            return applied + failures.size();
        }

        @Nullable RaftFailure failure() {
            return failures.isEmpty() ? null : failures.getFirst();
        }
    }

    private InMemoryRaft raft(long seed) {
        return new InMemoryRaft(seed, directory, 3, machines::get);
    }

    private static End propose(InMemoryRaft raft, int replica, long value) {
        var end = new End();
        raft.replica(replica).propose(ByteBuffer.allocate(8).putLong(value).flip(), end);
        return end;
    }

    @Test
    void an_entry_is_applied_by_all_and_ends_once_at_its_proposer() {
        InMemoryRaft raft = raft(1);
        raft.elect(0);
        End end = propose(raft, 0, 7);
        raft.runUntilQuiet();
        assertThat(end.applied).isEqualTo(1);
        assertThat(machines).allSatisfy(m -> assertThat(m.values()).containsExactly(7L));
    }

    @Test
    void a_leader_that_is_cut_off_commits_nothing_and_its_outcomes_are_unknown() {
        InMemoryRaft raft = raft(2);
        raft.elect(0);
        raft.isolate(0);
        End write = propose(raft, 0, 1);
        End read = new End();
        raft.replica(0).readIndex(read);
        raft.runUntilQuiet();
        assertThat(read.failure()).isInstanceOf(RaftFailure.Busy.class);
        assertThat(write.ends()).isZero();
        raft.elect(1);
        raft.heal(0);
        raft.runUntilQuiet();
        assertThat(write.failure()).isInstanceOf(RaftFailure.OutcomeUnknown.class);
        assertThat(machines.get(0).values()).isEqualTo(machines.get(1).values());
    }

    @Test
    void a_restart_replays_the_snapshot_and_the_log_after_it() {
        InMemoryRaft raft = raft(3);
        raft.elect(0);
        propose(raft, 0, 1);
        raft.runUntilQuiet();
        raft.replica(2).snapshot().join();
        propose(raft, 0, 2);
        raft.runUntilQuiet();
        raft.crash(2);
        machines.set(2, new ListMachine());
        raft.restart(2, machines.get(2));
        raft.runUntilQuiet();
        assertThat(machines.get(2).values()).containsExactly(1L, 2L);
        assertThat(machines.get(2).loads()).isEqualTo(1);
    }

    @Test
    void a_replica_that_is_behind_the_leaders_log_gets_its_snapshot() {
        InMemoryRaft raft = raft(4);
        raft.elect(0);
        raft.crash(2);
        propose(raft, 0, 1);
        propose(raft, 0, 2);
        raft.runUntilQuiet();
        raft.replica(0).snapshot().join();
        machines.set(2, new ListMachine());
        raft.restart(2, machines.get(2));
        raft.runUntilQuiet();
        assertThat(machines.get(2).values()).containsExactly(1L, 2L);
        assertThat(machines.get(2).loads()).isEqualTo(1);
    }

    @RepeatedTest(20)
    void under_any_disturbance_replicas_agree_and_nothing_that_was_answered_is_lost() {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("InMemoryRaftTest: -Dbalsa.seed=" + seed);
        InMemoryRaft raft = raft(seed).delay(20).loss(0.2);
        var random = new Random(seed);
        List<End> ends = new ArrayList<>();
        List<Long> proposed = new ArrayList<>();
        raft.elect(0);
        for (long value = 0; value < 200; value++) {
            disturb(raft, random);
            for (int i = 0; i < 3; i++) {
                if (raft.replica(i).leadership().isLeader()) {
                    ends.add(propose(raft, i, value * 10 + i));
                    proposed.add(value * 10 + i);
                }
            }
            raft.run(random.nextInt(30));
        }
        calm(raft);
        List<Long> values = machines.get(0).values();
        for (ListMachine machine : machines) {
            assertThat(machine.values()).as("seed %d", seed).isEqualTo(values);
        }
        for (int i = 0; i < proposed.size(); i++) {
            End end = ends.get(i);
            assertThat(end.ends()).as("seed %d, ends of one proposal", seed).isLessThanOrEqualTo(1);
            if (end.applied == 1) {
                assertThat(new HashSet<>(values)).as("seed %d", seed).contains(proposed.get(i));
            } else if (end.failure() instanceof RaftFailure.NotLeader) {
                assertThat(values).as("seed %d", seed).doesNotContain(proposed.get(i));
            }
        }
    }

    private void disturb(InMemoryRaft raft, Random random) {
        int replica = random.nextInt(3);
        try {
            switch (random.nextInt(12)) {
                case 0 -> raft.isolate(replica);
                case 1 -> raft.heal(replica);
                case 2, 3 -> raft.elect(replica);
                case 4 -> {
                    if (!raft.replica(replica).status().role().equals("error")) {
                        raft.crash(replica);
                        machines.set(replica, new ListMachine());
                        raft.restart(replica, machines.get(replica));
                    }
                }
                case 5 -> raft.replica(replica).snapshot().join();
                default -> {}
            }
        } catch (IllegalStateException e) {
            // It could not win an election now.
            assertThat(e).hasMessageContaining("cannot win");
        }
    }

    private static void calm(InMemoryRaft raft) {
        for (int i = 0; i < 3; i++) {
            raft.heal(i);
        }
        raft.elect(0);
        propose(raft, 0, 1_000);
        raft.runUntilQuiet();
    }
}
