package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.node.engine.memory.Slabs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random changes of a large sorted set and of a model; the tree alone where its shape matters. */
class CountedTreeTest {
    private final Slabs slabs = new Slabs(1L << 30, true);
    private final List<Integer> later = new ArrayList<>();
    private final ValueSpace space = new ValueSpace(slabs, later::add);
    private long seed;
    private Random random = new Random(0);

    /** A member of the model. */
    private record Scored(double score, String name) implements Comparable<Scored> {
        @Override
        public int compareTo(Scored other) {
            return score != other.score ? Double.compare(score, other.score) : name.compareTo(other.name);
        }
    }

    @BeforeEach
    void seed() {
        seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("CountedTreeTest: -Dbalsa.seed=" + seed);
        random = new Random(seed);
    }

    @AfterEach
    void close() {
        slabs.close();
    }

    @Test
    void a_large_sorted_set_does_what_a_sorted_map_does() {
        for (int members : new int[] {10, 300, 5_000}) {
            LargeSortedSet set = new LargeSortedSet(space);
            TreeMap<String, Double> model = new TreeMap<>();
            for (int i = 0; i < 40_000; i++) {
                change(set, model, members, i);
                if (i % 4_000 == 0) {
                    compare(set, model);
                }
            }
            compare(set, model);
            while (!set.isFreed()) {
                set.free(100);
            }
            assertThat(slabs.usedBytes()).isZero();
            assertThat(space.heapBytes()).isZero();
        }
    }

    @Test
    void a_fork_stays_as_it_was_whatever_is_written_afterwards() {
        LargeSortedSet set = new LargeSortedSet(space);
        TreeMap<String, Double> model = new TreeMap<>();
        for (int i = 0; i < 10_000; i++) {
            change(set, model, 3_000, i);
        }
        for (int round = 0; round < 10; round++) {
            TreeMap<String, Double> then = new TreeMap<>(model);
            slabs.seal();
            space.viewOpened();
            LargeSortedSet before = set;
            set = (LargeSortedSet) set.fork();
            for (int i = 0; i < 5_000; i++) {
                change(set, model, 3_000, i);
            }
            compare(before, then);
            compare(set, model);
            slabs.unseal();
            space.viewClosed();
            later.forEach(slabs::free);
            later.clear();
        }
        set.free(Integer.MAX_VALUE);
        assertThat(slabs.usedBytes()).isZero();
        assertThat(space.heapBytes()).isZero();
    }

    @Test
    void a_copy_has_bytes_of_its_own() {
        LargeSortedSet set = new LargeSortedSet(space);
        TreeMap<String, Double> model = new TreeMap<>();
        for (int i = 0; i < 3_000; i++) {
            change(set, model, 1_000, i);
        }
        LargeSortedSet copy = set.copy();
        TreeMap<String, Double> copied = new TreeMap<>(model);
        for (int i = 0; i < 3_000; i++) {
            change(set, model, 1_000, i);
        }
        compare(copy, copied);
        compare(set, model);
        set.free(Integer.MAX_VALUE);
        compare(copy, copied);
        copy.free(Integer.MAX_VALUE);
        assertThat(slabs.usedBytes()).isZero();
    }

    @Test
    void what_is_added_in_order_fills_the_leaves() {
        for (int direction : new int[] {1, -1}) {
            LargeSortedSet set = new LargeSortedSet(space);
            for (int i = 0; i < 50_000; i++) {
                byte[] name = ("m" + i).getBytes(StandardCharsets.US_ASCII);
                set.find(name, 0, name.length);
                set.insert(name, 0, name.length, direction * i);
            }
            assertThat(set.tree().usedBytes()).isLessThan(50_000 * 13L);
            set.free(Integer.MAX_VALUE);
        }
    }

    @Test
    void a_tree_that_shrinks_gives_its_nodes_back() {
        LargeSortedSet set = new LargeSortedSet(space);
        TreeMap<String, Double> model = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            put(set, model, "m" + i, random.nextDouble());
        }
        List<String> names = new ArrayList<>(model.keySet());
        Collections.shuffle(names, random);
        for (String name : names.subList(0, 19_900)) {
            remove(set, model, name);
        }
        compare(set, model);
        assertThat(set.tree().usedBytes()).isLessThan(40_000);
        for (String name : names.subList(19_900, 20_000)) {
            remove(set, model, name);
        }
        assertThat(set.size()).isZero();
        put(set, model, "again", 1);
        compare(set, model);
    }

    @Test
    void members_of_one_score_are_in_the_order_of_their_bytes() {
        LargeSortedSet set = new LargeSortedSet(space);
        TreeMap<String, Double> model = new TreeMap<>();
        for (int i = 0; i < 3_000; i++) {
            put(set, model, name(400), 0);
        }
        compare(set, model);
        List<String> names = new ArrayList<>(model.keySet());
        for (int i = 0; i < 1_000; i++) {
            String name = name(400);
            byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            long below = names.stream().filter(other -> other.compareTo(name) < 0).count();
            assertThat(set.tree().countBelow(bytes, 0, bytes.length, false)).isEqualTo((int) below);
            assertThat(set.tree().countBelow(bytes, 0, bytes.length, true))
                    .isEqualTo((int) below + (model.containsKey(name) ? 1 : 0));
        }
    }

    @Test
    void taking_out_what_is_not_there_is_an_error() {
        CountedTree tree = new CountedTree(space, new Elements(space.memory()));
        assertThatThrownBy(() -> tree.remove(1, 8)).isInstanceOf(IllegalStateException.class);
    }

    private void change(LargeSortedSet set, Map<String, Double> model, int members, int i) {
        String name = name(members);
        int kind = random.nextInt(10);
        // Phases of growing and of shrinking, so that nodes split and join.
        boolean growing = i / 2_000 % 3 != 2;
        if (kind < (growing ? 2 : 6)) {
            remove(set, model, name);
        } else {
            put(set, model, name, kind < 8 ? random.nextInt(20) : random.nextGaussian() * 1e9);
        }
    }

    private static void put(LargeSortedSet set, Map<String, Double> model, String name, double score) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        int ref = set.find(bytes, 0, bytes.length);
        assertThat(ref != 0).isEqualTo(model.containsKey(name));
        if (ref == 0) {
            set.insert(bytes, 0, bytes.length, score);
        } else {
            set.setScore(ref, score);
        }
        model.put(name, score);
    }

    private static void remove(LargeSortedSet set, Map<String, Double> model, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        int ref = set.find(bytes, 0, bytes.length);
        Double score = model.remove(name);
        assertThat(ref != 0).isEqualTo(score != null);
        if (score != null) {
            assertThat(set.score(ref)).isEqualTo(score);
            set.remove(ref);
        }
    }

    private String name(int members) {
        int number = random.nextInt(members);
        return number % 50 == 0 ? "long \u00ff".repeat(60) + number : "\u0080" + number;
    }

    private void compare(LargeSortedSet set, Map<String, Double> model) {
        String at = "seed " + seed;
        List<Scored> expected = new ArrayList<>();
        model.forEach((name, score) -> expected.add(new Scored(score, name)));
        expected.sort(null);
        assertThat(set.size()).as(at).isEqualTo(expected.size());
        CountedTree tree = set.tree();
        CountedTree.Cursor cursor = new CountedTree.Cursor();
        for (int rank = 0; rank < expected.size(); rank++) {
            Scored scored = expected.get(rank);
            byte[] name = scored.name.getBytes(StandardCharsets.ISO_8859_1);
            int ref = set.find(name, 0, name.length);
            assertThat(ref).as(at).isNotZero();
            assertThat(set.rank(ref)).as(at).isEqualTo(rank);
            if (rank == 0) {
                cursor.seek(tree, 0);
            } else {
                assertThat(cursor.next()).as(at).isTrue();
            }
            assertThat(cursor.ref()).as(at).isEqualTo(ref);
            assertThat(cursor.score()).as(at).isEqualTo(scored.score);
        }
        if (!expected.isEmpty()) {
            assertThat(cursor.next()).isFalse();
            for (int rank = expected.size() - 1; rank > 0; rank--) {
                assertThat(cursor.previous()).isTrue();
                assertThat(cursor.score()).as(at).isEqualTo(expected.get(rank - 1).score);
            }
            assertThat(cursor.previous()).isFalse();
        }
        for (int i = 0; i < 50; i++) {
            double bound = random.nextBoolean() ? random.nextInt(22) - 1 : random.nextGaussian() * 1e9;
            assertThat(tree.countBelow(bound, false)).as(at)
                    .isEqualTo((int) expected.stream().filter(scored -> scored.score < bound).count());
            assertThat(tree.countBelow(bound, true)).as(at)
                    .isEqualTo((int) expected.stream().filter(scored -> scored.score <= bound).count());
        }
    }
}
