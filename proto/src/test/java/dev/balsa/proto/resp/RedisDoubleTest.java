package dev.balsa.proto.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class RedisDoubleTest {
    @Test
    void doubles_look_as_in_redis() {
        is(0, "0");
        is(-0.0, "-0");
        is(3, "3");
        is(-17, "-17");
        is(3.1, "3.1");
        is(0.1, "0.1");
        is(-0.001, "-0.001");
        is(1.0 / 3, "0.3333333333333333");
        is(Math.PI, "3.141592653589793");
        is(123456.789, "123456.789");
        is(1e15, "1000000000000000");
        is(1e18, "1000000000000000000");
        is(4e18, "4000000000000000000");
        is(1e19, "1e+19");
        is(1.5e19, "1.5e+19");
        is(1.2345678901234567e19, "12345678901234567000");
        is(1e23, "1e+23");
        is(1.7976931348623157e308, "1.7976931348623157e+308");
        is(0.000001, "0.000001");
        is(0.0000015, "1.5e-6");
        is(1e-7, "1e-7");
        is(1.25e-7, "1.25e-7");
        is(-2.5e-300, "-2.5e-300");
        is(Double.MIN_VALUE, "5e-324");
        is(2 * Double.MIN_VALUE, "1e-323");
        is(Double.MIN_NORMAL, "2.2250738585072014e-308");
        is(Double.POSITIVE_INFINITY, "inf");
        is(Double.NEGATIVE_INFINITY, "-inf");
        is(Double.NaN, "nan");
    }

    @Test
    void each_text_reads_back_as_the_same_double() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200_000; round++) {
            double value = round % 2 == 0
                    ? Double.longBitsToDouble(random.nextLong())
                    : (random.nextInt(2_000_000) - 1_000_000) / Math.pow(10, random.nextInt(12));
            if (Double.isFinite(value)) {
                assertThat(Double.parseDouble(RedisDouble.text(value))).as("seed %d", seed).isEqualTo(value);
            }
        }
    }

    private static void is(double value, String text) {
        assertThat(RedisDouble.text(value)).isEqualTo(text);
    }
}
