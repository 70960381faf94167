package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.memory.Slabs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HashTableTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());

    private final Slabs slabs = new Slabs(256 << 20, true);
    private final List<Integer> later = new ArrayList<>();
    private final ValueSpace space = new ValueSpace(slabs, later::add);
    private final Random random = new Random(SEED);

    HashTableTest() {
        System.out.println("seed " + SEED);
    }

    @AfterEach
    void close() {
        slabs.close();
    }

    @Test
    void a_table_and_a_map_agree_while_views_come_and_go() {
        HashTable table = new HashTable(space);
        TreeMap<String, Integer> model = new TreeMap<>();
        for (int round = 0; round < 40; round++) {
            HashTable then = table;
            TreeSet<String> thenNames = new TreeSet<>(model.keySet());
            slabs.seal();
            space.viewOpened();
            table = table.fork(space);
            change(table, model, 500);
            assertThat(names(then)).containsExactlyInAnyOrderElementsOf(thenNames);
            space.viewClosed();
            slabs.unseal();
            later.forEach(slabs::free);
            later.clear();
            change(table, model, 500);
            assertThat(names(table)).containsExactlyInAnyOrderElementsOf(model.keySet());
            assertThat(table.size()).isEqualTo(model.size());
        }
        LeafWalk walk = table.walk();
        while (!walk.isDone()) {
            table.freeAll(walk, 100);
        }
        assertThat(slabs.usedBytes()).isZero();
        assertThat(space.heapBytes()).isZero();
    }

    @Test
    void order_does_not_depend_on_how_elements_came() {
        HashTable one = new HashTable(space);
        HashTable other = new HashTable(space);
        for (int i = 0; i < 20_000; i++) {
            add(one, "m" + i);
        }
        for (int i = 30_000; --i >= 0; ) {
            add(other, "m" + i);
        }
        for (int i = 20_000; i < 30_000; i++) {
            remove(other, "m" + i);
        }
        assertThat(names(one)).isEqualTo(names(other));
    }

    @Test
    void a_scan_meets_every_element_that_stays() {
        HashTable table = new HashTable(space);
        for (int i = 0; i < 5_000; i++) {
            add(table, "stays" + i);
        }
        TreeSet<String> seen = new TreeSet<>();
        long cursor = 0;
        int step = 0;
        do {
            cursor = table.scan(cursor, 10, ref -> seen.add(name(table, ref)));
            for (int i = 0; i < 20; i++) {
                add(table, "comes" + random.nextInt(100_000));
                remove(table, "comes" + random.nextInt(100_000));
            }
            step++;
        } while (cursor != 0);
        assertThat(seen.stream().filter(n -> n.startsWith("stays"))).hasSize(5_000);
        assertThat(step).isGreaterThan(100);
    }

    @Test
    void every_element_is_picked_equally_often() {
        HashTable table = new HashTable(space);
        int count = 3_000;
        for (int i = 0; i < count; i++) {
            add(table, "e" + i);
        }
        int[] picked = new int[count];
        int draws = count * 200;
        for (int i = 0; i < draws; i++) {
            picked[Integer.parseInt(name(table, table.random(random.nextLong())).substring(1))]++;
        }
        // Chi-square with 2,999 degrees of freedom: mean 2,999, deviation 77; six of them are beyond any doubt.
        double chi = Arrays.stream(picked).mapToDouble(n -> (n - 200.0) * (n - 200.0) / 200.0).sum();
        assertThat(chi).isLessThan(3_000 + 6 * 78);
    }

    private void change(HashTable table, Map<String, Integer> model, int steps) {
        for (int i = 0; i < steps; i++) {
            String name = "n".repeat(random.nextInt(100) == 0 ? 300 : 1) + random.nextInt(8_000);
            if (random.nextInt(3) > 0) {
                add(table, name);
                model.put(name, 1);
            } else {
                assertThat(remove(table, name)).isEqualTo(model.remove(name) != null);
            }
        }
    }

    private void add(HashTable table, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        int found = table.find(bytes, 0, bytes.length);
        int ref = table.elements().create(space, bytes, 0, bytes.length, 0);
        if (found == 0) {
            table.insert(ref);
        } else {
            table.replace(ref);
            space.free(found);
        }
    }

    private boolean remove(HashTable table, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        int found = table.find(bytes, 0, bytes.length);
        if (found != 0) {
            table.remove();
            space.free(found);
        }
        return found != 0;
    }

    private static List<String> names(HashTable table) {
        List<String> names = new ArrayList<>();
        table.forEach(ref -> names.add(name(table, ref)));
        return names;
    }

    private static String name(HashTable table, int ref) {
        return new String(table.elements().name(Slabs.offset(ref)), StandardCharsets.ISO_8859_1);
    }
}
