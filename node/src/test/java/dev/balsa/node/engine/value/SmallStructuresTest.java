package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Structures that collections of the JDK are models of. -Dbalsa.seed=... replays a run. */
class SmallStructuresTest {
    private final long seed = Long.getLong("balsa.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @BeforeEach
    void seed() {
        System.out.println("SmallStructuresTest: -Dbalsa.seed=" + seed);
    }

    @Test
    void an_intset_is_a_sorted_set_of_numbers_of_any_width() {
        MemorySegment memory = MemorySegment.ofArray(new byte[64 << 10]);
        Intset intset = new Intset(memory);
        for (int round = 0; round < 100; round++) {
            intset.init(8);
            TreeSet<Long> model = new TreeSet<>();
            int bits = 1 + random.nextInt(63);
            for (int step = 0; step < 200; step++) {
                long number = random.nextLong() >> 63 - bits + random.nextInt(bits);
                int found = intset.find(8, number);
                assertThat(found >= 0).isEqualTo(model.contains(number));
                if (found >= 0) {
                    intset.remove(8, found);
                    model.remove(number);
                } else {
                    int bytes = intset.bytesWith(8, number);
                    intset.insert(8, ~found, number);
                    model.add(number);
                    assertThat(intset.bytes(8)).isEqualTo(bytes);
                }
            }
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < intset.count(8); i++) {
                numbers.add(intset.get(8, i));
            }
            assertThat(numbers).containsExactlyElementsOf(model);
            assertThat(intset.isValid(8, intset.bytes(8))).isTrue();
        }
    }

    @Test
    void the_heap_gives_deadlines_in_their_order_with_the_hashes_that_belong_to_them() {
        DeadlineHeap heap = new DeadlineHeap();
        PriorityQueue<Long> model = new PriorityQueue<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(step / 10_000 + 2) == 0) {
                long deadline = 1L + random.nextInt(5_000);
                heap.add(deadline, (int) deadline * 31);
                model.add(deadline);
            } else if (!model.isEmpty()) {
                assertThat(heap.first()).isEqualTo(model.remove());
                assertThat(heap.firstHash()).isEqualTo((int) heap.first() * 31);
                heap.removeFirst();
            }
            assertThat(heap.size()).isEqualTo(model.size());
        }
    }

    @Test
    void a_set_of_references_is_a_set() {
        RefSet set = new RefSet();
        TreeSet<Integer> model = new TreeSet<>();
        for (int step = 0; step < 100_000; step++) {
            // Near each other, so that they collide.
            int ref = 1 + random.nextInt(1 + step / 50) * (random.nextBoolean() ? 1 : 1 << 20);
            assertThat(set.contains(ref)).isEqualTo(model.contains(ref));
            if (random.nextInt(5) < 2) {
                assertThat(set.remove(ref)).isEqualTo(model.remove(ref));
            } else if (model.add(ref)) {
                set.add(ref);
            }
        }
        for (int ref : model) {
            assertThat(set.remove(ref)).isTrue();
        }
        for (int ref : model) {
            assertThat(set.contains(ref)).isFalse();
        }
    }
}
