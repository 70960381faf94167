package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.memory.Slabs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IdMapTest {
    private final long seed = Long.getLong("balsa.seed", System.nanoTime());

    @Test
    void it_is_a_sorted_map_and_a_view_keeps_what_was_there() {
        System.out.println("IdMapTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        try (Slabs slabs = new Slabs(1 << 20, true)) {
            ValueSpace space = new ValueSpace(slabs, _ -> {});
            IdMap map = new IdMap(space, 2);
            TreeMap<StreamId, Long> model = new TreeMap<>();
            for (int round = 0; round < 60; round++) {
                IdMap seen = map;
                List<Map.Entry<StreamId, Long>> expected = new ArrayList<>(new TreeMap<>(model).entrySet());
                space.viewOpened();
                map = map.fork();
                for (int i = 0; i < 400; i++) {
                    change(random, map, model, round % 3 == 2 ? 70 : 35);
                }
                assertThat(content(seen)).as("view, seed %d", seed).isEqualTo(expected);
                space.viewClosed();
                assertThat(content(map)).as("seed %d", seed).isEqualTo(new ArrayList<>(model.entrySet()));
                assertThat(map.size()).isEqualTo(model.size());
                look(random, map, model);
            }
            IdMap copy = map.copy();
            assertThat(content(copy)).isEqualTo(content(map));
            copy.release();
            map.release();
            assertThat(space.heapBytes()).isZero();
        }
    }

    private void change(Random random, IdMap map, NavigableMap<StreamId, Long> model, int removesPercent) {
        StreamId id = id(random);
        long place = map.find(id.ms(), id.seq());
        assertThat(place != IdMap.NONE).as("seed %d, %s", seed, id).isEqualTo(model.containsKey(id));
        if (random.nextInt(100) < removesPercent) {
            place = random.nextInt(4) == 0 ? map.first() : place;
            if (place != IdMap.NONE) {
                model.remove(new StreamId(map.ms(place), map.seq(place)));
                map.remove(place);
            }
            return;
        }
        if (random.nextInt(3) == 0 && !model.isEmpty()) {
            id = model.lastKey().next();
            place = map.find(id.ms(), id.seq());
        }
        long value = random.nextLong();
        place = place == IdMap.NONE ? map.insert(id.ms(), id.seq()) : place;
        map.set(place, 0, value);
        map.set(place, 1, ~value);
        model.put(id, value);
    }

    private static StreamId id(Random random) {
        return new StreamId(random.nextInt(5) == 0 ? -1 - random.nextInt(30) : random.nextInt(60), random.nextInt(30));
    }

    private void look(Random random, IdMap map, NavigableMap<StreamId, Long> model) {
        for (int i = 0; i < 100; i++) {
            StreamId id = id(random);
            assertThat(shown(map, map.floor(id.ms(), id.seq()))).as("seed %d", seed).isEqualTo(model.floorKey(id));
            assertThat(shown(map, map.ceiling(id.ms(), id.seq()))).as("seed %d", seed).isEqualTo(model.ceilingKey(id));
        }
        long last = map.last();
        for (StreamId id : model.descendingKeySet()) {
            assertThat(shown(map, last)).isEqualTo(id);
            last = map.previous(last);
        }
        assertThat(last).isEqualTo(IdMap.NONE);
    }

    private static @Nullable StreamId shown(IdMap map, long place) {
        return place == IdMap.NONE ? null : new StreamId(map.ms(place), map.seq(place));
    }

    private static List<Map.Entry<StreamId, Long>> content(IdMap map) {
        List<Map.Entry<StreamId, Long>> content = new ArrayList<>();
        for (long place = map.first(); place != IdMap.NONE; place = map.next(place)) {
            assertThat(map.get(place, 1)).isEqualTo(~map.get(place, 0));
            content.add(Map.entry(new StreamId(map.ms(place), map.seq(place)), map.get(place, 0)));
        }
        return content;
    }
}
