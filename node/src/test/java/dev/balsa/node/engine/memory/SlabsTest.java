package dev.balsa.node.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class SlabsTest {
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final Pattern RANGE = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*");

    private record Blob(int ref, int bytes, byte pattern) {}

    @Test
    void every_size_gets_a_class_that_wastes_at_most_an_eighth() {
        for (int size = 1; size <= SizeClasses.LARGEST_BYTES; size++) {
            int sizeClass = SizeClasses.classFor(size);
            int bytes = SizeClasses.bytes(sizeClass);
            assertThat(bytes).isGreaterThanOrEqualTo(size).isLessThanOrEqualTo(Math.max((size + 7) & ~7, size + size / 8));
            assertThat(bytes % 8).isZero();
            assertThat(sizeClass == 1 || SizeClasses.bytes(sizeClass - 1) < size).as("smallest for " + size).isTrue();
        }
        assertThat(SizeClasses.classFor(SizeClasses.LARGEST_BYTES)).isEqualTo(SizeClasses.COUNT);
    }

    @Test
    void blobs_never_overlap_and_accounting_ends_at_zero() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Slabs slabs = new Slabs(1L << 30, true)) {
            List<Blob> blobs = new ArrayList<>();
            boolean sealed = false;
            Set<Integer> sinceSeal = new HashSet<>();
            long expected = 0;
            for (int step = 0; step < 60_000; step++) {
                boolean grow = random.nextInt(100) < (step / 10_000 % 2 == 0 ? 60 : 40);
                if (grow || blobs.isEmpty()) {
                    int bytes = size(random);
                    byte pattern = (byte) random.nextInt(256);
                    int ref = slabs.allocate(bytes);
                    sinceSeal.add(ref);
                    assertThat(slabs.capacity(ref)).isEqualTo(Slabs.capacityFor(bytes)).isGreaterThanOrEqualTo(bytes);
                    slabs.memory().asSlice(Slabs.offset(ref), bytes).fill(pattern);
                    expected += slabs.capacity(ref);
                    blobs.add(new Blob(ref, bytes, pattern));
                } else {
                    Blob blob = blobs.set(random.nextInt(blobs.size()), blobs.getLast());
                    blobs.removeLast();
                    checkPattern(slabs, blob);
                    expected -= slabs.capacity(blob.ref);
                    slabs.free(blob.ref);
                    sinceSeal.remove(blob.ref);
                }
                if (sealed && !blobs.isEmpty()) {
                    int any = blobs.get(random.nextInt(blobs.size())).ref;
                    assertThat(slabs.isFresh(any)).isEqualTo(sinceSeal.contains(any));
                }
                assertThat(slabs.usedBytes()).isEqualTo(expected);
                if (random.nextInt(3_000) == 0) {
                    if (sealed) {
                        slabs.unseal();
                    } else {
                        slabs.seal();
                        sinceSeal.clear();
                        blobs.forEach(blob -> assertThat(slabs.isFresh(blob.ref)).isFalse());
                    }
                    sealed = !sealed;
                }
            }
            for (Blob blob : blobs) {
                checkPattern(slabs, blob);
                slabs.free(blob.ref);
            }
            assertThat(slabs.usedBytes()).isZero();
            assertThat(slabs.heldBytes()).isZero();
        }
    }

    @Test
    void changes_beside_many_snapshots_leave_few_holes() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Slabs slabs = new Slabs(1L << 30, false)) {
            int[] blobs = IntStream.range(0, 100_000).map(_ -> slabs.allocate(88)).toArray();
            long live = slabs.usedBytes();
            for (int snapshot = 0; snapshot < 30; snapshot++) {
                List<Integer> old = new ArrayList<>();
                slabs.seal();
                for (int change = 0; change < blobs.length / 3; change++) {
                    int at = random.nextInt(blobs.length);
                    if (!slabs.isFresh(blobs[at])) {
                        old.add(blobs[at]);
                        blobs[at] = slabs.allocate(88);
                    }
                }
                slabs.unseal();
                old.forEach(slabs::free);
            }
            // What lived beside its copies during a snapshot; not the sum of all snapshots.
            assertThat(slabs.heldBytes()).isLessThan(live * 3 / 2);
        }
    }

    @Test
    void what_was_freed_goes_back_to_the_system() throws IOException {
        Assumptions.assumeTrue(Files.exists(SMAPS), "needs /proc");
        try (Slabs slabs = new Slabs(1L << 30, false)) {
            List<Integer> refs = new ArrayList<>();
            long before = residentBytes(slabs);
            for (int i = 0; i < 2_000_000; i++) {
                int ref = slabs.allocate(88);
                slabs.memory().set(ValueLayout.JAVA_BYTE, Slabs.offset(ref), (byte) 1);
                refs.add(ref);
            }
            int large = slabs.allocate(100 << 20);
            slabs.memory().asSlice(Slabs.offset(large), 100 << 20).fill((byte) 1);
            long full = residentBytes(slabs);
            assertThat(full - before).isGreaterThan(240L << 20);
            refs.forEach(slabs::free);
            slabs.free(large);
            assertThat(full - residentBytes(slabs)).isGreaterThan(240L << 20);
        }
    }

    @Test
    void a_full_space_refuses_and_works_again_after_a_free() {
        try (Slabs slabs = new Slabs(1 << 20, true)) {
            List<Integer> refs = new ArrayList<>();
            assertThatThrownBy(() -> {
                        while (true) {
                            refs.add(slabs.allocate(1_000));
                        }
                    })
                    .isInstanceOf(OutOfSpaceException.class);
            assertThat(refs.size()).isGreaterThan(900);
            assertThat(slabs.roomBytes()).isZero();
            refs.forEach(slabs::free);
            int ref = slabs.allocate(900_000);
            slabs.free(ref);
            assertThatThrownBy(() -> slabs.allocate(2 << 20)).isInstanceOf(OutOfSpaceException.class);
        }
    }

    @Test
    void checks_find_a_double_free_and_a_reference_to_nothing() {
        try (Slabs slabs = new Slabs(1 << 20, true)) {
            int ref = slabs.allocate(100);
            assertThatThrownBy(() -> slabs.verify(ref + 1)).isInstanceOf(IllegalStateException.class);
            int other = slabs.allocate(100);
            slabs.free(ref);
            assertThatThrownBy(() -> slabs.free(ref)).isInstanceOf(IllegalStateException.class);
            slabs.free(other);
        }
    }

    @Test
    void memory_that_was_closed_throws_instead_of_crashing() {
        Slabs slabs = new Slabs(1 << 20, false);
        int ref = slabs.allocate(8);
        slabs.close();
        assertThatThrownBy(() -> slabs.memory().get(ValueLayout.JAVA_BYTE, Slabs.offset(ref)))
                .isInstanceOf(IllegalStateException.class);
    }

    private static void checkPattern(Slabs slabs, Blob blob) {
        long at = Slabs.offset(blob.ref);
        assertThat(slabs.memory().get(ValueLayout.JAVA_BYTE, at)).isEqualTo(blob.pattern);
        assertThat(slabs.memory().get(ValueLayout.JAVA_BYTE, at + blob.bytes / 2)).isEqualTo(blob.pattern);
        assertThat(slabs.memory().get(ValueLayout.JAVA_BYTE, at + blob.bytes - 1)).isEqualTo(blob.pattern);
    }

    private static int size(Random random) {
        return switch (random.nextInt(40)) {
            case 0 -> 1 + random.nextInt(400_000);
            case 1, 2 -> 1 + random.nextInt(20_000);
            default -> 1 + random.nextInt(600);
        };
    }

    /** Of the space alone: the heap grows and shrinks as the collector likes. */
    private static long residentBytes(Slabs slabs) throws IOException {
        long from = slabs.memory().address();
        long to = from + slabs.memory().byteSize();
        long kilobytes = 0;
        boolean inside = false;
        for (String line : Files.readAllLines(SMAPS)) {
            Matcher range = RANGE.matcher(line);
            if (range.matches()) {
                inside = Long.parseUnsignedLong(range.group(1), 16) < to
                        && Long.parseUnsignedLong(range.group(2), 16) > from;
            } else if (inside && line.startsWith("Rss:")) {
                kilobytes += Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return kilobytes << 10;
    }
}
