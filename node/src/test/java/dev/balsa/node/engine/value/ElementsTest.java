package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.memory.Slabs;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Names are compared eight bytes at a time; the order has to be that of single bytes, unsigned. */
class ElementsTest {
    private static final byte[] ALPHABET = {0, 'a', 'a', 'a', 0x7f, (byte) 0x80, (byte) 0xff};

    @Test
    void names_are_ordered_by_unsigned_bytes_shorter_first() {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("ElementsTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        Slabs slabs = new Slabs(1L << 24, true);
        ValueSpace space = new ValueSpace(slabs, _ -> {});
        Elements elements = new Elements(space.memory());
        for (int i = 0; i < 20_000; i++) {
            byte[] first = name(random);
            byte[] second = random.nextInt(3) == 0 ? changed(first, random) : name(random);
            int a = elements.create(space, first, 0, first.length, 0);
            int b = elements.create(space, second, 0, second.length, 8);
            int expected = Integer.signum(Arrays.compareUnsigned(first, second));
            assertThat(Integer.signum(elements.compare(a, b))).as("seed %d", seed).isEqualTo(expected);
            assertThat(Integer.signum(elements.compareName(ValueSpace.offset(a), second, 0, second.length)))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
            space.free(a);
            space.free(b);
        }
        slabs.close();
    }

    private static byte[] name(Random random) {
        byte[] name = new byte[random.nextInt(28)];
        for (int i = 0; i < name.length; i++) {
            name[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        return name;
    }

    private static byte[] changed(byte[] name, Random random) {
        byte[] changed = name.clone();
        if (changed.length > 0) {
            changed[random.nextInt(changed.length)] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        return changed;
    }
}
