package dev.balsa.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proto.slot.Slots;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyHashTest {
    @Test
    void the_slot_is_the_one_that_routing_computes() {
        Random random = new Random(1);
        String alphabet = "{}ab\u00ff";
        for (int i = 0; i < 100_000; i++) {
            byte[] key = new byte[3 + random.nextInt(40)];
            for (int k = 0; k < key.length; k++) {
                key[k] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            int length = random.nextInt(key.length - 2);
            assertThat(KeyHash.slot(key, 2, length)).isEqualTo(Slots.slot(key, 2, length));
        }
        assertThat(slot("foo{}{bar}")).isEqualTo(8363); // Redis Cluster specification
        assertThat(slot("foo{{bar}}zap")).isEqualTo(4015);
    }

    @Test
    void the_hash_never_changes_because_snapshots_and_cursors_depend_on_it() {
        long all = 0;
        byte[] key = "The order of SCAN depends on this hash; a change needs a new format.".getBytes(StandardCharsets.US_ASCII);
        for (int length = 0; length <= key.length; length++) {
            all = all * 31 + KeyHash.hash(key, 0, length);
        }
        assertThat(all).isEqualTo(8_086_692_643_842_454_162L);
    }

    @Test
    void hashes_of_similar_keys_fill_buckets_evenly() {
        int[] buckets = new int[1024];
        int keys = 1 << 20;
        for (int i = 0; i < keys; i++) {
            byte[] key = ("user:" + i).getBytes(StandardCharsets.US_ASCII);
            buckets[KeyHash.hash(key, 0, key.length) >>> 22]++;
        }
        double chiSquare = 0;
        double expected = keys / 1024.0;
        for (int count : buckets) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        // 1,023 degrees of freedom: mean 1,023, standard deviation 45; five of them to each side.
        assertThat(chiSquare).isBetween(800.0, 1250.0);
    }

    private static int slot(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
        return KeyHash.slot(bytes, 0, bytes.length);
    }
}
