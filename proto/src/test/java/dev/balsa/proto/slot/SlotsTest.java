package dev.balsa.proto.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.proto.resp.Args;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The numbers are what CLUSTER KEYSLOT of a Redis 7.0 replies. */
final class SlotsTest {
    @Test
    void a_key_has_the_slot_that_redis_gives_it() {
        is("", 0);
        is("foo", 12182);
        is("123456789", 12739);
        is("bar", 5061);
    }

    @Test
    void only_a_hash_tag_counts_if_there_is_one() {
        is("{foo}bar", 12182);
        is("x{foo}{bar}", 12182);
        is("{foo", 13308);
        is("{}foo", 9500);
        is("a{}{foo}", 700);
        is("a{{foo}}", 13308);
    }

    @Test
    void keys_of_any_length_have_the_slot_of_the_checksum_bit_by_bit() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] key = new byte[random.nextInt(70)];
            random.nextBytes(key);
            int crc = 0;
            for (int i = 0; i < key.length; i++) {
                key[i] = key[i] == '{' ? (byte) 'x' : key[i];
                crc ^= (key[i] & 0xff) << 8;
                for (int bit = 0; bit < 8; bit++) {
                    crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x11021 : crc << 1;
                }
            }
            assertThat(Slots.slot(key, 0, key.length)).as("seed %d", seed).isEqualTo(crc % Slots.COUNT);
        }
    }

    @Test
    void a_range_is_within_the_slots() {
        assertThat(new SlotRange(3, 5).contains(5)).isTrue();
        assertThat(new SlotRange(3, 5).contains(6)).isFalse();
        assertThatThrownBy(() -> new SlotRange(0, 16_384)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SlotRange(2, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void is(String key, int slot) {
        assertThat(Slots.slot(Args.of("GET", key), 1)).as(key).isEqualTo(slot);
    }
}
