package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A list in chunks against java.util.ArrayList. -Dbalsa.seed=... replays a run. */
class QuickListTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());
    private static final int[] LIMITS = {-1, -2, 1, 2, 3, 16, 128};

    private final Slabs slabs = new Slabs(1L << 30, true);
    private final List<Integer> waiting = new ArrayList<>();
    private final ValueSpace space = new ValueSpace(slabs, waiting::add);
    private final Listpack pack = new Listpack(slabs.memory());
    private QuickList list = new QuickList(space);
    private List<String> model = new ArrayList<>();

    // What an open view shows, and the list it reads.
    private QuickList seen = list;
    private List<String> seenModel = List.of();
    private boolean viewOpen;

    @AfterEach
    void close() {
        slabs.close();
    }

    @Test
    void any_sequence_of_changes_is_that_of_a_list_and_views_stay_as_they_were() {
        System.out.println("QuickListTest: -Dbalsa.seed=" + SEED);
        Random random = new Random(SEED);
        for (int limit : LIMITS) {
            for (int step = 0; step < 6_000; step++) {
                change(random, limit, step / 1_500 % 2 == 0);
                if (random.nextInt(300) == 0) {
                    toggleView();
                }
                if (random.nextInt(200) == 0) {
                    check(limit);
                }
            }
            check(limit);
            drop();
        }
        list.free(1);
        assertThat(slabs.usedBytes()).isZero();
        assertThat(space.heapBytes()).isZero();
    }

    @Test
    void a_copy_is_the_same_and_its_own() {
        Random random = new Random(SEED);
        for (int i = 0; i < 2_000; i++) {
            change(random, -1, true);
        }
        QuickList copy = list.copy();
        List<String> before = List.copyOf(model);
        assertThat(chunks(copy)).isEqualTo(chunks(list));
        for (int i = 0; i < 500; i++) {
            change(random, -1, false);
        }
        assertThat(forwards(copy)).isEqualTo(before);
        while (!copy.isFreed()) {
            copy.free(3);
        }
        drop();
        assertThat(slabs.usedBytes()).isZero();
    }

    @Test
    void a_million_pushes_take_nineteen_bytes_each_and_a_queue_does_not_grow() {
        for (int side = 0; side < 2; side++) {
            byte[] value = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 1_000_000; i++) {
                list.push(side == 0, value, 0, value.length, -2);
            }
            long bytes = slabs.usedBytes() + space.heapBytes();
            System.out.println("bytes of an element: " + bytes / 1_000_000.0);
            assertThat(bytes).isLessThan(19_000_000);
            for (int i = 0; i < 1_000_000; i++) {
                list.push(side == 0, value, 0, value.length, -2);
                list.removeRange(side == 0 ? list.size() - 1 : 0, 1, -2);
            }
            assertThat(slabs.usedBytes() + space.heapBytes()).isBetween(bytes - 20_000, bytes + 20_000);
            list.removeRange(0, list.size(), -2);
            assertThat(slabs.usedBytes()).isZero();
        }
    }

    @Test
    void removing_most_elements_gives_their_memory_back() {
        for (int i = 0; i < 200_000; i++) {
            byte[] value = (i % 50 == 0 ? "stays" : "goes").getBytes(StandardCharsets.US_ASCII);
            list.push(false, value, 0, value.length, -2);
        }
        byte[] goes = "goes".getBytes(StandardCharsets.US_ASCII);
        long chunks = list.chunks();
        assertThat(list.remove(goes, 0, goes.length, Long.MAX_VALUE, false, -2)).isEqualTo(196_000);
        assertThat(list.size()).isEqualTo(4_000);
        assertThat(list.chunks()).isLessThan(chunks / 10);
        assertThat(slabs.usedBytes()).isLessThan(4_000 * 7 * 3);
    }

    private void change(Random random, int limit, boolean growing) {
        String value = value(random);
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        int size = model.size();
        int kind = random.nextInt(growing ? 14 : 20);
        if (kind < 8 || size == 0) {
            boolean first = random.nextBoolean();
            list.push(first, bytes, 0, bytes.length, limit);
            model.add(first ? 0 : size, value);
        } else if (kind < 11) {
            int index = random.nextInt(size + 1);
            list.insert(index, bytes, 0, bytes.length, limit);
            model.add(index, value);
        } else if (kind == 11) {
            int index = random.nextInt(size);
            list.set(index, bytes, 0, bytes.length, limit);
            model.set(index, value);
        } else if (kind == 12) {
            long most = random.nextInt(4) == 0 ? Long.MAX_VALUE : 1 + random.nextInt(3);
            boolean backward = random.nextBoolean();
            long removed = list.remove(bytes, 0, bytes.length, most, backward, limit);
            assertThat(removed).isEqualTo(removeFromModel(value, most, backward));
        } else if (kind == 13) {
            int index = random.nextInt(size);
            int count = 1 + random.nextInt(Math.min(size - index, random.nextInt(10) == 0 ? size : 5));
            list.removeRange(index, count, limit);
            model.subList(index, index + count).clear();
        } else {
            boolean first = random.nextBoolean();
            list.removeRange(first ? 0 : size - 1, 1, limit);
            model.remove(first ? 0 : size - 1);
        }
        assertThat(list.size()).isEqualTo(model.size());
        if (!model.isEmpty()) {
            int index = random.nextInt(model.size());
            assertThat(text(list.seek(index))).isEqualTo(model.get(index));
        }
    }

    private int removeFromModel(String value, long most, boolean backward) {
        int removed = 0;
        while (removed < most) {
            int at = backward ? model.lastIndexOf(value) : model.indexOf(value);
            if (at < 0) {
                break;
            }
            model.remove(at);
            removed++;
        }
        return removed;
    }

    private static String value(Random random) {
        int kind = random.nextInt(40);
        if (kind < 25) {
            return random.nextBoolean() ? Integer.toString(random.nextInt(20)) : "v" + random.nextInt(20);
        }
        if (kind < 39) {
            return "w".repeat(random.nextInt(200));
        }
        return "large".repeat(random.nextInt(3_000));
    }

    private void toggleView() {
        if (!viewOpen) {
            seen = list;
            seenModel = List.copyOf(model);
            slabs.seal();
            space.viewOpened();
            list = (QuickList) list.fork();
        } else {
            assertThat(contents(seen)).isEqualTo(seenModel);
            slabs.unseal();
            space.viewClosed();
            waiting.forEach(slabs::free);
            waiting.clear();
        }
        viewOpen = !viewOpen;
    }

    private void drop() {
        if (viewOpen) {
            toggleView();
        }
        while (!list.isFreed()) {
            list.free(7);
        }
        list = new QuickList(space);
        model = new ArrayList<>();
    }

    private void check(int limit) {
        assertThat(forwards(list)).isEqualTo(model);
        assertThat(backwards(list)).isEqualTo(model.reversed());
        assertThat(contents(list)).isEqualTo(model);
        list.forEachChunk((memory, at, bytes) -> {
            assertThat(pack.isValid(at, bytes)).isTrue();
            int count = pack.count(at);
            assertThat(count).isPositive();
            assertThat(count == 1 || QuickList.fits(limit, bytes, count)).isTrue();
        });
    }

    private List<String> forwards(QuickList of) {
        List<String> texts = new ArrayList<>();
        for (long p = of.size() == 0 ? Listpack.NONE : of.seek(0); p != Listpack.NONE; p = of.next(p)) {
            texts.add(text(p));
        }
        return texts;
    }

    private List<String> backwards(QuickList of) {
        List<String> texts = new ArrayList<>();
        for (long p = of.size() == 0 ? Listpack.NONE : of.seek(of.size() - 1); p != Listpack.NONE; p = of.previous(p)) {
            texts.add(text(p));
        }
        return texts;
    }

    /** As a view's reader sees it. */
    private List<String> contents(QuickList of) {
        List<String> texts = new ArrayList<>();
        of.forEachChunk((memory, at, bytes) -> {
            for (long p = pack.first(at); p != Listpack.NONE; p = pack.next(p)) {
                texts.add(text(p));
            }
        });
        return texts;
    }

    private List<List<Byte>> chunks(QuickList of) {
        List<List<Byte>> all = new ArrayList<>();
        of.forEachChunk((MemorySegment memory, long at, int bytes) -> {
            List<Byte> chunk = new ArrayList<>();
            for (int i = 0; i < bytes; i++) {
                chunk.add(memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at + i));
            }
            all.add(chunk);
        });
        return all;
    }

    private String text(long p) {
        byte[] into = new byte[Math.max(20, pack.textLength(p))];
        return new String(into, 0, pack.text(p, into), StandardCharsets.ISO_8859_1);
    }
}
