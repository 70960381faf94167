package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LongDoubleTest {
    private static final int SAMPLES = 10_000;
    private static final int BATCH = 100;

    @Test
    void tenths_add_up_as_in_extended_precision() {
        assertThat(sum("0.1", "0.2")).isEqualTo("0.3");
        assertThat(sum("100000000000000000000", "0.1")).isEqualTo("100000000000000000000");
        assertThat(sum("1e-17", "0")).isEqualTo("0.00000000000000001");
        assertThat(sum("-1e-18", "0")).isEqualTo("0");
    }

    @Test
    void what_strtold_does_not_take_whole_is_no_float() {
        for (String text : List.of("", " 1", "1 ", "abc", ".", "1e", "1e+", "0x", "0x.p1", "nan", "1\0", "--1",
                "1e5000", "1e-5000")) {
            assertThat(parse(text)).as(Reply.quoted(text)).isNull();
        }
    }

    @Test
    void an_exponent_of_any_size_costs_nothing() {
        assertThat(parse("1e999999999999999999999999")).isNull();
        assertThat(parse("1e-999999999999999999999999")).isNull();
        assertThat(sum("0e999999999999999999999999", "1")).isEqualTo("1");
    }

    @Test
    void random_sums_print_as_redis_prints_them() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("LongDoubleTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        try (RedisServer redis = new RedisServer()) {
            for (int i = 0; i < SAMPLES; i += BATCH) {
                String[] values = new String[BATCH];
                String[] increments = new String[BATCH];
                for (int k = 0; k < BATCH; k++) {
                    values[k] = number(random);
                    increments[k] = number(random);
                    redis.send(List.of("SET", "k", values[k]));
                    redis.send(List.of("INCRBYFLOAT", "k", increments[k]));
                }
                for (int k = 0; k < BATCH; k++) {
                    redis.receive();
                    String theirs = redis.receive() instanceof Reply.Bulk bulk ? bulk.bytes() : "no float";
                    assertThat(sum(values[k], increments[k]))
                            .as("seed %d: %s + %s", seed, values[k], increments[k])
                            .isEqualTo(theirs);
                }
            }
        }
    }

    private static String number(Random random) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return Double.toHexString(Double.longBitsToDouble(random.nextLong()));
        }
        String digits = new BigInteger(1 + random.nextInt(140), random).toString();
        int point = random.nextInt(digits.length() + 1);
        String sign = random.nextBoolean() ? "-" : "";
        String exponent =
                switch (kind) {
                    case 1 -> "e" + (random.nextInt(9_960) - 5_000);
                    case 2, 3, 4 -> "e" + (random.nextInt(80) - 40);
                    default -> "";
                };
        return sign + digits.substring(0, point) + "." + digits.substring(point) + exponent;
    }

    private static String sum(String a, String b) {
        LongDouble x = parse(a);
        LongDouble y = parse(b);
        if (x == null || y == null) {
            return "no float";
        }
        LongDouble sum = x.plus(y);
        return sum.isInfinite() ? "no float" : Objects.requireNonNull(sum.text());
    }

    private static @Nullable LongDouble parse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return LongDouble.parse(bytes, 0, bytes.length);
    }
}
