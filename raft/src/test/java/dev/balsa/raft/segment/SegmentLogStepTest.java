package dev.balsa.raft.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each change of more than one step, halted at each of its steps, by a kill and by a power failure, with a second
 * power failure later.
 */
final class SegmentLogStepTest {
    private static final SegmentLogConfig CONFIG = SegmentLogConfig.defaults()
            .withSegmentBytes(8 << 10)
            .withWriteBufferBytes(1 << 10)
            .withSpareSegmentsMax(1);
    private static final int TRIES = 12;

    enum Kind {
        ROLL,
        ROLL_INTO_A_LARGER_SEGMENT,
        CUT_WITHIN_THE_LAST_SEGMENT,
        CUT_OVER_SEGMENTS,
        CUT_OF_ALL_ENTRIES,
        DROPPED_PREFIX,
        DROPPED_PREFIX_OF_ALL_ENTRIES,
        PREFIX_BEYOND_THE_END,
        RESET
    }

    private static void change(Kind kind, SegmentLog log) throws IOException {
        switch (kind) {
            case ROLL -> log.append(TestBatch.of(log.nextIndex(), 3, 1, 1_000));
            case ROLL_INTO_A_LARGER_SEGMENT -> log.append(TestBatch.of(log.nextIndex(), 3, 1, 5_000));
            case CUT_WITHIN_THE_LAST_SEGMENT -> log.truncateSuffix(log.nextIndex() - 2);
            case CUT_OVER_SEGMENTS -> log.truncateSuffix(6);
            case CUT_OF_ALL_ENTRIES -> log.truncateSuffix(log.firstIndex() - 1);
            case DROPPED_PREFIX -> log.truncatePrefix(8);
            case DROPPED_PREFIX_OF_ALL_ENTRIES -> log.truncatePrefix(log.nextIndex());
            case PREFIX_BEYOND_THE_END -> log.truncatePrefix(log.nextIndex() + 5);
            case RESET -> log.reset(7);
        }
    }

    private record State(long first, List<TestBatch.Entry> entries) {
        static State of(SegmentLog log) throws IOException {
            return new State(log.firstIndex(), SegmentLogCrashTest.entries(log));
        }
    }

    private static SegmentLog open(MemoryDisk disk) throws IOException {
        return SegmentLog.open(disk, CONFIG, LogListener.NONE, new Random(disk.steps() + 3)::nextLong);
    }

    private static MemoryDisk disk(int seed) throws IOException {
        MemoryDisk disk = new MemoryDisk(new Random(seed));
        SegmentLog log = open(disk);
        for (int i = 0; i < 7; i++) {
            log.append(TestBatch.of(log.nextIndex(), 2, 1, 900));
        }
        log.truncatePrefix(3);
        return disk;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_halt_at_any_step_leaves_the_old_or_the_new_log_for_good(Kind kind) throws IOException {
        SegmentLog whole = open(disk(0).afterKill());
        List<State> allowed = new ArrayList<>(List.of(State.of(whole)));
        change(kind, whole);
        State after = State.of(whole);
        allowed.add(after);
        boolean appends = after.entries.size() > allowed.getFirst().entries.size();
        boolean finished = false;
        for (long step = 1; !finished; step++) {
            for (int seed = 0; seed < TRIES; seed++) {
                MemoryDisk disk = disk(seed).afterKill();
                SegmentLog log = open(disk);
                disk.haltAt(disk.steps() + step);
                boolean halted = false;
                try {
                    change(kind, log);
                } catch (MemoryDisk.Halted e) {
                    halted = true;
                }
                finished = !halted;
                MemoryDisk next = seed % 2 == 0 ? disk.afterKill() : disk.afterPowerFailure();
                State found = goOn(next);
                if (halted && appends) {
                    assertThat(after.entries.subList(0, found.entries.size())).isEqualTo(found.entries);
                    assertThat(found.entries).hasSizeGreaterThanOrEqualTo(allowed.getFirst().entries.size());
                } else {
                    assertThat(halted ? allowed : List.of(after)).as("step %d", step).contains(found);
                }
            }
        }
    }

    /**
     * Opens, appends, lets the power fail again: what was found and what was appended must be there. Returns what was
     * found.
     */
    private static State goOn(MemoryDisk disk) throws IOException {
        SegmentLog log = open(disk);
        State found = State.of(log);
        log.append(TestBatch.of(log.nextIndex(), 1, 9, 900));
        log.append(TestBatch.of(log.nextIndex(), 1, 9, 30));
        State grown = State.of(log);
        for (int i = 0; i < 4; i++) {
            assertThat(State.of(open(disk.afterPowerFailure()))).isEqualTo(grown);
        }
        assertThat(State.of(open(disk.afterKill()))).isEqualTo(grown);
        return found;
    }
}
